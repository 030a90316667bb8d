"""What documents tells the others. Call these inside the transaction of the change."""

from uuid import UUID

from chassis.events.envelope import Event
from chassis.events.outbox import record
from services.documents.models import ArchiveEntry, Document, RefusedUpload


def document_stored(document: Document) -> None:
    """A document passed its checks and is stored."""
    _record(
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


def document_verified(document: Document, entry: ArchiveEntry) -> None:
    """An officer stands behind a document of somebody's archive: here, by issuing it."""
    _record(
        "document.verified.v1",
        document.id,
        2,
        document_id=str(document.id),
        owner_id=str(entry.owner_id),
        category=entry.category,
        sha256=document.sha256,
    )


def document_refused(upload: RefusedUpload) -> None:
    """A file was not taken; nothing of it was kept."""
    _record(
        "document.refused.v1",
        upload.id,
        1,
        document_id=None,
        owner_id=str(upload.owner_id),
        sha256=upload.sha256,
        size=upload.size,
        code=upload.code,
    )


def _record(event_type: str, subject: UUID, version: int, **data: object) -> None:
    record(Event(event_type, f"document/{subject}", data, version))
