"""What the checker can do with files: each task by its name. Runs only in a limited child.

A task gets the files' content, its arguments, the one file it may write (or None) and the
limits; it returns what goes into JSON. Everything it needs is imported here, before the fork.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from services.documents.adapters.checker.inspection import inspect
from services.documents.domain.limits import InspectionLimits

Work = Callable[
    [Sequence[BinaryIO], Mapping[str, Any], BinaryIO | None, InspectionLimits], Mapping[str, Any]
]


@dataclass(frozen=True)
class Task:
    """`too_much` is the answer for a file on which the work computed too long or crashed."""

    work: Work
    too_much: Mapping[str, Any]


def _inspect(
    files: Sequence[BinaryIO],
    _arguments: Mapping[str, Any],
    _output: BinaryIO | None,
    limits: InspectionLimits,
) -> Mapping[str, Any]:
    return inspect(files[0], limits).said()


TASKS: Mapping[str, Task] = {
    "inspect": Task(_inspect, too_much={"code": "document_too_complex"}),
}
