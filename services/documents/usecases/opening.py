"""Letting somebody read a document: never other bytes than were uploaded, and never unseen."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select, update

from chassis.data.reading import Reading
from chassis.data.writing import add_rows
from chassis.kernel.errors import NotFound
from chassis.process.clock import now
from chassis.process.telemetry import counter, log
from services.documents.adapters.machinery import machinery
from services.documents.adapters.spool import Spool
from services.documents.adapters.stores.protocol import ObjectMissing
from services.documents.domain.grants import check_open
from services.documents.domain.limits import MEBIBYTE
from services.documents.domain.refusals import DocumentCorrupt
from services.documents.domain.states import State, check_can_be_opened
from services.documents.models import Document, Grant, View, db
from services.documents.queries import owned_by
from services.documents.usecases.granting import token_hash

CORRUPT = counter("documents_corrupt", "Stored objects that are missing or not as uploaded")
_OWN = "unduhan pemilik"
# Whoever fetches a document again within it, after a break or in another tab, goes on reading.
READING = timedelta(minutes=5)
# Most files have less; each thread has one at a time.
_READ_IN_MEMORY = 2 * MEBIBYTE


def _views(document: Any, purpose: Any) -> Select[UUID]:
    """Find a reading that this one goes on with."""
    return select(View.id).where(
        View.document_id == document,
        View.viewer_id == bindparam("viewer_id"),
        View.purpose == purpose,
        View.viewed_at > bindparam("since"),
    )


_IS_BEGUN = "is_begun"
_COLUMNS = (
    *(Document.id, Document.name, Document.content_type, Document.state.label("state")),
    *(Document.size, Document.sha256, Document.object_key),
)
_BEGUN = Reading(_views(bindparam("document_id"), bindparam("purpose")).limit(1))
_GRANTED = Reading(
    select(*_COLUMNS, Grant.purpose, Grant.expires_at)
    .add_columns(_views(Document.id, Grant.purpose).exists().label(_IS_BEGUN))
    .join(Grant, Grant.document_id == Document.id)
    .where(Grant.token_hash == bindparam("token_hash"), Grant.viewer_id == bindparam("viewer_id"))
)
_OWNED = Reading(
    owned_by(bindparam("viewer_id"))
    .with_only_columns(*_COLUMNS, _views(Document.id, _OWN).exists().label(_IS_BEGUN))
    .where(Document.id == bindparam("document_id"))
)


def open_own(document_id: UUID, owner_id: UUID, *, is_read: bool) -> tuple[Any, Spool]:
    """Give an owner the bytes; `is_read` says that they are sent, not only asked about.

    Raises `NotFound`, `DocumentCorrupt` or what `check_can_be_opened` raises.
    """
    asked = {"document_id": document_id, "viewer_id": owner_id, "since": now() - READING}
    document = _OWNED.first(db.session, **asked)
    if document is None:
        raise NotFound
    return _opened(document, viewer_id=owner_id, purpose=_OWN, is_read=is_read)


def open_granted(token: str, viewer_id: UUID, *, is_read: bool) -> tuple[Any, Spool]:
    """Give the grant's viewer the bytes; `is_read` says that they are sent, not only asked about.

    Raises `NotFound` to everybody else, `GrantExpired`, and what `open_own` raises.
    """
    asked = {"token_hash": token_hash(token), "viewer_id": viewer_id, "since": now() - READING}
    document = _GRANTED.first(db.session, **asked)
    if document is None:
        raise NotFound
    check_open(expires_at=document.expires_at, now=now())
    return _opened(document, viewer_id=viewer_id, purpose=document.purpose, is_read=is_read)


def _opened(document: Any, *, viewer_id: UUID, purpose: str, is_read: bool) -> tuple[Any, Spool]:
    check_can_be_opened(State(document.state))
    db.session.close()  # no connection is held while the store works
    spool = intact(document)
    if is_read and not document.is_begun:
        _log(document.id, viewer_id, purpose)
    return document, spool


def _log(document_id: UUID, viewer_id: UUID, purpose: str) -> None:
    """Log a reading before its first byte leaves, once however often it is fetched."""
    view = {"document_id": document_id, "viewer_id": viewer_id, "purpose": purpose}
    with db.transaction() as session:
        # Two requests at once are one reading too.
        session.execute(select(Document.id).where(Document.id == document_id).with_for_update())
        if _BEGUN.value(session, **view, since=now() - READING) is None:
            add_rows(session, View(**view))


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
