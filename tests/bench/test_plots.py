"""Both pictures of a plot show the same."""

import io
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from bench.documents import plots
from bench.plots import Plot, png, svg

PLOT = Plot("Growth & <more>", "proposals", "ms", {"inbox": [(1_000, 4), (1_000_000, 5)]})


def test_the_svg_is_well_formed_and_says_what_it_shows():
    root = ET.fromstring(svg(PLOT))  # noqa: S314 - it was written by us just now
    words = [text for element in root.iter() if (text := element.text or "").strip()]

    for word in ("Growth & <more>", "inbox", "proposals", "1,000", "1,000,000".replace(",", "")):
        assert word in "".join(words).replace("1e+06", "1000000")


def test_the_png_is_a_picture_of_the_same_size():
    with Image.open(io.BytesIO(png(PLOT))) as picture:
        picture.load()
        assert picture.size == (900, 520)
        assert len(picture.getcolors(100_000)) > 2


def test_of_nothing_there_is_no_plot():
    with pytest.raises(ValueError, match="nothing to draw"):
        svg(Plot("", "", "", {}))


def test_each_curve_of_a_run_has_a_plot():
    sizes = [{"count": n, "p95": {"inbox": 3.0}, "statements": {"inbox": 6}} for n in (100, 200)]
    points = [{"rate": n, "median": 2.0, "p99": 9.0, "refused": 0} for n in (10, 20)]
    curves = {"growth": {"embedded": sizes}, "open loop": {"distributed": points}}

    assert [name for name, _ in plots(curves)] == ["growth-embedded", "open-loop-distributed"]
