"""Taking a file in: check it, put its bytes into the store, then record it in one transaction.

The bytes go first. A crash in between leaves an object nobody knows, which the sweep removes;
the other order could leave a document without its bytes. For the same reason nothing deletes
the object when the transaction fails: its outcome may be unknown.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from secrets import token_hex
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select

from chassis.data import tallies
from chassis.data.reading import Reading
from chassis.data.writing import add_rows
from chassis.events import outbox
from chassis.kernel.errors import Refused
from chassis.process.clock import now
from chassis.process.failpoints import failpoint
from chassis.process.regions import current_region
from chassis.process.telemetry import counter, histogram
from services.documents import events
from services.documents.adapters.checker.client import CheckerUnavailable, ChecksWaiting
from services.documents.adapters.checker.verdict import Verdict
from services.documents.adapters.machinery import machinery
from services.documents.adapters.scanners.protocol import ScannerTooLarge, ScannerUnavailable
from services.documents.adapters.spool import Spool
from services.documents.adapters.stores.protocol import StoreUnavailable
from services.documents.domain import pictures, quotas
from services.documents.domain.content_types import PDF
from services.documents.domain.making import SENT_BY_A_PERSON, MadeAs
from services.documents.domain.pdf_frame import check_frame
from services.documents.domain.pictures import DocumentIsAPicture, picture_type
from services.documents.domain.refusals import (
    DocumentInfected,
    DocumentTooLarge,
    FileRefused,
    refusal,
)
from services.documents.models import Document, RefusedUpload, Upload, db
from services.documents.usecases.scanning import note_infected, scan

REFUSED = counter("documents_refused", "Files not accepted", "code")
AWAY = (CheckerUnavailable, ScannerUnavailable, StoreUnavailable)
BUSY = tuple(error.code for error in (*AWAY, ChecksWaiting, ScannerTooLarge))
CHECK_SECONDS = histogram("document_check_cpu_seconds", "CPU time of one file's inspection")


@dataclass(frozen=True)
class Arrival:
    """A file as it arrived. `max_bytes` is what the sender's requirement allows.

    It is taken only if its content is of its `content_type`.
    """

    owner_id: UUID
    name: str
    spool: Spool
    max_bytes: int
    made_as: MadeAs = SENT_BY_A_PERSON
    content_type: str = PDF

    @property
    def asked_by(self) -> str:
        """Say whose turn it is when the file is checked."""
        return self.made_as.maker or str(self.owner_id)


Offering = Callable[[Arrival, str], tuple[str, ...]]


@dataclass(frozen=True)
class Kept:
    """A checked file whose bytes are in the store; not yet a document.

    One that is not scanned goes into quarantine.
    """

    arrival: Arrival
    verdict: Verdict
    object_key: str
    is_scanned: bool


def admit(owner_id: UUID) -> None:
    """Raise `QuotaExceeded` when the person sent enough for 24 hours, `BusyTooOften` when they
    were answered "busy" too often.

    It lets go of the database: none is held while the body arrives and is checked and stored.
    """
    busy = check_quota(owner_id)
    machinery().quota.check_busy(files=busy.files, size=busy.size)
    db.session.close()


def check_quota(owner_id: UUID) -> quotas.Sent:
    """Raise `QuotaExceeded` when the person sent enough for 24 hours.

    Returns what was answered "busy" in the last hour.
    """
    sent, busy = _sent(owner_id)
    machinery().quota.check(files=sent.files, size=sent.size)
    return busy


def hold_quota(owner_id: UUID) -> None:
    """Let the person's requests take turns in the open transaction, and check as `check_quota`.

    Otherwise each of ten at once would see a day in which the other nine are not.
    """
    tallies.hold(db, f"uploads of {owner_id}")
    check_quota(owner_id)


def _sent(owner_id: UUID) -> tuple[quotas.Sent, quotas.Sent]:
    """Count what a person sent in a day, and what was answered "busy" in an hour."""
    moment = now()
    since = {"since": moment - quotas.WINDOW, "lately": moment - quotas.BUSY_WINDOW}
    of = _SENT.first(db.session, owner=owner_id, **since)
    stored = quotas.Sent(of.stored_files, of.stored_size)
    refused = quotas.Sent(of.refused_files, of.refused_size)
    return stored + refused, quotas.Sent(of.busy_files, of.busy_size)


def _statement() -> Select[Any]:
    owner: Any = bindparam("owner")
    since: Any = bindparam("since")
    of_the_day = (Document.owner_id == owner, Document.uploaded_at >= since)
    stored = [
        select(tally)
        .where(Document.made_by.is_(None), *of_the_day)
        .scalar_subquery()
        .label(f"stored_{what}")
        for what, tally in (("files", func.count(Document.id)), ("size", func.sum(Document.size)))
    ]
    is_busy = RefusedUpload.code.in_(BUSY)
    lately = RefusedUpload.refused_at >= bindparam("lately")
    refused = [
        tally.filter(which).label(f"{name}_{what}")
        for name, which in (("refused", ~is_busy), ("busy", is_busy & lately))
        for what, tally in (("files", func.count()), ("size", func.sum(RefusedUpload.size)))
    ]
    return select(*stored, *refused).where(
        RefusedUpload.made_by.is_(None),
        RefusedUpload.owner_id == owner,
        RefusedUpload.refused_at >= since,
    )


# Asked twice for each file.
_SENT = Reading(_statement())


def _nobody(_refused: Refused) -> None:
    """Hear of a refusal where only the sender is told."""


def _nothing(_arrival: Arrival, _code: str) -> tuple[str, ...]:
    """Offer nothing where the bytes of a refused file are not kept."""
    return ()


def check_and_store(
    arrival: Arrival,
    *,
    told: Callable[[Refused], None] = _nobody,
    offered: Offering = _nothing,
) -> Kept:
    """Check a file and put its bytes into the store.

    Raises `DocumentTooLarge`, another refusal of the file (then recorded, and `told` in the same
    transaction, with the mends that are `offered`), `CheckerUnavailable`, `ScannerUnavailable`,
    `StoreUnavailable` or `StoreFull`.
    """
    try:
        verdict, is_scanned = _looked_at(arrival, offered)
        key = _stored_under(arrival.spool)
    except (FileRefused, DocumentTooLarge) as refused:
        with db.transaction():
            _record_refusal(arrival, refused)
            told(refused)
        raise
    except AWAY as busy:
        _count(arrival, busy.code)
        raise
    failpoint("upload.after_store")
    machinery().signer.key()  # made now if need be, so that no transaction waits for it
    return Kept(arrival, verdict, key, is_scanned)


def _stored_under(spool: Spool) -> str:
    key = f"{current_region()}/{now():%Y/%m}/{token_hex(16)}"
    spool.seek(0)
    machinery().store.put(key, spool.file, size=spool.size, sha256=spool.sha256)
    return key


def _looked_at(arrival: Arrival, offered: Offering) -> tuple[Verdict, bool]:
    """Say what the gate says of a file, and whether it is scanned, in its sender's turn."""
    with in_turn(arrival):
        try:
            return checked(arrival), scan(arrival.spool)
        except (FileRefused, DocumentTooLarge) as refused:
            refused.offers = offered(arrival, refused.code)
            raise


