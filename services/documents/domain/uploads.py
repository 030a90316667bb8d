"""A file that arrives in pieces: how large they are, when one fits, and how many may be open."""

from datetime import timedelta
from typing import ClassVar, Literal

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
LIFE = timedelta(hours=24)
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
        "{size}). Selesaikan atau batalkan dahulu.",
        "en": "Too many uploads are not finished (at most {files} files, {size}). "
        "Finish or cancel some first.",
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


def check_open(*, files: int, size: int) -> None:
    """Raise `TooManyOpenUploads` when the open uploads, the new one included, are too many."""
    if files > MOST_OPEN or size > MOST_OPEN_BYTES:
        raise TooManyOpenUploads(files=MOST_OPEN, size=Size(MOST_OPEN_BYTES))


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
