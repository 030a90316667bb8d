"""Reads every stored object again each week, so that decay is found before somebody needs it."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import select, update

from chassis.process.clock import now
from chassis.process.regions import all_regions
from services.documents.domain.refusals import DocumentCorrupt
from services.documents.models import Document, db
from services.documents.usecases.opening import intact

EVERY = timedelta(days=7)
_BATCH = 20


def scrub() -> bool:
    """Re-read some documents not compared for a week; True if there were any.

    A corrupt one raises the alarm and is not served until its bytes are back.
    """
    with all_regions():
        due = list(
            db.session.scalars(
                select(Document)
                .where(Document.scrubbed_at < now() - EVERY)
                .order_by(Document.scrubbed_at, Document.id)
                .limit(_BATCH)
            )
        )
        db.session.close()
        for document in due:
            _compare(document)
    return bool(due)


def _compare(document: Document) -> None:
    noted: dict[str, datetime | None] = {"scrubbed_at": now()}
    with suppress(DocumentCorrupt):
        intact(document).close()
        noted["corrupt_since"] = None
    with db.transaction() as session:
        session.execute(update(Document).where(Document.id == document.id).values(noted))
