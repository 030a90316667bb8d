"""What the checker can do with files: each task by its name. Runs only in a limited child.

A task gets the files' content, its arguments, the one file it may write (or None) and the
limits; it returns what goes into JSON. Everything it needs is imported here or loaded by
`loading`, before the fork: a child can open no file, so it can import nothing either.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, BinaryIO

from chassis.process.confinement import tried
from services.documents.adapters.checker.inspection import inspect
from services.documents.adapters.checker.mending import NotMendable, mend, offers
from services.documents.adapters.checker.pictures import make_pdf
from services.documents.adapters.checker.rendering import draw_page
from services.documents.adapters.checker.verdict import Unsuitable
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
    arguments: Mapping[str, Any],
    _output: BinaryIO | None,
    limits: InspectionLimits,
) -> Mapping[str, Any]:
    allowed = arguments.get("xml_attachments") is True
    return inspect(files[0], limits, xml_attachments=allowed).said()


def _offers(
    files: Sequence[BinaryIO],
    arguments: Mapping[str, Any],
    _output: BinaryIO | None,
    _limits: InspectionLimits,
) -> Mapping[str, Any]:
    offered = offers(arguments["code"], files[0].read(), max_bytes=arguments["max_bytes"])
    return {"offers": offered}


def _mend(
    files: Sequence[BinaryIO],
    arguments: Mapping[str, Any],
    output: BinaryIO | None,
    _limits: InspectionLimits,
) -> Mapping[str, Any]:
    try:
        made, changes = mend(arguments["how"], files[0].read(), max_bytes=arguments["max_bytes"])
    except NotMendable as refused:
        return {"code": refused.code}
    _given(output).write(made)
    return {"changes": asdict(changes)}


def _page(
    files: Sequence[BinaryIO],
    arguments: Mapping[str, Any],
    output: BinaryIO | None,
    _limits: InspectionLimits,
) -> Mapping[str, Any]:
    content, page, width = files[0].read(), arguments["page"], arguments["width"]
    try:
        return {"size": draw_page(content, page, width=width, output=_given(output))}
    except Unsuitable as refused:
        return {"code": refused.code}


def _given(output: BinaryIO | None) -> BinaryIO:
    if output is None:
        raise TypeError("this task writes a file")
    return output


# A HEIC of 66 megapixels takes 500 MiB, and up to 100 MiB of files are read before.
_FOR_PICTURES = {"memory": 1024 * MEBIBYTE, "cpu_seconds": 15, "wall_seconds": 18.0}


def _protections(*_given: object) -> Mapping[str, Any]:
    return tried()


TASKS: Mapping[str, Task] = {
    "protections": Task(_protections, too_much={}),
    "inspect": Task(_inspect, too_much={"code": "document_too_complex"}),
    "combine": Task(make_pdf, too_much={"code": PicturesTooMuch.code}, needs=_FOR_PICTURES),
    "offers": Task(_offers, too_much={"offers": []}),
    "mend": Task(_mend, too_much={"code": "document_not_mendable"}),
    "page": Task(_page, too_much={"code": "document_too_complex"}),
}
