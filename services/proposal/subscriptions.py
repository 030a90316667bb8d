"""What this service hears: people and offices, decisions of services (R1), refused documents."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from chassis.events.envelope import Event, FieldMissing
from chassis.events.inbox import EventData, Unprocessable, hear, reading
from chassis.http.receipts import Receipt
from chassis.kernel.errors import Refused
from chassis.kernel.text import shown_block
from services.proposal.domain.reasons import Reason
from services.proposal.domain.stages import Action, Result
from services.proposal.models import PEOPLE, Employee, Unit
from services.proposal.queries.region_snapshot import SNAPSHOTS
from services.proposal.seeds.definitions import catalogue_documents
from services.proposal.usecases.catalogue import install
from services.proposal.usecases.deciding import ServiceDecider
from services.proposal.usecases.people import index_nips
from services.proposal.usecases.processing import Outcome, result_as_service
from services.proposal.usecases.refusing import refuse
from services.proposal.usecases.rerouting import follow_applicant, left_behind
from services.proposal.usecases.reviewing import Verdict, decide_as_service
from staff.keeping import heard
from staff.tables import Change


class ReasonData(EventData):
    code = fields.String(required=True)
    target = fields.String(allow_none=True)


class StageData(EventData):
    proposal_id = fields.UUID(required=True)
    stage = fields.String(required=True)
    decision = fields.String(required=True)
    actor = fields.UUID(allow_none=True)
    acting_for = fields.UUID(allow_none=True)
    note = fields.String(allow_none=True)
    reasons = fields.List(fields.Nested(ReasonData), allow_none=True)


class ResultData(EventData):
    proposal_id = fields.UUID(required=True)
    stage = fields.String(required=True)
    result = fields.String(required=True)
    actor = fields.UUID(allow_none=True)
    acting_for = fields.UUID(allow_none=True)
    note = fields.String(allow_none=True)
    document_id = fields.UUID(allow_none=True)
    sha256 = fields.String(allow_none=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z"))
    size = fields.Integer(allow_none=True, strict=True)
    name = fields.String(allow_none=True)
    fields_ = fields.Dict(data_key="fields", allow_none=True)


_DECISIONS = {
    "approve": Action.APPROVE,
    "revise": Action.REVISE,
    "reject": Action.REJECT,
    "not_selected": Action.NOT_SELECT,
}


def refresh(session: Session, changes: Sequence[Change]) -> None:
    """Read the region anew when its offices changed; a new region gets the catalogue, and a new
    NIP finds the proposals of before.
    """
    SNAPSHOTS.follow(session, changes)
    told = {change.row.id: change for change in changes if isinstance(change.row, Employee)}
    if told:
        index_nips(session, told)
        for proposal_id, employee in left_behind(session, told):
            with told[employee.id].event.as_cause():
                follow_applicant(session, proposal_id, employee)
    if any(isinstance(change.row, Unit) and change.row.kind == "region" for change in changes):
        install(catalogue_documents())


def decide_stage(event: Event) -> None:
    data = event.data
    with _refusals_parked():
        verdict = Verdict(
            decision=_decision(data["decision"]),
            note=shown_block(data.get("note") or ""),
            reasons=[
                Reason(reason["code"], reason.get("target")) for reason in data.get("reasons") or ()
            ],
        )
        decide_as_service(UUID(data["proposal_id"]), by=_decider(event), verdict=verdict)


def decide_result(event: Event) -> None:
    data = event.data
    with _refusals_parked():
        outcome = Outcome(
            result=Result(data["result"]),
            remark=shown_block(data.get("note") or ""),
            receipt=_document(event) if data.get("document_id") else None,
            fields=data.get("fields") or {},
        )
        result_as_service(UUID(data["proposal_id"]), by=_decider(event), outcome=outcome)


def refuse_document(event: Event) -> None:
    """Hear of a document; of a file that was never kept there is nothing to do."""
    if event.data["document_id"]:
        refuse(UUID(event.data["document_id"]), code=event.data["code"])


HEARD = {
    **heard(PEOPLE, changed=refresh),
    "stage.decided.v1": hear(decide_stage, replay="skip", reads=StageData()),
    # A replay remembers what was refused before this service heard of such things.
    "document.refused.v1": hear(
        refuse_document, replay="rebuild", reads=reading(document_id=UUID | None, code=str)
    ),
    "result.decided.v1": hear(decide_result, replay="skip", reads=ResultData()),
}


@contextmanager
def _refusals_parked() -> Iterator[None]:
    """A refused or unreadable decision stays so however often it is tried."""
    try:
        yield
    except (Refused, FieldMissing, ValueError) as error:
        raise Unprocessable(f"decision refused: {error}") from error


def _decision(word: str) -> Action:
    if word not in _DECISIONS:
        raise Unprocessable(f"there is no decision {word!r}")
    return _DECISIONS[word]


def _decider(event: Event) -> ServiceDecider:
    data = event.data
    return ServiceDecider(
        service=event.source,
        stage=data["stage"],
        actor_id=_person(data, "actor"),
        acting_for=_person(data, "acting_for"),
    )


def _document(event: Event) -> Receipt:
    data = event.data
    return Receipt(
        document_id=UUID(data["document_id"]),
        owner_id=_person(data, "actor") or UUID(int=0),
        region=event.region,
        sha256=data["sha256"],
        size=data.get("size") or 0,
        content_type="application/pdf",
        name=data.get("name") or "result.pdf",
    )


def _person(data: Mapping[str, Any], key: str) -> UUID | None:
    return UUID(data[key]) if data.get(key) else None
