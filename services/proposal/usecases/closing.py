"""How a case ends before its time: closed by an officer (R34)."""

from dataclasses import dataclass
from uuid import UUID

from chassis.data.versioned import Seen
from chassis.events import outbox
from services.proposal import events
from services.proposal.domain import closing
from services.proposal.domain.closing import ClosingReason, responsible_stage
from services.proposal.domain.workflow import NotYourStage
from services.proposal.models import db
from services.proposal.queries.responsible import ender_of, told_of_closing
from services.proposal.usecases.cases import (
    Author,
    Case,
    as_last_sent,
    author_of,
    move,
    visible_case,
)
from services.proposal.usecases.deciding import OwnProposal


@dataclass(frozen=True)
class Closing:
    """Why a case ends, in a word and in a note."""

    reason: ClosingReason
    note: str = ""


def close(proposal_id: UUID, *, person_id: UUID, why: Closing, seen: Seen) -> Case:
    """End a case for the office that is responsible for it, or for BKPSDM (R34).

    Raises `NotFound` for a proposal the person may not see, `OwnProposal`, `NotYourStage`,
    `IllegalMove`, `NoteRequired` or `NotYetUnresponsive`.
    """
    with db.transaction() as session:
        case = visible_case(session, proposal_id, person_id, seen=seen)
        author = ender(case, person_id)
        step = closing.close(
            case.position,
            why.reason,
            role=author.role,
            note=why.note,
            since=case.snapshot.moment(case.proposal.stage_since),
            moment=case.moment,
        )
        entry = move(
            case,
            step,
            author,
            note=why.note,
            changes={"reason": str(why.reason)},
            closed_reason=str(why.reason),
            opened=as_last_sent(case),
            withdrawal=None,
        )
        told = told_of_closing(case.proposal, why.reason, case.snapshot, case.moment.today)
        others = [each for each in told if each != person_id]  # nobody is told of an own act
        outbox.record(events.closed(case.proposal, case.layanan, entry, others))
        return case


def ender(case: Case, person_id: UUID) -> Author:
    """Say as whom a person ends a case. Raises `OwnProposal`, `IllegalMove`, `NotYourStage`."""
    if person_id == case.proposal.applicant_id:
        raise OwnProposal
    responsible_stage(case.position)
    holder = ender_of(person_id, case.proposal, case.position, case.snapshot, case.moment.today)
    if holder is None:
        raise NotYourStage
    return author_of(holder)
