"""BKPSDM's processing desk: the result with its document, and where the file is meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from chassis.data.versioned import Seen
from chassis.events import outbox
from chassis.http.receipts import Receipt
from chassis.kernel.errors import FieldError, Invalid
from services.proposal import events
from services.proposal.domain import workflow
from services.proposal.domain.checking import check_result
from services.proposal.domain.field_checking import cleaned
from services.proposal.domain.layanan import RESULT
from services.proposal.domain.stages import Result, Stage
from services.proposal.models import ProposalDocument, db
from services.proposal.usecases.attaching import add_document, check_is_pdf, check_owner
from services.proposal.usecases.cases import (
    Author,
    Case,
    move,
    note_down,
    open_case,
    visible_case,
)
from services.proposal.usecases.deciding import (
    ServiceDecider,
    deciding_person,
    deciding_service,
    stage_role,
)


@dataclass(frozen=True)
class Outcome:
    """A result as entered. `fields` are the facts of the result (R22), only with MS."""

    result: Result
    remark: str = ""
    receipt: Receipt | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SubStatus:
    """Where a file in processing is, in words, with the number and date given to it there."""

    text: str
    number: str | None = None
    day: date | None = None

    def stored(self) -> dict[str, Any]:
        day = self.day.isoformat() if self.day else None
        return {"text": self.text, "number": self.number, "date": day}


def enter_result(proposal_id: UUID, *, person_id: UUID, outcome: Outcome, seen: Seen) -> Case:
    """Close a proposal with MS or TMS, and issue its result document.

    Raises `NotFound`, `OwnProposal`, `NotYourStage`, `AlreadyDecided`, `IllegalMove`,
    `RemarkRequired`, `ResultDocumentRequired`, or `Invalid` naming fields.
    """
    with db.transaction() as session:
        case = visible_case(session, proposal_id, person_id, seen=seen)
        author = deciding_person(case, person_id)
        if outcome.receipt is not None:
            check_owner(outcome.receipt, person_id)
            check_is_pdf(outcome.receipt)
        return _close(case, author, stage_role(case), outcome)


def result_as_service(proposal_id: UUID, *, by: ServiceDecider, outcome: Outcome) -> Case:
    """Close a proposal whose processing is given to a service (R1)."""
    with db.transaction() as session:
        case = open_case(session, proposal_id)
        author = deciding_service(case, by)
        return _close(case, author, author.role, outcome)


def set_sub_status(
    proposal_id: UUID,
    *,
    person_id: UUID,
    sub_status: SubStatus,
    seen: Seen,
) -> Case:
    """Write down where a file in processing is, e.g. at BKN (R11).

    Raises `NotFound`, `OwnProposal`, `NotYourStage`, `AlreadyDecided` or `IllegalMove`.
    """
    with db.transaction() as session:
        case = visible_case(session, proposal_id, person_id, seen=seen)
        author = deciding_person(case, person_id)
        if case.stage is not Stage.PROCESSING:
            raise workflow.IllegalMove
        stored = sub_status.stored()
        case.change(sub_status=stored)
        note_down(case, "sub_status", author, stored)
        return case


def _close(case: Case, author: Author, role: str, outcome: Outcome) -> Case:
    step = workflow.enter_result(
        case.position,
        outcome.result,
        role=role,
        definition=case.layanan,
        remark=outcome.remark,
        has_document=outcome.receipt is not None,
    )
    fields = _checked_fields(case, outcome)
    document = _attached(case, outcome.receipt)
    entry = move(
        case,
        step,
        author,
        note=outcome.remark,
        changes={"result": str(outcome.result)},
        result=str(outcome.result),
        remark=outcome.remark.strip() or None,
        result_fields=fields,
        pickup_place=_pickup_place(case, outcome),
    )
    outbox.record(events.completed(case.proposal, case.layanan, entry, document))
    if document is not None:
        outbox.record(events.result_document_issued(case.proposal, document))
    return case


def _attached(case: Case, receipt: Receipt | None) -> ProposalDocument | None:
    if receipt is None:
        return None
    return add_document(case, RESULT, receipt, attached_by=receipt.owner_id)


def _checked_fields(case: Case, outcome: Outcome) -> dict[str, Any]:
    given = cleaned(case.layanan.result.fields, outcome.fields)
    if outcome.result is Result.MS:
        errors = check_result(case.layanan, given)
    else:
        errors = [_only_with_ms(name) for name in given]
    if errors:
        raise Invalid(errors=errors)
    return given


def _only_with_ms(name: str) -> FieldError:
    return FieldError(
        f"/fields/{name}", "only_with_ms", "Hanya untuk hasil MS.", "Only for the result MS."
    )


def _pickup_place(case: Case, outcome: Outcome) -> str | None:
    place = case.layanan.result.pickup_place
    return place["id"] if place and outcome.result is Result.MS else None
