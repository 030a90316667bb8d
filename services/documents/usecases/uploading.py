"""A file arrives in pieces: each is an object in the store, then a row that counts it.

The object goes first, under a key of its own, so two pieces at one offset never overwrite each
other: the row decides which counts, and the sweep removes the other.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import BytesIO
from secrets import token_hex
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update

from chassis.data.reading import Reading
from chassis.data.writing import Writing, add_rows
from chassis.process.clock import now
from chassis.process.failpoints import failpoint
from services.documents.adapters.machinery import machinery
from services.documents.adapters.spool import Spool
from services.documents.adapters.stores.protocol import StoreUnavailable
from services.documents.domain import uploads
from services.documents.domain.limits import MAX_BYTES
from services.documents.domain.names import shown_name
from services.documents.domain.permits import Permit
from services.documents.models import RefusedUpload, Upload, UploadPiece, db
from services.documents.queries import upload_of
from services.documents.usecases.receiving import hold_quota

_OPEN = select(Upload.id, Upload.slot, Upload.length, Upload.received, Upload.expires_at).where(
    Upload.owner_id == bindparam("owner_id"),
    Upload.state.in_(uploads.OPEN),
    Upload.expires_at > bindparam("now"),
)
_OPENED = Reading(_OPEN)
_HELD = Reading(_OPEN.order_by(Upload.id).with_for_update())
_MOVED = Writing(
    update(Upload).where(
        Upload.id == bindparam("upload"),
        Upload.state == uploads.ARRIVING,
        Upload.received == bindparam("start"),
    )
)


@dataclass(frozen=True)
class Sender:
    """Who sends, and by which permit; None where their own token speaks for all their uploads."""

    owner_id: UUID
    permit: Permit | None = None

    @property
    def slot(self) -> str | None:
        return self.permit.slot if self.permit else None

    @property
    def max_bytes(self) -> int:
        return self.permit.max_bytes if self.permit else MAX_BYTES


def begin(sender: Sender, *, length: int, name: str | None) -> Upload:
    """Open an upload of `length` bytes. Raises `TooManyOpenUploads` or `QuotaExceeded`."""
    with db.transaction() as session:
        hold_open(sender.owner_id, sender.slot, length)
        upload = Upload(
            owner_id=sender.owner_id,
            slot=sender.slot,
            name=shown_name(name),
            length=length,
            max_bytes=sender.max_bytes,
            expires_at=now() + uploads.LIFE,
        )
        add_rows(session, upload)
    return upload


def hold_open(owner_id: UUID, slot: str | None, length: int) -> None:
    """See, in the open transaction, that a person may have one more open upload.

    What was left lying makes room for it. Two requests of a person take turns here. Raises
    `TooManyOpenUploads` or `QuotaExceeded`.
    """
    hold_quota(owner_id)
    asked = {"owner_id": owner_id, "now": now()}
    opened = _OPENED.rows(db.session, **asked)
    if not uploads.given_up(map(_open, opened), slot=slot, length=length, now=now()):
        return
    # Once more with their rows held: one may have moved meanwhile.
    kept = _HELD.rows(db.session, **asked)
    given_up = uploads.given_up(map(_open, kept), slot=slot, length=length, now=now())
    _give_up([upload.id for upload in given_up])


def _open(row: Any) -> uploads.Open:
    return uploads.Open(row.id, row.slot, row.length, row.received, row.expires_at - uploads.LIFE)


def append(upload_id: UUID, sender: Sender, *, offset: int, content: bytes) -> int:
    """Keep one piece; return where the next one begins.

    Raises `NotFound`, what `check_piece` raises, `StoreUnavailable` or `StoreFull`.
    """
    upload = upload_of(upload_id, sender.owner_id, sender.slot)
    db.session.close()  # no connection is held while the store works
    uploads.check_piece(
        state=upload.state,
        received=upload.received,
        length=upload.length,
        offset=offset,
        size=len(content),
    )
    if content:  # a client that asks whether all is there may send none
        digest = sha256(content).hexdigest()
        _keep(new_piece(upload, offset, len(content), digest), BytesIO(content))
    return offset + len(content)


def keep_whole(upload: Upload, spool: Spool) -> None:
    """Keep a file that came in one as the one piece of its upload. Raises what `append` raises."""
    db.session.close()  # no connection is held while the store works
    spool.seek(0)
    _keep(new_piece(upload, 0, spool.size, spool.sha256), spool.file)


def _keep(piece: UploadPiece, content: BinaryIO) -> None:
    store = machinery().store
    store.put(piece.object_key, content, size=piece.size, sha256=piece.sha256)
    failpoint("pieces.after_store")
    if not _counted(piece):
        remove([piece.object_key])
        raise uploads.OffsetWrong


def remove(object_keys: Iterable[str]) -> None:
    """Remove objects that nothing refers to any more; what is left of them the sweep finds."""
    with suppress(StoreUnavailable):
        for key in object_keys:
            machinery().store.delete(key)


def new_piece(upload: Upload, start: int, size: int, digest: str) -> UploadPiece:
    """Make the row of a piece, with a key that no other piece has."""
    return UploadPiece(
        region=upload.region,
        upload_id=upload.id,
        start=start,
        size=size,
        sha256=digest,
        object_key=uploads.piece_key(upload.region, upload.id.hex, start, token_hex(8)),
    )


def _counted(piece: UploadPiece) -> bool:
    """Add a piece to its upload, unless another one came first at this place."""
    with db.transaction() as session:
        arrived = {"received": piece.start + piece.size, "expires_at": now() + uploads.LIFE}
        if not _MOVED.run(session, upload=piece.upload_id, start=piece.start, **arrived):
            return False
        add_rows(session, piece)
    return True


def cancel(upload_id: UUID, sender: Sender) -> None:
    """Forget an upload and what arrived of it; a document it became stays.

    Its bytes count for the day like those of a refused file: otherwise who never finishes could
    have any number of them written. Raises `NotFound`.
    """
    with db.transaction() as session:
        # Whoever adds a piece or finishes holds the upload's row first; so nobody waits in a ring.
        session.execute(select(Upload.id).where(Upload.id == upload_id).with_for_update())
        upload = upload_of(upload_id, sender.owner_id, sender.slot)
        _give_up([upload.id])


def _give_up(upload_ids: Sequence[UUID]) -> None:
    """Forget uploads whose rows the open transaction holds; count what arrived of them."""
    given_up = db.session.scalars(select(Upload).where(Upload.id.in_(upload_ids)))
    db.session.add_all(
        RefusedUpload(
            owner_id=upload.owner_id, code=uploads.CANCELLED, sha256="", size=upload.received
        )
        for upload in given_up
        if upload.state == uploads.ARRIVING and upload.received
    )
    gone = without_pieces(*upload_ids)
    db.session.execute(delete(Upload).where(Upload.id.in_(upload_ids)))
    db.after_commit(partial(remove, gone))


def without_pieces(*upload_ids: UUID) -> list[str]:
    """Forget the pieces of uploads, in the open transaction; return their objects' keys."""
    pieces = delete(UploadPiece).where(UploadPiece.upload_id.in_(upload_ids))
    gone = pieces.returning(UploadPiece.object_key)
    return list(db.session.scalars(gone, execution_options={"synchronize_session": False}))
