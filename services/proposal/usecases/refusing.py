"""A document that was refused after it was taken: remembered, and told to whom it holds up."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, select

from chassis.events import outbox
from services.proposal import events
from services.proposal.domain.stages import OFFICER_STAGES
from services.proposal.models import Proposal, ProposalDocument, RefusedDocument, db
from services.proposal.usecases.cases import Case, open_case


def refuse(document_id: UUID, *, code: str) -> None:
    """Have a document replaced wherever it is, before anybody approves a proposal with it.

    It is remembered if it is in none, too: its receipt may still come.
    """
    with db.transaction() as session:
        known = select(RefusedDocument.id).where(RefusedDocument.document_id == document_id)
        if session.scalar(known) is not None:
            return
        session.add(RefusedDocument(document_id=document_id, code=code))
        session.flush()
        for proposal_id, requirement in session.execute(_holding(document_id)).all():
            _tell(open_case(session, proposal_id), requirement)


def _holding(document_id: UUID) -> Select[UUID, str]:
    """Find the proposals under way in which it is; a draft's applicant sees it on the form."""
    return (
        select(ProposalDocument.proposal_id, ProposalDocument.requirement)
        .join(Proposal, Proposal.id == ProposalDocument.proposal_id)
        .where(
            ProposalDocument.document_id == document_id,
            ProposalDocument.current,
            Proposal.submitted_at.is_not(None),
            Proposal.closed_at.is_(None),
        )
        .order_by(ProposalDocument.proposal_id)
    )


def _tell(case: Case, requirement: str) -> None:
    row = case.layanan.requirement(requirement)
    if row is None:
        return
    deciders: Iterable[UUID] = case.decider_ids() if case.stage in OFFICER_STAGES else ()
    outbox.record(events.document_refused(case.proposal, case.layanan, row.name, deciders))
