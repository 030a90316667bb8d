"""Withdrawal on request (R34): the applicant asks, the office confirms or refuses with a note."""

from dataclasses import dataclass
from uuid import UUID

from chassis.data.versioned import Seen
from chassis.events import outbox
from services.proposal import events
from services.proposal.domain import withdrawing
from services.proposal.domain.stages import Action
from services.proposal.domain.withdrawing import NoWithdrawalAsked
from services.proposal.domain.workflow import check_note
from services.proposal.models import db
from services.proposal.queries.responsible import enders_of, withdrawal_asked
from services.proposal.usecases.cases import (
    Author,
    Case,
    applicant_author,
    as_last_sent,
    move,
    note_down,
    own_case,
    visible_case,
)
from services.proposal.usecases.closing import ender


@dataclass(frozen=True)
class Answer:
    """What the office says to a wish to withdraw."""

    confirmed: bool
    note: str = ""


def ask(proposal_id: UUID, *, person_id: UUID, note: str, seen: Seen) -> Case:
    """Ask for a proposal to be withdrawn, which an office has decided about.

    Raises `NotFound`, `IllegalMove` or `WithdrawalAsked`.
    """
    with db.transaction() as session:
        case = own_case(session, proposal_id, person_id, seen=seen)
        asked = withdrawal_asked(case.proposal, case.position) is not None
        withdrawing.ask(case.position, asked=asked)
        case.change(withdrawal={"at": case.moment.now.isoformat(), "note": note or None})
        entry = note_down(case, Action.REQUEST_WITHDRAWAL, applicant_author(case), {}, note=note)
        answering = enders_of(case.proposal, case.position, case.snapshot, case.moment.today)
        outbox.record(
            events.withdrawal_requested(case.proposal, case.layanan, entry, answering.employee_ids)
        )
        return case


def answer(proposal_id: UUID, *, person_id: UUID, said: Answer, seen: Seen) -> Case:
    """Confirm a wish to withdraw, or refuse it with a note; the case then stays where it is.

    Raises `NotFound`, `OwnProposal`, `NotYourStage`, `IllegalMove`, `NoWithdrawalAsked` or
    `NoteRequired`.
    """
    with db.transaction() as session:
        case = visible_case(session, proposal_id, person_id, seen=seen)
        author = ender(case, person_id)
        if withdrawal_asked(case.proposal, case.position) is None:
            raise NoWithdrawalAsked
        (_confirm if said.confirmed else _refuse)(case, author, said.note)
        return case


def _confirm(case: Case, author: Author, note: str) -> None:
    step = withdrawing.confirm(case.position, role=author.role)
    move(case, step, author, note=note, opened=as_last_sent(case), withdrawal=None)
    outbox.record(events.withdrawn(case.proposal, case.layanan))


def _refuse(case: Case, author: Author, note: str) -> None:
    check_note(note)
    case.change(withdrawal=None)
    entry = note_down(case, Action.REFUSE_WITHDRAWAL, author, {}, note=note)
    outbox.record(events.withdrawal_refused(case.proposal, case.layanan, entry))
