"""Scans what was taken while the scanner was away, and lets it out of quarantine."""

from sqlalchemy import select

from chassis.process.regions import all_regions
from chassis.process.telemetry import log
from services.documents.adapters.machinery import machinery
from services.documents.adapters.scanners.protocol import (
    Scanner,
    ScannerTooLarge,
    ScannerUnavailable,
)
from services.documents.domain.refusals import DocumentCorrupt
from services.documents.models import Document, db
from services.documents.usecases.opening import intact
from services.documents.usecases.scanning import judge

_BATCH = 500


def release() -> bool:
    """Scan what is in quarantine, the oldest first; True if any came out, cleared or condemned.

    Without a scanner all stay: a worker that lacks the setting must not open them.
    """
    with all_regions():
        waiting = _waiting()
        scanner = machinery().scanner
        if scanner is None:
            if waiting:
                log.error("quarantine_without_scanner", documents=len(waiting))
            return False
        return _released(waiting, scanner) > 0


def _waiting() -> list[Document]:
    quarantined = select(Document).where(
        Document.quarantined_at.is_not(None), Document.corrupt_since.is_(None)
    )
    by_age = quarantined.order_by(Document.quarantined_at, Document.id)
    waiting = list(db.session.scalars(by_age.limit(_BATCH)))
    db.session.close()
    return waiting


def _released(waiting: list[Document], scanner: Scanner) -> int:
    released = 0
    for document in waiting:
        try:
            with intact(document) as spool:
                result = scanner.scan(spool.file)
        except (ScannerTooLarge, DocumentCorrupt):
            continue  # it holds up no other
        except ScannerUnavailable:
            break
        judge(document, result)
        released += 1
    return released
