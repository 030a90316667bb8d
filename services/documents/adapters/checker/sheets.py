"""Puts pictures on sheets of A4, one each and as large as fits; a wide one lies across."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from pikepdf import Array, Dictionary, Matrix, Name, Page, Pdf

A4_SHORT, A4_LONG = 210 / 25.4, 297 / 25.4
_POINTS = 72
_FULL_TURN = 4
# What Exif's orientations 1 to 8 say: seen in a mirror, then turned clockwise by quarters.
_ORIENTATIONS = {
    1: (False, 0),
    2: (True, 0),
    3: (False, 2),
    4: (True, 2),
    5: (True, 3),
    6: (False, 1),
    7: (True, 1),
    8: (False, 3),
}
_MIRRORED = Matrix(-1, 0, 0, 1, 1, 0)
_TURNED = Matrix(0, -1, 1, 0, 0, 1)


@dataclass(frozen=True)
class Drawn:
    """A picture as its stream in the PDF. `parms` are what the filter needs beside the data."""

    data: bytes
    size: tuple[int, int]
    space: Name | Array
    filter: Name
    bits: int = 8
    parms: Dictionary | None = None


@dataclass(frozen=True)
class Stance:
    """How a picture stands on its sheet. Nothing is coded again for it."""

    mirrored: bool
    turns: int

    @classmethod
    def of(cls, orientation: int, rotate: int) -> "Stance":
        """Put together what the camera noted and by how much a person turned it clockwise."""
        mirrored, turns = _ORIENTATIONS.get(orientation, (False, 0))
        return cls(mirrored, (turns + rotate // 90) % _FULL_TURN)

    def seen(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return width and height as they are seen."""
        return (size[1], size[0]) if self.turns % 2 else size

    def matrix(self) -> Matrix:
        """Return what the unit square becomes."""
        matrix = _MIRRORED if self.mirrored else Matrix()
        for _ in range(self.turns):
            matrix = matrix @ _TURNED
        return matrix


def dots_per_inch(size: tuple[int, int]) -> float:
    """Return how finely a picture is printed when it fills its sheet."""
    return max(max(size) / A4_LONG, min(size) / A4_SHORT)


def write_sheets(drawings: Iterable[tuple[Drawn, Stance]], output: BinaryIO) -> None:
    """Write a PDF with a sheet for each picture; the same pictures make the same bytes."""
    with Pdf.new() as pdf:
        for drawn, stance in drawings:
            _add_sheet(pdf, drawn, stance)
        pdf.save(output, deterministic_id=True)


def _add_sheet(pdf: Pdf, drawn: Drawn, stance: Stance) -> None:
    width, height = stance.seen(drawn.size)
    sheet = (A4_SHORT, A4_LONG) if width <= height else (A4_LONG, A4_SHORT)
    across, down = (_POINTS * inches for inches in sheet)
    scale = min(across / width, down / height)
    place = stance.matrix().scaled(1, 1) @ Matrix(
        width * scale,
        0,
        0,
        height * scale,
        (across - width * scale) / 2,
        (down - height * scale) / 2,
    )
    numbers = " ".join(f"{number:.4f}" for number in place.shorthand)
    content = f"q {numbers} cm /Picture Do Q".encode()
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, round(across, 2), round(down, 2)]),
        Resources=Dictionary(XObject=Dictionary(Picture=_picture(pdf, drawn))),
        Contents=pdf.make_stream(content),
    )
    pdf.pages.append(Page(pdf.make_indirect(page)))


def _picture(pdf: Pdf, drawn: Drawn) -> object:
    stream = pdf.make_stream(
        drawn.data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=drawn.size[0],
        Height=drawn.size[1],
        ColorSpace=drawn.space,
        BitsPerComponent=drawn.bits,
        Filter=drawn.filter,
    )
    if drawn.parms is not None:
        stream.DecodeParms = drawn.parms
    return stream
