"""What an applicant gets of the receipt of their proposal."""

from typing import Any

from marshmallow import fields

from chassis.http.api import Schema
from services.proposal.api.views.documents import DocumentView, document_view
from services.proposal.domain.proposal_receipt import RECEIPT
from services.proposal.queries.dossier import Papers
from services.proposal.queries.proposals import Viewed, receipt_is_coming

READY, BEING_MADE, NOT_MADE = "ready", "being_made", "not_made"


class ReceiptView(Schema):
    """Opened by a grant for the requirement `tanda-terima`, once it is ready."""

    state = fields.String(required=True, metadata={"enum": [READY, BEING_MADE, NOT_MADE]})
    document = fields.Nested(DocumentView, required=True, allow_none=True)


def receipt_view(viewed: Viewed, filed: Papers) -> dict[str, Any] | None:
    """Show the receipt to the applicant of a proposal that was handed in, else None."""
    if not viewed.is_applicant or viewed.proposal.number is None:
        return None
    paper = next((row for row in filed if row.requirement == RECEIPT), None)
    if paper is None:
        state = BEING_MADE if receipt_is_coming(viewed.proposal.id) else NOT_MADE
        return {"state": state, "document": None}
    return {"state": READY, "document": document_view(paper)}
