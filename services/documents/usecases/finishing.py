"""The pieces of an upload become one file, which is checked and stored like any other.

It may be done again after a crash or while the checker is busy, and by two at once: what became
of the upload is decided in one transaction with the document or the refusal, once.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update

from chassis.data.writing import Writing
from chassis.kernel.errors import Refused
from chassis.process.clock import now
from chassis.process.failpoints import failpoint
from chassis.process.telemetry import log
from services.documents.adapters.machinery import machinery
from services.documents.adapters.spool import Spool
from services.documents.adapters.stores.protocol import ObjectMissing
from services.documents.domain import uploads
from services.documents.domain.limits import MAX_BYTES
from services.documents.domain.refusals import DocumentInfected
from services.documents.domain.uploads import UploadLost
from services.documents.models import Document, Upload, UploadPiece, db
from services.documents.queries import document_of, pieces_of, upload_of
from services.documents.usecases import offering, receiving, uploading
from services.documents.usecases.uploading import Sender

_ENDED = Writing(
    update(Upload).where(Upload.id == bindparam("upload"), Upload.state.in_(uploads.OPEN))
)


class RefusedBefore(Refused):
    """The upload was refused; it says again what was said then."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        super().__init__()
        self.kind, self.code = told["kind"], told["code"]  # type: ignore[misc]
        self._told = told

    def detail(self, language: str = "id") -> str:
        return str(self._told[language])

    def members(self) -> Mapping[str, Any]:
        return {name: self._told[name] for name in ("places", "offers") if self._told.get(name)}


class _EndedMeanwhile(Exception):
    """Another request finished the upload first; nothing of this one is kept."""


def finish(upload_id: UUID, sender: Sender) -> tuple[Document, bool]:
    """Make a complete upload a document, or find which one it became; say whether it is new.

    Raises `NotFound`, `UploadIncomplete`, what `check_and_store` raises, and of an upload that was
    refused before the same again.
    """
    upload = upload_of(upload_id, sender.owner_id, sender.slot)
    if upload.state in uploads.OPEN:
        uploads.check_complete(received=upload.received, length=upload.length)
        pieces = pieces_of(upload.id)
        receiving.admit(upload.owner_id)
        with _together(upload, pieces) as spool, suppress(_EndedMeanwhile):
            return _check(upload, spool), True
        upload = upload_of(upload_id, sender.owner_id, sender.slot)
    if upload.document_id is None:
        raise RefusedBefore(upload.problem or {})
    return document_of(upload.document_id, sender.owner_id), False


def take(sender: Sender, *, name: str | None, spool: Spool) -> Upload:
    """Take a file that came in one; a refusal of it stands with the upload, and so do its bytes.

    While the checker is busy the upload stays complete, and can be finished later. Raises
    `TooManyOpenUploads`, `QuotaExceeded`, or `StoreUnavailable` and `StoreFull`.
    """
    upload = uploading.begin(sender, length=spool.size, name=name)
    if 0 < spool.size <= MAX_BYTES:
        uploading.keep_whole(upload, spool)
    with suppress(Refused, _EndedMeanwhile):
        _check(upload, spool)
    return upload


def receipt_for(document_id: UUID, owner_id: UUID) -> str:
    """Sign the receipt of the document that an upload became. Raises `NotFound`."""
    return receiving.receipt_of(document_of(document_id, owner_id))


def bytes_of(upload: Upload) -> Spool:
    """Put the pieces of an upload together. Raises `UploadLost` when they are not there whole."""
    pieces = pieces_of(upload.id)
    db.session.close()  # no connection is held while the store works
    return _together(upload, pieces)


def _together(upload: Upload, pieces: Sequence[UploadPiece]) -> Spool:
    spool = Spool()
    try:
        for piece in pieces:
            _copy(piece, spool)
        spool.finish()
    except BaseException:
        spool.close()
        raise
    if spool.size != upload.length:
        spool.close()
        raise UploadLost
    return spool


class _Copied:
    """Hashes what passes on its way into a spool."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self.digest = hashlib.sha256()

    def write(self, block: bytes, /) -> int:
        self.digest.update(block)
        return self._spool.write(block)


def _copy(piece: UploadPiece, spool: Spool) -> None:
    copied = _Copied(spool)
    with suppress(ObjectMissing):
        machinery().store.read(piece.object_key, copied)
    if copied.digest.hexdigest() != piece.sha256:
        log.error("upload_piece_lost", upload=str(piece.upload_id), start=piece.start)
        raise UploadLost


def _check(upload: Upload, spool: Spool) -> Document:
    arrival = receiving.Arrival(upload.owner_id, upload.name, spool, upload.max_bytes)
    kept = receiving.check_and_store(
        arrival, told=lambda refused: _refuse(upload, refused), offered=offering.offered
    )
    with db.transaction():
        document = receiving.record(kept)
        _end(upload, state=uploads.STORED, document_id=document.id)
        gone = uploading.without_pieces(upload.id)
    failpoint("pieces.after_finish")
    uploading.remove(gone)
    return document


def _refuse(upload: Upload, refused: Refused) -> None:
    """Note the refusal with the upload, whose bytes stay for a while unless they do harm."""
    problem = {
        "kind": refused.kind,
        "code": refused.code,
        "id": refused.detail("id"),
        "en": refused.detail("en"),
        "offers": [],
        **refused.members(),
    }
    _end(upload, state=uploads.REFUSED, problem=problem)
    if isinstance(refused, DocumentInfected):
        uploading.without_pieces(upload.id)


def _end(upload: Upload, **outcome: Any) -> None:
    outcome |= {"ended_at": now(), "expires_at": now() + uploads.LIFE}
    if not _ENDED.run(db.session, upload=upload.id, **outcome):
        raise _EndedMeanwhile
