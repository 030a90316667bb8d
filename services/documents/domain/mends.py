"""How a refused file may be mended where nothing is lost; its owner looks at the result first."""

from collections.abc import Sequence
from typing import ClassVar

from chassis.kernel.errors import Refused
from chassis.kernel.words import Size
from services.documents.domain.refusals import FileRefused

BYTES_AHEAD = "bytes_ahead"
EMPTY_PASSWORD = "empty_password"  # noqa: S105 - the name of a mend
SIZE = "size"
# Against which refusal each may help; whether it does depends on the file.
HELPS = {
    "document_not_pdf": BYTES_AHEAD,
    "document_damaged": BYTES_AHEAD,
    "document_encrypted": EMPTY_PASSWORD,
    "document_too_large": SIZE,
}
MENDS = (BYTES_AHEAD, EMPTY_PASSWORD, SIZE)
# The dots per inch at which small print and stamps are still read: no picture becomes coarser.
FLOOR = 150


# What a mend would do, for who has to decide whether to ask for it.
_WORDS: dict[str, tuple[str, str]] = {
    BYTES_AHEAD: (
        "Data asing sebelum atau setelah isi PDF dibuang. Isi PDF tidak diubah.",
        "What stands before or behind the PDF is dropped. The PDF itself is not changed.",
    ),
    EMPTY_PASSWORD: (
        "Kunci dengan kata sandi kosong dilepas. Isi PDF tidak diubah.",
        "The lock with an empty password is taken off. What is in the PDF is not changed.",
    ),
    SIZE: (
        "Berkas dikemas ulang; bila perlu, resolusi gambar diturunkan, tetapi tidak di bawah "
        f"{FLOOR} dpi. Teks, garis, dan jumlah halaman tidak diubah.",
        "The file is packed again; if need be its pictures lose resolution, but not below "
        f"{FLOOR} dpi. Words, lines and the number of pages are not changed.",
    ),
}


class MendNotOffered(Refused):
    """The file was not refused, or not for what this mend helps against."""

    kind = "conflict"
    code = "mend_not_offered"
    text: ClassVar = {
        "id": "Perbaikan ini tidak ditawarkan untuk berkas ini.",
        "en": "This mend was not offered for this file.",
    }


class DocumentSigned(FileRefused):
    code = "document_signed"
    text: ClassVar = {
        "id": "Berkas bertanda tangan elektronik tidak diubah, supaya tanda tangannya tetap sah. "
        "Mintalah berkas yang sesuai dari penandatangannya.",
        "en": "A signed file is not changed, so that its signature stays valid. "
        "Ask whoever signed it for a file that fits.",
    }


class DocumentNotMendable(FileRefused):
    code = "document_not_mendable"
    text: ClassVar = {
        "id": "Berkas ini tidak dapat diperbaiki tanpa kehilangan isi. "
        "Simpan atau pindai ulang, lalu unggah kembali.",
        "en": "This file cannot be mended without losing something. "
        "Save or scan it again and send it once more.",
    }


class DocumentNotSmaller(FileRefused):
    code = "document_not_smaller"
    text: ClassVar = {
        "id": "Berkas tidak dapat diperkecil sampai {max_bytes} dengan gambar yang masih terbaca "
        f"({FLOOR} dpi). Pindai ulang hitam-putih atau kirim lebih sedikit halaman.",
        "en": "The file cannot be made as small as {max_bytes} with pictures that can still be "
        f"read ({FLOOR} dpi). Scan it in black and white or send fewer pages.",
    }


def offered(offers: Sequence[str], language: str) -> list[dict[str, str]]:
    """Say what each of the mends that are offered would do."""
    place = 1 if language == "en" else 0
    return [{"how": how, "label": _WORDS[how][place]} for how in offers if how in _WORDS]


def may_help(code: str) -> bool:
    """Tell whether there is a mend against a refusal at all."""
    return code in HELPS


def not_mended(code: str, *, max_bytes: int) -> FileRefused:
    """Make the refusal that a mend's answer calls for; an unknown code means that it failed."""
    if code == DocumentNotSmaller.code:
        return DocumentNotSmaller(max_bytes=Size(max_bytes))
    return DocumentSigned() if code == DocumentSigned.code else DocumentNotMendable()
