"""Looks after the scanner for malware, so that one that is away or out of date is noticed."""

from sqlalchemy import func, select

from chassis.process.clock import now
from chassis.process.regions import all_regions
from chassis.process.telemetry import gauge, log
from services.documents.adapters.machinery import machinery
from services.documents.adapters.scanners.protocol import ScannerUnavailable, Signatures
from services.documents.models import Document, db

ANSWERS = gauge("scanner_answers", "1 while the scanner for malware answers, else 0")
AGE = gauge(
    "scanner_signatures_age_seconds",
    "Age of what the scanner for malware knows; endless where it does not say",
)


QUARANTINED = gauge("documents_quarantined", "Documents that wait to be scanned")
OLDEST = gauge(
    "documents_quarantine_oldest_seconds",
    "For how long the oldest document has waited to be scanned, else 0",
)


def watch_scanner() -> bool:
    """Tell of the quarantine and, where there is a scanner, of when its signatures are.

    False, for use as a loop.
    """
    _count_quarantine()
    scanner = machinery().scanner
    if scanner is None:
        return False
    try:
        _tell(scanner.signatures())
    except ScannerUnavailable:
        ANSWERS.set(0)
        log.warning("scanner_unavailable")
    return False


def _tell(known: Signatures) -> None:
    moment = now()
    ANSWERS.set(1)
    AGE.set((moment - known.made_at).total_seconds() if known.made_at else float("inf"))
    if known.are_old(moment):
        made_at = known.made_at.isoformat() if known.made_at else None
        log.warning("scanner_signatures_old", version=known.version, made_at=made_at)


def _count_quarantine() -> None:
    waiting = select(func.count(), func.min(Document.quarantined_at)).where(
        Document.quarantined_at.is_not(None)
    )
    with all_regions():
        count, since = db.session.execute(waiting).one()
    QUARANTINED.set(count)
    OLDEST.set(max(0.0, (now() - since).total_seconds()) if since else 0)
