"""Letting somebody read a document: never other bytes than were uploaded, and never unseen."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, select, update

from chassis.kernel.errors import NotFound
from chassis.process.clock import now
from chassis.process.telemetry import counter, log
from services.documents.adapters.machinery import machinery
from services.documents.adapters.spool import Spool
from services.documents.adapters.stores.protocol import ObjectMissing
from services.documents.domain.grants import check_open
from services.documents.domain.limits import MEBIBYTE
from services.documents.domain.refusals import DocumentCorrupt
from services.documents.domain.states import check_can_be_opened
from services.documents.models import Document, Grant, View, db
from services.documents.queries import document_of
from services.documents.usecases.granting import token_hash

CORRUPT = counter("documents_corrupt", "Stored objects that are missing or not as uploaded")
_OWN = "unduhan pemilik"
# Whoever fetches a document again within it, after a break or in another tab, goes on reading.
READING = timedelta(minutes=5)
# Most files have less; each thread has one at a time.
_READ_IN_MEMORY = 2 * MEBIBYTE


def open_own(document_id: UUID, owner_id: UUID, *, is_read: bool) -> tuple[Document, Spool]:
    """Give an owner the bytes; `is_read` says that they are sent, not only asked about.

    Raises `NotFound`, `DocumentCorrupt` or what `check_can_be_opened` raises.
    """
    document = document_of(document_id, owner_id)
    return _opened(document, viewer_id=owner_id, purpose=_OWN, is_read=is_read)


def open_granted(token: str, viewer_id: UUID, *, is_read: bool) -> tuple[Document, Spool]:
    """Give the grant's viewer the bytes; `is_read` says that they are sent, not only asked about.

    Raises `NotFound` to everybody else, `GrantExpired`, and what `open_own` raises.
    """
    granted = select(Grant, Document).join(Document, Document.id == Grant.document_id)
    of_the_viewer = (Grant.token_hash == token_hash(token), Grant.viewer_id == viewer_id)
    found = db.session.execute(granted.where(*of_the_viewer)).one_or_none()
    if found is None:
        raise NotFound
    grant, document = found
    check_open(expires_at=grant.expires_at, now=now())
    return _opened(document, viewer_id=viewer_id, purpose=grant.purpose, is_read=is_read)


def _opened(
    document: Document, *, viewer_id: UUID, purpose: str, is_read: bool
) -> tuple[Document, Spool]:
    check_can_be_opened(document.state)
    begun = _begun(document, viewer_id, purpose)
    is_to_be_logged = is_read and db.session.scalar(begun) is None
    db.session.close()  # no connection is held while the store works
    spool = intact(document)
    if is_to_be_logged:
        _log(document, viewer_id, purpose)
    return document, spool


def _begun(document: Document, viewer_id: UUID, purpose: str) -> Select[UUID]:
    """Find a reading that this one goes on with."""
    begun = select(View.id).where(
        View.document_id == document.id,
        View.viewer_id == viewer_id,
        View.purpose == purpose,
        View.viewed_at > now() - READING,
    )
    return begun.limit(1)


def _log(document: Document, viewer_id: UUID, purpose: str) -> None:
    """Log a reading before its first byte leaves, once however often it is fetched."""
    with db.transaction() as session:
        # Two requests at once are one reading too.
        session.execute(select(Document.id).where(Document.id == document.id).with_for_update())
        if session.scalar(_begun(document, viewer_id, purpose)) is None:
            session.add(View(document_id=document.id, viewer_id=viewer_id, purpose=purpose))


def intact(document: Document) -> Spool:
    """Fetch a document's bytes and compare them with its hash.

    Raises `DocumentCorrupt`, after the alarm, when they are missing or differ.
    """
    spool = Spool(in_memory=_READ_IN_MEMORY)
    try:
        machinery().store.read(document.object_key, spool)
        spool.finish()
        content = (spool.size, spool.sha256)
    except ObjectMissing:
        content = (0, "")
    except BaseException:
        spool.close()
        raise
    if content == (document.size, document.sha256):
        return spool
    spool.close()
    _raise_alarm(document, missing=not content[0])
    raise DocumentCorrupt


def _raise_alarm(document: Document, *, missing: bool) -> None:
    CORRUPT.inc()
    log.critical("document_corrupt", document=str(document.id), missing=missing)
    with db.transaction() as session:
        session.execute(
            update(Document)
            .where(Document.id == document.id, Document.corrupt_since.is_(None))
            .values(corrupt_since=now())
        )
