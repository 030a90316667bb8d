"""The receipt of a proposal: wished for with the submission, made and filed by the worker.

A submission is not held up by a paper, and a paper is not made for one that was rolled back.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from chassis.http.made_files import NewFile, made
from chassis.http.receipts import Receipt
from chassis.kernel.errors import NotFound, Refused
from chassis.run.timers import Timer, is_set, set_timer
from services.proposal.adapters.papers import receipt_pdf
from services.proposal.domain.proposal_receipt import (
    MAKE_RECEIPT,
    RECEIPT,
    Received,
    ReceivedPaper,
    receipt_facts,
)
from services.proposal.models import Proposal, ProposalDocument, db
from services.proposal.queries.filed import present_as_sent
from services.proposal.queries.proposals import find, receipt_subject
from services.proposal.queries.region_snapshot import region_snapshot
from services.proposal.usecases.attaching import add_document
from services.proposal.usecases.cases import Case, open_case

# There is one per proposal, of the day it was first handed in.
_VERSION = 1


class NotHandedIn(Refused):
    """There is nothing to give a receipt for."""

    code = "not_handed_in"
    text = {
        "id": "Tanda terima baru ada setelah usulan dikirim.",
        "en": "There is a receipt only once the proposal was sent.",
    }


def wish(case: Case, language: str) -> None:
    """Have the receipt made soon, of the papers that were sent; a result is none."""
    required = {row.code for row in case.layanan.requirements}
    sent = present_as_sent(case.dossier).values()
    set_timer(
        MAKE_RECEIPT,
        receipt_subject(case.proposal.id),
        case.moment.now,
        language=language,
        listed_at=case.moment.now.isoformat(),
        documents=[str(row.id) for row in sent if row.requirement in required],
    )


def ask_for(proposal_id: UUID, *, person_id: UUID, language: str) -> Proposal:
    """Have the receipt made that is not there: of a proposal from before there were any.

    Raises `NotFound` for anybody but the applicant, and `NotHandedIn`.
    """
    with db.transaction() as session:
        case = open_case(session, proposal_id)
        if case.proposal.applicant_id != person_id:
            raise NotFound
        if case.proposal.number is None:
            raise NotHandedIn
        if not _is_filed(proposal_id) and not is_set(MAKE_RECEIPT, receipt_subject(proposal_id)):
            wish(case, language)
        return case.proposal


def make(timer: Timer) -> Receipt:
    """Set the paper and have documents keep it, unless it does already."""
    proposal = find(_proposal_id(timer))
    snapshot = region_snapshot()
    facts = receipt_facts(
        _received(proposal, timer),
        snapshot.layanan[proposal.definition_id],
        region=snapshot.name,
        zone=snapshot.zone,
        language=timer.data["language"],
    )
    name = f"Tanda terima {facts['number'].replace('/', '-')}.pdf"
    return made(
        NewFile(
            timer.subject, _VERSION, proposal.applicant_id, name, write=lambda: receipt_pdf(facts)
        )
    )


def file(timer: Timer, receipt: Receipt) -> None:
    """Put the paper to its proposal, once; nothing of the proposal itself changes."""
    proposal_id = _proposal_id(timer)
    if not _is_filed(proposal_id):
        add_document(open_case(db.session(), proposal_id), RECEIPT, receipt, attached_by=None)


def _received(proposal: Proposal, timer: Timer) -> Received:
    statement = select(ProposalDocument).where(
        ProposalDocument.id.in_(map(UUID, timer.data["documents"]))
    )
    return Received(
        number=str(proposal.number),
        lookup_code=str(proposal.lookup_code),
        applicant=proposal.applicant,
        submitted_at=proposal.submitted_at or proposal.created_at,
        listed_at=datetime.fromisoformat(timer.data["listed_at"]),
        papers=[
            ReceivedPaper(row.requirement, row.pages, row.size, row.sha256)
            for row in db.session.scalars(statement.order_by(ProposalDocument.id))
        ],
    )


def _is_filed(proposal_id: UUID) -> bool:
    statement = select(ProposalDocument.id).where(
        ProposalDocument.proposal_id == proposal_id, ProposalDocument.requirement == RECEIPT
    )
    return db.session.scalar(statement) is not None


def _proposal_id(timer: Timer) -> UUID:
    return UUID(timer.subject.split("/")[1])
