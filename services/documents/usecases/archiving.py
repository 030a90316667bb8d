"""A result document goes into its owner's archive, whichever service issued it (ruling R2)."""

from uuid import UUID

from sqlalchemy import select

from chassis.events import outbox
from chassis.events.envelope import Event
from chassis.events.inbox import Unprocessable
from services.documents import events
from services.documents.models import ArchiveEntry, Document, db


def archive(event: Event) -> None:
    """List the issued document in its owner's archive, once.

    Raises `Unprocessable` when the document is not here or is not the one the event means.
    """
    data = event.data
    document = _document(UUID(data["document_id"]), data["sha256"])
    owner_id = UUID(data["owner_id"])
    with db.transaction() as session:
        statement = select(ArchiveEntry.id).where(
            ArchiveEntry.document_id == document.id, ArchiveEntry.owner_id == owner_id
        )
        if session.scalar(statement) is not None:
            return
        entry = ArchiveEntry(
            document_id=document.id,
            owner_id=owner_id,
            category=data["layanan"],
            proposal_id=UUID(data["proposal_id"]),
            number=data["number"],
        )
        session.add(entry)
        session.flush()
        outbox.record(events.document_verified(document, entry))


def _document(document_id: UUID, sha256: str) -> Document:
    document = db.session.scalars(select(Document).where(Document.id == document_id)).one_or_none()
    if document is None:
        raise Unprocessable("the issued document is not in this region's store")
    if document.sha256 != sha256:
        raise Unprocessable("the issued document's hash is not that of the stored one")
    return document
