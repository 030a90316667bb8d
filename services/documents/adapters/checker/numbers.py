"""Numbers that no writer says and that a viewer would follow: sizes, steps, tables."""

from math import prod
from typing import Any

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
# Of a tile on the page, in points: a page of A4 has five million of these.
_LEAST_TILE = 0.1
_MOST_TILES = 1_000_000.0
_MOST_SAMPLES = 16_777_216
_LONGEST_PROGRAM, _MOST_BRACES = 262_144, 1_000
_INDEXED, _HIGHEST_COLOUR = 4, 4_095
BOUNDED = frozenset(("/MediaBox", "/UserUnit", "/XStep", "/Size"))


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
        sizes = [whole_of(size) or 0 for size in members_of(entries["/Size"])]
        if prod(sizes) > _MOST_SAMPLES:
            raise Unsuitable("document_too_complex")


def _check_steps(entries: Entries) -> None:
    """Refuse a pattern whose tiles lie so close that they are without number."""
    steps = [abs(number_of(entries.get(key)) or 0.0) for key in ("/XStep", "/YStep")]
    if prod(steps) * _scale_of(entries.get("/Matrix")) < _LEAST_TILE:
        raise Unsuitable("document_too_complex")
    box = [number_of(side) or 0.0 for side in members_of(entries.get("/BBox"))]
    if len(box) == len(("left", "bottom", "right", "top")):
        area = abs((box[2] - box[0]) * (box[3] - box[1]))
        if area / (steps[0] * steps[1]) > _MOST_TILES:
            raise Unsuitable("document_too_complex")


def _scale_of(matrix: Any) -> float:
    """Return how many times larger a matrix makes an area; 1 for what is none."""
    numbers = [number_of(member) or 0.0 for member in members_of(matrix)]
    if len(numbers) != len("abcdef"):
        return 1.0
    a, b, c, d, *_ = numbers
    return abs(a * d - b * c)


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
