"""What the checker can do with files: each task by its name. Runs only in a limited child.

A task gets the files' content, its arguments, the one file it may write (or None) and the
limits; it returns what goes into JSON. Everything it needs is imported here, before the fork.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from services.documents.adapters.checker.inspection import inspect
from services.documents.adapters.checker.pictures import make_pdf
from services.documents.domain.limits import MEBIBYTE, InspectionLimits
from services.documents.domain.pictures import PicturesTooMuch

Work = Callable[
    [Sequence[BinaryIO], Mapping[str, Any], BinaryIO | None, InspectionLimits], Mapping[str, Any]
]


@dataclass(frozen=True)
class Task:
    """`too_much` is the answer for a file on which the work computed too long or crashed.

    `needs` are the limits that are others for this task.
    """

    work: Work
    too_much: Mapping[str, Any]
    needs: Mapping[str, Any] = field(default_factory=dict)

    def limits(self, usual: InspectionLimits) -> InspectionLimits:
        return replace(usual, **self.needs)


def _inspect(
    files: Sequence[BinaryIO],
    _arguments: Mapping[str, Any],
    _output: BinaryIO | None,
    limits: InspectionLimits,
) -> Mapping[str, Any]:
    return inspect(files[0], limits).said()


# A HEIC of 66 megapixels takes 500 MiB, and up to 100 MiB of files are read before.
_FOR_PICTURES = {"memory": 1024 * MEBIBYTE, "cpu_seconds": 20, "wall_seconds": 25.0}

TASKS: Mapping[str, Task] = {
    "inspect": Task(_inspect, too_much={"code": "document_too_complex"}),
    "combine": Task(make_pdf, too_much={"code": PicturesTooMuch.code}, needs=_FOR_PICTURES),
}
