"""What documents tells the others: one function per event, contracts in `contracts/`."""

from uuid import UUID

from chassis.events.envelope import Event
from services.documents.models import ArchiveEntry, Document, RefusedUpload


def document_stored(document: Document) -> Event:
    """A document passed its checks and is stored."""
    return _event(
        "document.stored.v1",
        document.id,
        1,
        document_id=str(document.id),
        owner_id=str(document.owner_id),
        sha256=document.sha256,
        size=document.size,
        content_type=document.content_type,
        pages=document.pages,
    )


def document_verified(document: Document, entry: ArchiveEntry) -> Event:
    """An officer stands behind a document of somebody's archive: here, by issuing it."""
    return _event(
        "document.verified.v1",
        document.id,
        2,
        document_id=str(document.id),
        owner_id=str(entry.owner_id),
        category=entry.category,
        sha256=document.sha256,
    )


def document_refused(upload: RefusedUpload) -> Event:
    """A file was not taken; nothing of it was kept."""
    return _event(
        "document.refused.v1",
        upload.id,
        1,
        document_id=None,
        owner_id=str(upload.owner_id),
        sha256=upload.sha256,
        size=upload.size,
        code=upload.code,
    )


def _event(event_type: str, subject: UUID, version: int, **data: object) -> Event:
    return Event(event_type, f"document/{subject}", data, version)
