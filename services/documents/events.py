"""What documents tells the others."""

from typing import Annotated
from uuid import UUID

from chassis.events.envelope import Event
from chassis.events.facts import Example, Facts
from services.documents.models import ArchiveEntry, Document, RefusedUpload

Sha256 = Annotated[str, {"pattern": "^[0-9a-f]{64}$"}, Example("ab" * 32)]


class DocumentStored(Facts, event="document.stored.v1"):
    """A document passed its checks and is stored."""

    document_id: UUID
    owner_id: UUID
    sha256: Sha256
    size: Annotated[int, {"minimum": 1}]
    content_type: str
    pages: Annotated[int, {"minimum": 1}]


class DocumentVerified(Facts, event="document.verified.v1"):
    """An officer stands behind a document of somebody's archive."""

    document_id: UUID
    owner_id: UUID
    category: Annotated[str, "The layanan it came from.", {"minLength": 1}]
    sha256: Sha256


class DocumentRefused(Facts, event="document.refused.v1"):
    """A file was not accepted. document_id is null when it was refused before it was kept.

    With one: malware was found in a document that was taken, and nobody can open it any more.
    """

    document_id: UUID | None
    owner_id: UUID
    sha256: Sha256
    size: Annotated[int, {"minimum": 0}]
    code: Annotated[str, {"pattern": "^[a-z_]+$"}]


def document_stored(document: Document) -> Event:
    return DocumentStored(
        document_id=document.id,
        owner_id=document.owner_id,
        sha256=document.sha256,
        size=document.size,
        content_type=document.content_type,
        pages=document.pages,
    ).event(document.id, 1)


def document_verified(document: Document, entry: ArchiveEntry) -> Event:
    return DocumentVerified(
        document_id=document.id,
        owner_id=entry.owner_id,
        category=entry.category,
        sha256=document.sha256,
    ).event(document.id, 2)


def document_refused(upload: RefusedUpload) -> Event:
    return DocumentRefused(
        document_id=None,
        owner_id=upload.owner_id,
        sha256=upload.sha256,
        size=upload.size,
        code=upload.code,
    ).event(upload.id, 1)


def document_condemned(document: Document, code: str) -> Event:
    return DocumentRefused(
        document_id=document.id,
        owner_id=document.owner_id,
        sha256=document.sha256,
        size=document.size,
        code=code,
    ).event(document.id, 3)
