"""Looking at a paper: proposal says who may, documents shows it and logs the view."""

from uuid import UUID

from sqlalchemy import select

from chassis.kernel.errors import NotFound
from services.proposal.adapters.grants import Grant, request_grant
from services.proposal.domain.proposal_receipt import RECEIPT
from services.proposal.models import ProposalDocument, db
from services.proposal.usecases.cases import visible_case


def grant_document(
    proposal_id: UUID, *, person_id: UUID, requirement: str, revision: int | None = None
) -> Grant:
    """Let a person see one document of a proposal for a few minutes.

    `revision` None means the present one. Raises `NotFound` for a proposal the person may not
    see (a receipt is its applicant's), or `PeerUnavailable`. The call to documents happens after
    the transaction.
    """
    with db.transaction() as session:
        case = visible_case(session, proposal_id, person_id)
        if requirement == RECEIPT and case.proposal.applicant_id != person_id:
            raise NotFound
        revision_wanted = (
            ProposalDocument.current if revision is None else ProposalDocument.revision == revision
        )
        document = db.one(
            select(ProposalDocument).where(
                ProposalDocument.proposal_id == proposal_id,
                ProposalDocument.requirement == requirement,
                revision_wanted,
            )
        )
        purpose = f"{case.stage} {case.proposal.number or ''}".strip()
    return request_grant(document_id=document.document_id, viewer_id=person_id, purpose=purpose)