def in_turn(arrival: Arrival) -> AbstractContextManager[None]:
    """Wait for the sender's turn; the checker has one for each service. Raises `ChecksWaiting`."""
    if arrival.made_as.maker:
        return nullcontext()
    return machinery().turns.of(str(arrival.owner_id))


def checked(arrival: Arrival) -> Verdict:
    """Say what the gate says of a file. Raises its refusal, or `CheckerUnavailable`."""
    spool = arrival.spool
    spool.finish()
    if spool.size > spool.limit:
        raise DocumentTooLarge(max_bytes=spool.limit)
    if arrival.content_type == PDF:
        _check_no_picture(spool)
    if spool.size > arrival.max_bytes:
        raise DocumentTooLarge(max_bytes=arrival.max_bytes)
    if arrival.content_type == PDF:
        head, tail = spool.frame()
        check_frame(head=head, tail=tail)
    verdict, usage = machinery().checker.check(
        spool.file,
        owner=arrival.asked_by,
        xml_attachments=machinery().takes_xml_in(current_region()),
    )
    CHECK_SECONDS.observe(usage.cpu_seconds)
    if verdict.code:
        raise refusal(verdict.code, verdict.features, verdict.places)
    return verdict


def _check_no_picture(spool: Spool) -> None:
    """Raise `DocumentIsAPicture` for what can become a PDF here."""
    spool.seek(0)
    if picture_type(spool.read(pictures.HEAD)):
        raise DocumentIsAPicture


def _record_refusal(arrival: Arrival, refused: FileRefused | DocumentTooLarge) -> None:
    with db.transaction():
        outbox.record(events.document_refused(_count(arrival, refused.code)))
        if isinstance(refused, DocumentInfected):
            note_infected(refused, arrival.owner_id)


def _count(arrival: Arrival, code: str) -> RefusedUpload:
    """Count a file that was not taken, for its owner's day or hour."""
    spool = arrival.spool
    return _add(arrival.owner_id, code, spool.size, spool.sha256, made_by=arrival.made_as.maker)


@contextmanager
def counted_if_busy(upload: Upload) -> Iterator[None]:
    """Count work on an upload that ends because something is away, as that on a file is."""
    try:
        yield
    except AWAY as busy:
        _add(upload.owner_id, busy.code, upload.length)
        raise


def _add(
    owner_id: UUID, code: str, size: int, sha256: str = "", *, made_by: str | None = None
) -> RefusedUpload:
    REFUSED.labels(code).inc()
    with db.transaction() as session:
        row = RefusedUpload(owner_id=owner_id, code=code, size=size, sha256=sha256, made_by=made_by)
        add_rows(session, row)
        return row


def record(kept: Kept) -> Document:
    """Make a kept file a document. Raises `QuotaExceeded` when other uploads were faster."""
    with db.transaction():
        hold_quota(kept.arrival.owner_id)
        return add(kept)


def add(kept: Kept) -> Document:
    """Make a kept file a document, in the open transaction."""
    arrival, made_as = kept.arrival, kept.arrival.made_as
    document = Document(
        owner_id=arrival.owner_id,
        name=arrival.name,
        sha256=arrival.spool.sha256,
        size=arrival.spool.size,
        content_type=arrival.content_type,
        pages=kept.verdict.pages,
        signed=kept.verdict.signed,
        object_key=kept.object_key,
        quarantined_at=None if kept.is_scanned else now(),
        made_by=made_as.maker,
        made_for=made_as.subject,
        made_version=made_as.version,
    )
    add_rows(db.session, document)
    outbox.record(events.document_stored(document))
    return document


def receipt_of(document: Document) -> str:
    """Sign what was stored, for services that verify it offline."""
    return machinery().signer.sign(
        {
            "id": str(document.id),
            "owner": str(document.owner_id),
            "region": document.region,
            "sha256": document.sha256,
            "size": document.size,
            "content_type": document.content_type,
            "pages": document.pages,
            "name": document.name,
            "iat": int(document.uploaded_at.timestamp()),
        }
    )
