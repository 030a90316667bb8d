"""A file that arrives in pieces: how large they are, when one fits, and how many may be open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal
from uuid import UUID

from chassis.kernel.errors import NotFound, Refused
from chassis.kernel.words import Size
from services.documents.domain.limits import MAX_BYTES, MEBIBYTE
from services.documents.domain.refusals import DocumentTooLarge

State = Literal["arriving", "proposed", "refused", "stored"]
ARRIVING: State = "arriving"
# Made here of what its owner sent, who looks at it first.
PROPOSED: State = "proposed"
REFUSED: State = "refused"
STORED: State = "stored"
OPEN = (ARRIVING, PROPOSED)

LARGEST_PIECE = MEBIBYTE // 2
# Each piece is an object and a row, so a file does not come byte by byte.
SMALLEST_PIECE = MEBIBYTE // 16
# Since its last piece, or its beginning.
LIFE = timedelta(hours=24)
# One that stood still so long makes room for a new one; so does, much sooner, one that was cut
# and is sent to its slot anew. A script sends a piece within two minutes or gives up.
IDLE = timedelta(hours=1)
IDLE_IN_ITS_SLOT = timedelta(minutes=5)
# A mender may make something of the bytes of a refused file meanwhile.
REFUSED_KEPT = timedelta(hours=1)
# Beside the folders of the regions, whose codes begin with a letter.
_PIECES = "0-pieces/"
# How a cancelled upload is counted: what arrived of it was written for nothing.
CANCELLED = "upload_cancelled"
# As many pictures as one PDF is made of, and as many files again.
MOST_OPEN = 40
MOST_OPEN_BYTES = 100 * MEBIBYTE


class OffsetWrong(Refused):
    """The piece does not begin where the upload ends; the caller asks where that is."""

    kind = "conflict"
    code = "upload_offset_wrong"
    text: ClassVar = {
        "id": "Potongan ini tidak melanjutkan unggahan. Tanyakan posisinya, lalu lanjutkan.",
        "en": "This piece does not continue the upload. Ask for its offset and go on from there.",
    }


class UploadOver(Refused):
    """The file was finished already: nothing can be added."""

    kind = "conflict"
    code = "upload_over"
    text: ClassVar = {
        "id": "Unggahan ini sudah selesai.",
        "en": "This upload is over already.",
    }


class UploadIncomplete(Refused):
    """Not all bytes are here yet."""

    kind = "conflict"
    code = "upload_incomplete"
    text: ClassVar = {
        "id": "Unggahan belum lengkap: baru {received} dari {length} yang tiba.",
        "en": "The upload is not complete: {received} of {length} have arrived.",
    }


class UploadLost(NotFound):
    """Bytes of the upload are gone or not as they came; it has to begin again."""

    code = "upload_lost"
    text: ClassVar = {
        "id": "Isi unggahan ini sudah tidak ada. Unggah kembali dari awal.",
        "en": "The bytes of this upload are gone. Send the file again.",
    }


class PieceTooLarge(Refused):
    """One piece has more bytes than a piece may have, or than the file has left."""

    kind = "too_large"
    code = "piece_too_large"
    text: ClassVar = {
        "id": "Potongan ini lebih besar dari {largest}.",
        "en": "This piece is larger than {largest}.",
    }


class PieceTooSmall(Refused):
    """One piece that is not the last has so few bytes that a file would be thousands of them."""

    kind = "invalid"
    code = "piece_too_small"
    text: ClassVar = {
        "id": "Potongan selain yang terakhir paling sedikit {smallest}.",
        "en": "A piece that is not the last has at least {smallest}.",
    }


class TooManyOpenUploads(Refused):
    """The person began as many uploads as one person may have open at once."""

    kind = "too_many"
    code = "too_many_open_uploads"
    retry_after = 60
    text: ClassVar = {
        "id": "Terlalu banyak unggahan yang belum selesai (paling banyak {files} berkas, "
        "{size}). Selesaikan atau batalkan dahulu; yang terhenti satu jam memberi tempat sendiri.",
        "en": "Too many uploads are not finished (at most {files} files, {size}). "
        "Finish or cancel some first; one that stands still for an hour makes room by itself.",
    }


def piece_key(region: str, upload: str, start: int, unlike_others: str) -> str:
    """Name the object of a piece: no two pieces are one, even at the same place."""
    return f"{_PIECES}{region}/{upload}-{start}-{unlike_others}"


def is_piece(object_key: str) -> bool:
    """Tell the object of a piece from that of a document."""
    return object_key.startswith(_PIECES)


def check_length(length: int) -> None:
    """Raise `DocumentTooLarge` beyond what any file may have.

    A requirement may allow less, and the file may still come: it can be made smaller here.
    """
    if length > MAX_BYTES:
        raise DocumentTooLarge(max_bytes=MAX_BYTES)


@dataclass(frozen=True)
class Open:
    """An upload that is not finished, and when it last moved."""

    id: UUID
    slot: str | None
    length: int
    received: int
    moved_at: datetime

    def makes_room(self, slot: str | None, now: datetime) -> bool:
        is_sent_anew = slot is not None and self.slot == slot and self.received < self.length
        return now - self.moved_at > (IDLE_IN_ITS_SLOT if is_sent_anew else IDLE)


def given_up(opened: Iterable[Open], *, slot: str | None, length: int, now: datetime) -> list[Open]:
    """Choose which of a person's uploads make room for another one, those first that stand longest.

    Raises `TooManyOpenUploads` when those that move leave no room.
    """
    left = sorted(opened, key=lambda upload: upload.moved_at)
    chosen = list[Open]()
    for upload in [each for each in left if each.makes_room(slot, now)]:
        if _fit(left, length):
            break
        left.remove(upload)
        chosen.append(upload)
    if not _fit(left, length):
        raise TooManyOpenUploads(files=MOST_OPEN, size=Size(MOST_OPEN_BYTES))
    return chosen


def _fit(opened: Sequence[Open], length: int) -> bool:
    size = sum(upload.length for upload in opened)
    return len(opened) < MOST_OPEN and size + length <= MOST_OPEN_BYTES


def check_piece(*, state: str, received: int, length: int, offset: int, size: int) -> None:
    """Raise unless a piece of `size` bytes at `offset` continues an upload.

    Raises `UploadOver`, `OffsetWrong`, `PieceTooLarge` or `PieceTooSmall`.
    """
    if state != ARRIVING:
        raise UploadOver
    if offset != received:
        raise OffsetWrong
    left = length - received
    if size > min(left, LARGEST_PIECE):
        raise PieceTooLarge(largest=Size(min(left, LARGEST_PIECE)))
    if size < min(left, SMALLEST_PIECE):
        raise PieceTooSmall(smallest=Size(SMALLEST_PIECE))


def check_complete(*, received: int, length: int) -> None:
    """Raise `UploadIncomplete` while bytes are missing."""
    if received != length:
        raise UploadIncomplete(received=Size(received), length=Size(length))
