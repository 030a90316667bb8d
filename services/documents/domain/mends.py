"""How a refused file may be mended where nothing is lost; its owner looks at the result first."""

from typing import ClassVar

from chassis.kernel.words import Size
from services.documents.domain.refusals import FileRefused

BYTES_AHEAD = "bytes_ahead"
EMPTY_PASSWORD = "empty_password"  # noqa: S105 - the name of a mend
SIZE = "size"
MENDS = (BYTES_AHEAD, EMPTY_PASSWORD, SIZE)
# The dots per inch at which small print and stamps are still read: no picture becomes coarser.
FLOOR = 150


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


def not_mended(code: str, *, max_bytes: int) -> FileRefused:
    """Make the refusal that a mend's answer calls for; an unknown code means that it failed."""
    if code == DocumentNotSmaller.code:
        return DocumentNotSmaller(max_bytes=Size(max_bytes))
    return DocumentSigned() if code == DocumentSigned.code else DocumentNotMendable()
