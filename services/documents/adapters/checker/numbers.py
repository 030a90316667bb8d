"""Numbers that no writer says and that a viewer would follow: sizes, steps, tables."""

from collections.abc import Iterable
from math import hypot, prod
from typing import Any

from pikepdf import Array

from services.documents.adapters.checker.values import (
    Entries,
    members_of,
    name_of,
    number_of,
    whole_of,
)
from services.documents.adapters.checker.verdict import Unsuitable

# Acrobat's largest page has 14,400 units; plans of whole towns have more.
_FARTHEST = 1_000_000.0
_MOST_UNITS = 1_000.0
# Of a tile on the page, in square points: a page of A4 has five million of these.
_LEAST_TILE, _WHOLE_PAGE = 0.1, 1_000.0
_MOST_TILES = 1_000_000.0
_SHORTEST_DASHES = 0.0001
_MOST_SAMPLES = 16_777_216
_LONGEST_PROGRAM, _MOST_BRACES = 262_144, 1_000
_INDEXED, _HIGHEST_COLOUR = 4, 4_095
_LAST_LETTER = 65_535
_CODES = ("/FirstChar", "/LastChar", "/W", "/W2")
BOUNDED = frozenset(("/MediaBox", "/UserUnit", "/XStep", "/Size", "/D", "/Border", *_CODES))


def check_numbers(entries: Entries) -> None:
    """Check a page's size and a pattern's steps. Raises `Unsuitable`."""
    if BOUNDED.isdisjoint(entries):
        return
    if any(
        abs(number_of(side) or 0.0) > _FARTHEST for side in members_of(entries.get("/MediaBox"))
    ):
        raise Unsuitable("document_too_complex")
    if (number_of(entries.get("/UserUnit")) or 1.0) > _MOST_UNITS:
        raise Unsuitable("document_too_complex")
    if "/XStep" in entries:
        _check_steps(entries)
    if "/FunctionType" in entries and "/Size" in entries:
        _check_samples(entries)
    _check_letters(entries)
    for dashed in (entries.get("/D"), entries.get("/Border")):
        _check_dashed(dashed)


def _check_steps(entries: Entries) -> None:
    """Refuse a pattern whose tiles lie so close that they are without number."""
    steps = [abs(number_of(entries.get(key)) or 0.0) for key in ("/XStep", "/YStep")]
    scales = _scales(entries)
    sides = [min(step * scale, _WHOLE_PAGE) for step, scale in zip(steps, scales, strict=True)]
    if prod(sides) < _LEAST_TILE:
        raise Unsuitable("document_too_complex")
    box = [number_of(side) or 0.0 for side in members_of(entries.get("/BBox"))]
    if len(box) == len(("left", "bottom", "right", "top")):
        area = abs((box[2] - box[0]) * (box[3] - box[1]))
        if area / (steps[0] * steps[1]) > _MOST_TILES:
            raise Unsuitable("document_too_complex")


def _scales(entries: Entries) -> tuple[float, float]:
    """Return how long a pattern's units across and down are on the page."""
    matrix = [number_of(number) or 0.0 for number in members_of(entries.get("/Matrix"))]
    if len(matrix) != len("abcdef"):
        return 1.0, 1.0
    return hypot(matrix[0], matrix[1]), hypot(matrix[2], matrix[3])


def _check_samples(entries: Entries) -> None:
    sizes = [abs(number_of(size) or 1.0) for size in members_of(entries["/Size"])]
    outputs = len(members_of(entries.get("/Range"))) / 2
    if prod(sizes) * max(outputs, 1) > _MOST_SAMPLES:
        raise Unsuitable("document_too_complex")


def _check_letters(entries: Entries) -> None:
    """Refuse a font with more letters than one can have: viewers make a table of them."""
    codes = [entries.get(key) for key in ("/FirstChar", "/LastChar")]
    if "/CIDSystemInfo" in entries:
        codes += [*members_of(entries.get("/W")), *members_of(entries.get("/W2"))]
    if any((number_of(code) or 0.0) > _LAST_LETTER for code in codes):
        raise Unsuitable("document_too_complex")


def _check_dashed(value: Any) -> None:
    """Check the dashes of a line's style: numbers, or a list with a list of them in it."""
    members = members_of(value)
    lists = [*(members_of(one) for one in members if isinstance(one, Array)), members]
    for dashes in lists:
        numbers = [number_of(dash) for dash in dashes]
        if None not in numbers:
            check_dashes(number for number in numbers if number is not None)


def check_dashes(lengths: Iterable[float]) -> None:
    """Refuse dashes so short that a line has millions of them. Raises `Unsuitable`."""
    if 0.0 < sum(lengths) < _SHORTEST_DASHES:
        raise Unsuitable("document_too_complex")


def check_function(entries: Entries, data: bytes) -> None:
    """Check a function that is a program. Raises `Unsuitable`."""
    if whole_of(entries.get("/FunctionType")) != 4:
        return
    if len(data) > _LONGEST_PROGRAM or data.count(b"{") > _MOST_BRACES:
        raise Unsuitable("document_too_complex")


def check_colours(members: list[Any]) -> None:
    """Check a list that may be a table of colours. Raises `Unsuitable`."""
    if len(members) == _INDEXED and name_of(members[0]) in ("/Indexed", "/I"):
        highest = whole_of(members[2])
        if highest is None or not 0 <= highest <= _HIGHEST_COLOUR:
            raise Unsuitable("document_too_complex")
