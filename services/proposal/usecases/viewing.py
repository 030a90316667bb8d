"""Looking at a paper: proposal says who may, documents shows it and logs the view."""

from uuid import UUID

from chassis.kernel.errors import NotFound
from services.proposal.adapters.grants import Grant, request_grant
from services.proposal.domain.proposal_receipt import RECEIPT
from services.proposal.models import db
from services.proposal.queries.filed import filed_for
from services.proposal.usecases.cases import visible_case


def grant_document(
    proposal_id: UUID, *, person_id: UUID, requirement: str, revision: int | None = None
) -> Grant:
    """Let a person see one document of a proposal for a few minutes.

    `revision` None means the present one. Raises `NotFound` for a proposal the person may not
    see (a receipt is its applicant's) and for a document that was not sent yet, or
    `PeerUnavailable`. The call to documents happens after the transaction.
    """
    with db.transaction() as session:
        case = visible_case(session, proposal_id, person_id)
        if requirement == RECEIPT and case.proposal.applicant_id != person_id:
            raise NotFound
        document = filed_for(person_id, case.dossier).version(requirement, revision)
        if document is None:
            raise NotFound
        purpose = f"{case.stage} {case.proposal.number or ''}".strip()
    return request_grant(document_id=document.document_id, viewer_id=person_id, purpose=purpose)
