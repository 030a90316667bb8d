"""Puts what a run found where people read it: README, docs, and the plots beside them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.plots import Plot, png, svg
from bench.report import Run, markdown, put_between, short_markdown

ROOT = Path(__file__).parents[1]
README, PAGE = ROOT / "README.md", ROOT / "docs" / "performance.md"
PLOTS = ROOT / "docs" / "performance"


def write_documents(run: Run, curves: Mapping[str, Any]) -> None:
    """Update the tables between their markers, and the plots."""
    for page, table in ((README, short_markdown(run)), (PAGE, markdown(run))):
        page.write_text(put_between(page.read_text("utf-8"), table), "utf-8")
    write_plots(curves, PLOTS)


def write_plots(curves: Mapping[str, Any], folder: Path) -> None:
    """Draw growth and the open loop, of each form that was measured."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, plot in plots(curves):
        (folder / f"{name}.svg").write_text(svg(plot), "utf-8")
        (folder / f"{name}.png").write_bytes(png(plot))


def plots(curves: Mapping[str, Any]) -> Iterator[tuple[str, Plot]]:
    for form, sizes in curves.get("growth", {}).items():
        series = {
            name: [(size["count"], size["p95"][name]) for size in sizes] for name in sizes[0]["p95"]
        }
        title = f"Growth, {form} form: p95 of an operation over HTTP"
        yield f"growth-{form}", Plot(title, "proposals", "p95, ms", series)
    for form, points in curves.get("open loop", {}).items():
        series = {
            name: [(point["rate"], point[key]) for point in points]
            for name, key in (("median", "median"), ("p99", "p99"))
        }
        title = f"Open loop, {form} form: an officer's inbox through the edge"
        yield f"open-loop-{form}", Plot(title, "requests per second", "ms", series)
