"""The deciding desks: approve, return for revision, reject; by officers and by services."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.data.versioned import Seen
from chassis.events import outbox
from services.proposal import events
from services.proposal.domain import workflow
from services.proposal.domain.opening import marked_by, opened_by
from services.proposal.domain.reasons import Reason, check_nothing_marked
from services.proposal.domain.stages import SERVICE, Action, Stage
from services.proposal.models import HistoryEntry, db
from services.proposal.queries.filed import as_it_stands
from services.proposal.usecases.cases import (
    Author,
    Case,
    move,
    open_case,
    visible_case,
)
from services.proposal.usecases.deciding import (
    ServiceDecider,
    deciding_person,
    deciding_service,
    stage_role,
)
from services.proposal.usecases.marking import marked_in_words


@dataclass(frozen=True)
class Verdict:
    """A decision with what the applicant is told about it."""

    decision: Action
    note: str = ""
    reasons: Sequence[Reason] = ()


def decide(proposal_id: UUID, *, person_id: UUID, verdict: Verdict, seen: Seen) -> Case:
    """Decide the present stage for a person who holds it today.

    Raises `NotFound` for a proposal the person may not see, `OwnProposal`, `NotYourStage`,
    `AlreadyDecided`, `IllegalMove`, `NoteRequired`, `MarkedAsWrong` or `ReasonUnknown`.
    """
    with db.transaction() as session:
        case = visible_case(session, proposal_id, person_id, seen=seen)
        author = deciding_person(case, person_id)
        return _decide(case, author, stage_role(case), verdict)


def decide_as_service(proposal_id: UUID, *, by: ServiceDecider, verdict: Verdict) -> Case:
    """Decide a stage given to a service, under the rules people have (R1).

    Raises `NotFound`, `NotYourStage`, or `AlreadyDecided` when the stage has passed.
    """
    with db.transaction() as session:
        case = open_case(session, proposal_id)
        author = deciding_service(case, by)
        return _decide(case, author, author.role, verdict)


def _decide(case: Case, author: Author, role: str, verdict: Verdict) -> Case:
    step = workflow.decide(
        case.position,
        verdict.decision,
        role=role,
        definition=case.layanan,
        note=verdict.note,
        reasons=verdict.reasons,
    )
    if verdict.decision is Action.APPROVE and not role.startswith(SERVICE):
        check_nothing_marked(verdict.reasons)
    effects = _effects(case, step, verdict.reasons)
    entry = move(case, step, author, note=verdict.note, reasons=verdict.reasons, **effects)
    _tell(case, entry, verdict.reasons)
    return case


def _effects(case: Case, step: workflow.Move, reasons: Sequence[Reason]) -> dict[str, Any]:
    if step.to_stage is Stage.NOT_SELECTED:
        return {"result": "not_selected"}
    if step.to_stage is not Stage.REVISION:
        return {}
    parts = opened_by(case.layanan, reasons)
    sent = as_it_stands(case.proposal, case.dossier.papers)
    return {
        "changes": {"sent": dict(sent.present)},
        "opened": {
            "fields": sorted(parts.fields),
            "documents": sorted(parts.documents),
            "before": _as_marked(case, reasons),
            "sent": sent.stored(),
        },
    }


def _as_marked(case: Case, reasons: Sequence[Reason]) -> dict[str, Any]:
    """What each marked part is now, so that it shows later whether it was changed (R35)."""
    marked, values = marked_by(case.layanan, reasons), case.proposal.fields
    present = {row.requirement: row.revision for row in case.dossier.current}
    return {
        **{f"field:{name}": values.get(name) for name in marked.fields},
        **{f"document:{code}": present.get(code) for code in marked.documents},
    }


def _tell(case: Case, entry: HistoryEntry, reasons: Sequence[Reason]) -> None:
    proposal, layanan = case.proposal, case.layanan
    if case.stage is Stage.REVISION:
        marked = marked_in_words(layanan, reasons)
        outbox.record(events.returned(proposal, layanan, entry, marked))
    elif case.stage is Stage.REJECTED:
        outbox.record(events.rejected(proposal, layanan, entry))
    elif case.stage is Stage.NOT_SELECTED:
        outbox.record(events.completed(proposal, layanan, entry, None))
    else:
        outbox.record(events.advanced(proposal, layanan, entry, case.decider_ids()))
