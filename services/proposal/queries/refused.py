"""Documents that documents refused after they were put to a proposal (decision 0041)."""

from uuid import UUID

from sqlalchemy import bindparam, select

from chassis.data.reading import Reading
from services.proposal.models import RefusedDocument, db

_REFUSED = Reading(
    select(RefusedDocument.id).where(RefusedDocument.document_id == bindparam("document"))
)


def is_refused(document_id: UUID) -> bool:
    """Say whether nobody can open a document any more; perhaps it is in no proposal yet."""
    return _REFUSED.value(db.session, document=document_id) is not None
