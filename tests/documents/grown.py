"""Many documents of many people, each opened a few times, some in an archive."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from chassis.process.ids import uuid7
from chassis.process.regions import in_region
from services.documents.models import ArchiveEntry, Document, Grant, View, db
from tests.builders.organisation import an_id
from tests.builders.service import Service

PER_PERSON = 50
VIEWED = 3
START = datetime(2025, 1, 1, tzinfo=UTC)
Row = dict[str, Any]


def fill(service: Service, size: int) -> None:
    """Put so many documents into the service."""
    documents = [_document(number) for number in range(size)]
    with service.app.app_context(), in_region("demo"), db.transaction() as session:
        session.execute(insert(Document), documents)
        session.execute(insert(View), [_view(row) for row in documents for _ in range(VIEWED)])
        session.execute(insert(Grant), [_grant(row) for row in documents])
        session.execute(insert(ArchiveEntry), [_entry(row) for row in documents[::4]])


def person(number: int) -> Any:
    return an_id(f"person {number}")


def _document(number: int) -> Row:
    at = START + timedelta(minutes=number)
    return {
        "id": uuid7(),
        "owner_id": person(number // PER_PERSON),
        "name": f"Berkas {number % 97}.pdf",
        "sha256": f"{number:064x}",
        "size": 20_000,
        "content_type": "application/pdf",
        "pages": 2,
        "signed": False,
        "object_key": f"objects/{number:012d}",
        "uploaded_at": at,
        "scrubbed_at": datetime.now(UTC),
        "region": "demo",
    }


def _view(document: Row) -> Row:
    return {
        "id": uuid7(),
        "document_id": document["id"],
        "viewer_id": person(0),
        "purpose": "proposal",
        "viewed_at": document["uploaded_at"],
        "region": "demo",
    }


def _grant(document: Row) -> Row:
    return {
        "id": uuid7(),
        "token_hash": f"{document['sha256'][::-1]}",
        "document_id": document["id"],
        "viewer_id": person(0),
        "purpose": "proposal",
        "client_id": "simpul-proposal",
        "expires_at": document["uploaded_at"],
        "region": "demo",
    }


def _entry(document: Row) -> Row:
    return {
        "id": uuid7(),
        "document_id": document["id"],
        "owner_id": document["owner_id"],
        "category": "surat",
        "proposal_id": uuid7(),
        "number": "DEMO/X/2026/000001",
        "archived_at": document["uploaded_at"],
        "region": "demo",
    }
