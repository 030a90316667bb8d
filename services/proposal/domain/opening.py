"""What the applicant may change, and when (ruling R14).

A draft is open. In revision, what the officer marked is open; nothing marked, note only, opens
everything. In every other stage the proposal is closed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from chassis.kernel.errors import FieldError, Refused
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.reasons import Reason
from services.proposal.domain.stages import Stage


class ClosedForChange(Refused):
    """The field or document is not open to the applicant now."""

    code = "closed_for_change"
    text = {
        "id": "Bagian ini tidak dibuka untuk perbaikan.",
        "en": "This part is not open for revision.",
    }


@dataclass(frozen=True)
class Opened:
    """The names of the fields and the codes of the documents that may be changed."""

    fields: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()


def everything(definition: LayananDefinition) -> Opened:
    return Opened(
        frozenset(item.name for item in definition.fields if not item.system),
        frozenset(row.code for row in definition.requirements if row.upload),
    )


def opened_by(definition: LayananDefinition, reasons: Iterable[Reason]) -> Opened:
    """Open what the reasons point at, and what hangs on it.

    A marked field also opens the fields and documents whose condition looks at it: correcting
    an answer can make another row required.
    """
    every = everything(definition)
    marked = marked_by(definition, reasons)
    if marked == Opened():
        return every
    fields = marked.fields | (_hanging_fields(definition, marked.fields) & every.fields)
    hanging = {row.code for row in definition.requirements if row.need.fields & fields}
    return Opened(fields, (marked.documents | hanging) & every.documents)


def marked_by(definition: LayananDefinition, reasons: Iterable[Reason]) -> Opened:
    """Say what the reasons point at, as far as an applicant can change it."""
    marked = list(reasons)
    every = everything(definition)
    return Opened(
        every.fields & {reason.field for reason in marked if reason.field},
        every.documents & {reason.document for reason in marked if reason.document},
    )


def open_parts(
    definition: LayananDefinition,
    *,
    stage: Stage,
    reasons: Iterable[Reason] = (),
) -> Opened:
    """Say what may be changed in a stage.

    `reasons` are those of the last return.
    """
    if stage is Stage.DRAFT:
        return everything(definition)
    return opened_by(definition, reasons) if stage is Stage.REVISION else Opened()


def require_open(
    opened: Opened,
    *,
    fields: Iterable[str] = (),
    documents: Iterable[str] = (),
) -> None:
    """Refuse a change to anything closed. Raises `ClosedForChange`."""
    closed = [f"/fields/{name}" for name in fields if name not in opened.fields]
    closed += [f"/documents/{code}" for code in documents if code not in opened.documents]
    if closed:
        raise ClosedForChange(errors=[_closed(pointer) for pointer in closed])


def _hanging_fields(definition: LayananDefinition, fields: frozenset[str]) -> set[str]:
    return {item.name for item in definition.fields if item.looks_at & fields}


def _closed(pointer: str) -> FieldError:
    text = ClosedForChange.text
    return FieldError(pointer, ClosedForChange.code, text["id"], text["en"])
