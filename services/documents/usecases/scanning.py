"""Looking for malware in what passed the other checks, and again in what is stored."""

from uuid import UUID

from sqlalchemy import update

from chassis.data.versioned import count_changed
from chassis.events import outbox
from chassis.events.security import Kind, note
from chassis.process.clock import now
from chassis.process.regions import in_region
from chassis.process.telemetry import counter, log
from services.documents import events
from services.documents.adapters.machinery import machinery
from services.documents.adapters.scanners.opening import REFUSE
from services.documents.adapters.scanners.protocol import Clean, Found, ScannerUnavailable
from services.documents.adapters.spool import Spool
from services.documents.domain.refusals import DocumentInfected
from services.documents.models import Document, db

CONDEMNED = counter(
    "documents_condemned", "Documents in which malware was found after they were taken"
)


def scan(spool: Spool) -> bool:
    """Have a file scanned; False when it has to wait for that in quarantine.

    Where there is no scanner nothing waits for one. Raises `DocumentInfected` or, if the region
    wants no quarantine, `ScannerUnavailable`.
    """
    scanner = machinery().scanner
    if scanner is None:
        return True
    try:
        result = scanner.scan(spool.file)
    except ScannerUnavailable:
        if machinery().scanner_down == REFUSE:
            raise
        return False
    if isinstance(result, Found):
        raise DocumentInfected(signature=result.name)
    return True


def judge(document: Document, result: Clean | Found) -> None:
    """Do with a stored document what the scanner says of it, once: let it go, or condemn it."""
    if isinstance(result, Found):
        condemn(document, result.name)
    elif document.quarantined_at is not None:
        released = update(Document).where(Document.id == document.id).values(quarantined_at=None)
        with db.transaction() as session:
            session.execute(released)


def condemn(document: Document, signature: str) -> None:
    """Have nobody open a document any more, and tell whoever holds it."""
    condemned = (
        update(Document)
        .where(Document.id == document.id, Document.infected_at.is_(None))
        .values(infected_at=now(), quarantined_at=None)
    )
    with in_region(document.region), db.transaction() as session:
        if not count_changed(session, condemned):
            return
        refused = DocumentInfected(signature=signature)
        outbox.record(events.document_condemned(document, refused.code))
        note_infected(refused, document.owner_id)
    CONDEMNED.inc()


def note_infected(refused: DocumentInfected, owner_id: UUID) -> None:
    """Tell the operators and the auditor, inside the transaction that refuses the file."""
    log.error("document_infected", signature=refused.signature, owner=str(owner_id))
    note(Kind.INFECTED_FILE, refused.code, person=owner_id, thing=f"signature/{refused.signature}")
