"""Looking for malware in what passed the other checks."""

from uuid import UUID

from chassis.events.security import Kind, note
from chassis.process.telemetry import log
from services.documents.adapters.machinery import machinery
from services.documents.adapters.scanners.protocol import Found
from services.documents.adapters.spool import Spool
from services.documents.domain.refusals import DocumentInfected


def scan(spool: Spool) -> None:
    """Have a file scanned, where there is a scanner.

    Raises `DocumentInfected` or `ScannerUnavailable`.
    """
    scanner = machinery().scanner
    if scanner is None:
        return
    result = scanner.scan(spool.file)
    if isinstance(result, Found):
        raise DocumentInfected(signature=result.name)


def note_infected(refused: DocumentInfected, owner_id: UUID) -> None:
    """Tell the operators and the auditor, inside the transaction that refuses the file."""
    log.error("document_infected", signature=refused.signature, owner=str(owner_id))
    note(Kind.INFECTED_FILE, refused.code, person=owner_id, thing=f"signature/{refused.signature}")
