"""How large the pictures of a PDF stand on its pages: their resolution, as a reader sees it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import hypot
from typing import Any

import pikepdf
from pikepdf import Dictionary, Matrix, Name, Object, Pdf, PdfError, Stream

_POINTS_PER_INCH = 72
_DEEPEST_FORM = 6
# How many drawings are followed: forms within forms may multiply them without end.
_MOST_DRAWN = 20_000
_HEARD = "q Q cm Do"

Number = tuple[int, int]


@dataclass
class Placed:
    """A picture, the lowest resolution at which it stands anywhere, and the pages it stands on."""

    picture: Stream
    dpi: float
    pages: set[int] = field(default_factory=set)


def placed_pictures(pdf: Pdf) -> dict[Number, Placed]:
    """Find the pictures that pages draw, by object number.

    What a pattern, an annotation or a glyph draws is not found, also if a page draws it too: there
    it may stand larger.
    """
    return _Walk().over(pdf)


class _Walk:
    def __init__(self) -> None:
        self.found: dict[Number, Placed] = {}
        self.drawn = 0
        self.followed: set[Number] = set()

    def over(self, pdf: Pdf) -> dict[Number, Placed]:
        for number, page in enumerate(pdf.pages, start=1):
            unit = _scale_of(page.obj)
            self._follow(page.obj, page.resources, Matrix().scaled(unit, unit), number, 0)
        streams = (value for value in pdf.objects if isinstance(value, Stream))
        elsewhere = _drawn_elsewhere(one for one in streams if one.objgen not in self.followed)
        return {number: placed for number, placed in self.found.items() if number not in elsewhere}

    def _follow(self, drawing: Object, resources: Any, base: Matrix, page: int, depth: int) -> None:
        if depth > _DEEPEST_FORM or not isinstance(resources, Dictionary):
            return
        named = resources.get("/XObject")
        if not isinstance(named, Dictionary):
            return
        for name, place in _drawn_by(drawing, base):
            self.drawn += 1
            target = named.get(name)
            if self.drawn > _MOST_DRAWN or not isinstance(target, Stream):
                continue
            if target.get("/Subtype") == Name.Image:
                self._note(target, place, page)
            elif target.get("/Subtype") == Name.Form:
                self.followed.add(target.objgen)
                inside = _matrix(target.get("/Matrix")) @ place
                self._follow(target, target.get("/Resources", resources), inside, page, depth + 1)

    def _note(self, picture: Stream, place: Matrix, page: int) -> None:
        dpi = _resolution(picture, place)
        if dpi is None:
            return
        placed = self.found.setdefault(picture.objgen, Placed(picture, dpi))
        placed.dpi = min(placed.dpi, dpi)
        placed.pages.add(page)


def _drawn_elsewhere(drawings: Iterable[Stream]) -> set[Number]:
    """Return what forms, patterns and glyphs may draw, and the forms that they draw."""
    waiting, seen = list(drawings), set[Number]()
    while waiting:
        resources = waiting.pop().get("/Resources")
        named = resources.get("/XObject") if isinstance(resources, Dictionary) else None
        for _, held in named.items() if isinstance(named, Dictionary) else ():
            if isinstance(held, Stream) and held.objgen not in seen:
                seen.add(held.objgen)
                waiting.append(held)
    return seen


def _drawn_by(drawing: Object, base: Matrix) -> Iterator[tuple[str, Matrix]]:
    """Give what a page or form draws by name, and where."""
    place, kept = base, list[Matrix]()
    try:
        instructions = pikepdf.parse_content_stream(drawing, _HEARD)
    except PdfError:
        return
    for instruction in instructions:
        operands: Any = instruction.operands
        match str(instruction.operator):
            case "q":
                kept.append(place)
            case "Q":
                place = kept.pop() if kept else base
            case "cm":
                place = _matrix(operands) @ place
            case "Do" if operands:
                yield str(operands[0]), place


def _matrix(numbers: Any) -> Matrix:
    """Read six numbers; anything else changes nothing, as in viewers."""
    try:
        six = [float(number) for number in numbers]
    except (TypeError, ValueError):
        return Matrix()
    return Matrix(*six) if len(six) == len("abcdef") else Matrix()


def _scale_of(page: Object) -> float:
    try:
        return max(float(page.get("/UserUnit", 1)), 1.0)
    except (TypeError, ValueError):
        return 1.0


def _resolution(picture: Stream, place: Matrix) -> float | None:
    width: Any = picture.get("/Width")
    height: Any = picture.get("/Height")
    across, down = hypot(place.a, place.b), hypot(place.c, place.d)
    if not (isinstance(width, int) and isinstance(height, int) and across and down):
        return None
    return _POINTS_PER_INCH * min(width / across, height / down)
