"""Leave to open: another service decided that a viewer may read a document."""

import hashlib
from datetime import datetime
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy import select

from chassis.data.writing import add_rows
from chassis.process.clock import now
from services.documents.domain.grants import end_of_grant
from services.documents.models import Document, Grant, db


def grant(
    *, document_id: UUID, viewer_id: UUID, purpose: str, minutes: int, client_id: str
) -> tuple[str, datetime]:
    """Make a grant; return its token, which is kept only as a hash, and its end.

    Raises `NotFound` when there is no such document in the bound region.
    """
    token = token_urlsafe(32)
    with db.transaction() as session:
        region = db.one(select(Document.region).where(Document.id == document_id))
        made = Grant(
            region=region,
            token_hash=token_hash(token),
            document_id=document_id,
            viewer_id=viewer_id,
            purpose=purpose,
            client_id=client_id,
            expires_at=end_of_grant(now(), minutes),
        )
        add_rows(session, made)
    return token, made.expires_at


def token_hash(token: str) -> str:
    """Return what is stored of a grant's token."""
    return hashlib.sha256(token.encode()).hexdigest()
