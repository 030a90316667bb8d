"""Reads every stored object again each week, so that decay is found before somebody needs it.

What a scanner has learned since is found on the same way.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import select, update

from chassis.process.clock import now
from chassis.process.regions import all_regions
from services.documents.adapters.machinery import machinery
from services.documents.adapters.scanners.protocol import ScannerUnavailable
from services.documents.adapters.spool import Spool
from services.documents.domain.refusals import DocumentCorrupt
from services.documents.models import Document, db
from services.documents.usecases.opening import intact
from services.documents.usecases.scanning import judge

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
    with suppress(DocumentCorrupt), intact(document) as spool:
        noted["corrupt_since"] = None
        _scan_again(document, spool)
    with db.transaction() as session:
        session.execute(update(Document).where(Document.id == document.id).values(noted))


def _scan_again(document: Document, spool: Spool) -> None:
    """Signatures of today know what those of the upload did not."""
    scanner = machinery().scanner
    if scanner is None:
        return
    with suppress(ScannerUnavailable):  # its own loop tells of that; the next week is soon enough
        judge(document, scanner.scan(spool.file))
