"""Makes a PDF of the pictures of a paper. Runs only in a limited child process.

All sheets are kept at one step: the finest at which they are together no larger than is wanted.
"""

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from services.documents.adapters.checker.picture_files import Picture, PictureFault
from services.documents.adapters.checker.sheets import Drawn, Stance, write_sheets
from services.documents.domain.limits import InspectionLimits
from services.documents.domain.pictures import MOST_PICTURES, STEPS, Step

# What the PDF puts around its pictures, more than it is.
_AROUND, _AROUND_EACH = 1_000, 1_000

Sheets = list[tuple[Drawn, Stance]]


def make_pdf(
    files: Sequence[BinaryIO],
    arguments: Mapping[str, Any],
    output: BinaryIO | None,
    _limits: InspectionLimits,
) -> dict[str, Any]:
    """Write pictures, one a sheet, in their order into a PDF of at most `max_bytes`.

    `rotate` has for each picture by how many degrees it is turned clockwise. The answer has `code`
    (empty when made), `pages`, `dpi`; of a refusal `picture`, counted from 1.
    """
    if output is None:
        raise TypeError("a PDF needs a file to be written to")
    if len(files) > MOST_PICTURES:
        return {"code": "too_many_pictures", "picture": MOST_PICTURES + 1}
    attempt = _Attempt(arguments["max_bytes"])
    try:
        pictures = attempt.read(files, arguments["rotate"])
        step, sheets = attempt.fit(pictures, sum(map(_length, files)))
    except PictureFault as fault:
        return {"code": fault.code, "picture": attempt.at}
    write_sheets(sheets, output)
    return {"code": "", "pages": len(sheets), "dpi": step.dpi}


def _length(file: BinaryIO) -> int:
    return file.seek(0, 2)


class _Attempt:
    """`at` is the picture at hand, counted from 1: the one that a fault is about."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.at = 0

    def read(self, files: Sequence[BinaryIO], rotate: Sequence[int]) -> list[Picture]:
        pictures = []
        for self.at, (file, degrees) in enumerate(zip(files, rotate, strict=True), start=1):
            pictures.append(Picture.read(file, degrees))
        return pictures

    def fit(self, pictures: Sequence[Picture], length: int) -> tuple[Step, Sheets]:
        """Draw all pictures at the finest step that fits. Raises `PictureFault`."""
        best, lower = STEPS[:1], STEPS[1:]
        # Only what is small enough as it came has a chance of staying so.
        steps = [best, lower] if length <= self.max_bytes else [lower]
        for some in steps:
            booklet = _Booklet(some, self.max_bytes - _AROUND)
            for self.at, picture in enumerate(pictures, start=1):
                booklet.add(picture)
            if booklet.sheets:
                return next(iter(booklet.sheets.items()))
        self.at = booklet.largest
        raise PictureFault("pictures_do_not_fit")


class _Booklet:
    """The same sheets at several steps. A step that became too large is let go, with its bytes."""

    def __init__(self, steps: Sequence[Step], room: int) -> None:
        self.sheets: dict[Step, Sheets] = {step: [] for step in steps}
        self.room = dict.fromkeys(steps, room)
        self.floor = steps[-1]
        self.sizes: list[int] = []

    @property
    def largest(self) -> int:
        """The picture, counted from 1, that is the largest at the last step."""
        return self.sizes.index(max(self.sizes)) + 1

    def add(self, picture: Picture) -> None:
        above = [step for step in self.sheets if step != self.floor]
        for step, drawn in picture.at([*above, self.floor]):
            self.room[step] -= len(drawn.data) + _AROUND_EACH
            if step == self.floor:
                self.sizes.append(len(drawn.data))
            if self.room[step] < 0:
                self.sheets.pop(step, None)
            else:
                self.sheets[step].append((drawn, picture.stance))
