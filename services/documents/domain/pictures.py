"""Pictures of papers: what may become a PDF, how small they may get, and why one may not."""

from dataclasses import dataclass
from typing import ClassVar

from chassis.kernel.words import Size
from services.documents.domain.refusals import FileRefused

JPEG = "image/jpeg"
PNG = "image/png"
HEIC = "image/heic"
MOST_PICTURES = 20
# Beyond it a request is wrong, not only too large.
MOST_SAID = 100
TURNS = (0, 90, 180, 270)
# Beyond it a phone's largest sensors end; the checker's memory is measured for it.
MOST_PIXELS = 66_000_000

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
HEAD = 12


@dataclass(frozen=True)
class Step:
    """How finely a picture is kept: dots per inch on its sheet, and the quality of a JPEG."""

    dpi: int
    quality: int


# The first leaves a picture as it came where it can; the last still lets small print be read.
STEPS = (Step(300, 88), Step(250, 80), Step(200, 72), Step(150, 68), Step(150, 45))


def picture_type(head: bytes) -> str | None:
    """Say which kind of picture begins with these bytes; a name or ending says nothing."""
    if head.startswith(_JPEG):
        return JPEG
    if head.startswith(_PNG):
        return PNG
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return HEIC
    return None


class DocumentIsAPicture(FileRefused):
    """A picture came where a PDF is wanted; it can become one."""

    code = "document_is_a_picture"
    offers = ("combine",)
    text: ClassVar = {
        "id": "Berkas ini foto, bukan PDF. Jadikan PDF lebih dahulu, lalu unggah kembali.",
        "en": "This file is a picture, not a PDF. Make it a PDF first and send it again.",
    }


class PictureRefused(FileRefused):
    """One picture cannot go into the PDF: `picture` is its place among them, from 1."""

    def __init__(self, *, picture: int, name: str) -> None:
        super().__init__(picture=picture, name=name)


class PictureNotReadable(PictureRefused):
    code = "picture_not_readable"
    text: ClassVar = {
        "id": "Foto nomor {picture} ({name}) tidak dapat dibaca: rusak, terpotong, atau bukan "
        "JPG, PNG, atau HEIC. Ambil ulang fotonya atau pilih foto lain.",
        "en": "Picture {picture} ({name}) cannot be read: it is damaged, cut short, or no JPG, "
        "PNG or HEIC. Take it again or choose another.",
    }


class PictureTooLarge(PictureRefused):
    code = "picture_too_large"
    text: ClassVar = {
        "id": "Foto nomor {picture} ({name}) terlalu besar untuk diolah (lebih dari "
        "66 megapiksel). Ambil ulang dengan resolusi kamera yang lebih rendah.",
        "en": "Picture {picture} ({name}) is too large to process (more than 66 megapixels). "
        "Take it again at a lower resolution of the camera.",
    }


class TooManyPictures(PictureRefused):
    """`picture` is the first one beyond the limit."""

    code = "too_many_pictures"
    text: ClassVar = {
        "id": "Paling banyak 20 foto dalam satu PDF. Hapus mulai foto nomor {picture} ({name}).",
        "en": "A PDF is made of at most 20 pictures. Remove those from picture {picture} "
        "({name}) on.",
    }


class PicturesDoNotFit(FileRefused):
    """Even at the lowest step they are too large; `picture` is the largest of them."""

    code = "pictures_do_not_fit"
    text: ClassVar = {
        "id": "Foto-foto ini tetap lebih besar dari {max_bytes} pada mutu terendah yang masih "
        "terbaca. Yang terbesar foto nomor {picture} ({name}): potong tepinya, hapus foto yang "
        "tidak perlu, atau pindai dalam hitam putih.",
        "en": "These pictures stay larger than {max_bytes} at the lowest legible quality. The "
        "largest is picture {picture} ({name}): crop it, remove pictures that are not needed, or "
        "scan in black and white.",
    }

    def __init__(self, *, picture: int, name: str, max_bytes: int) -> None:
        super().__init__(picture=picture, name=name, max_bytes=Size(max_bytes))


class PicturesTooMuch(FileRefused):
    """Making the PDF took more computing than one request may have."""

    code = "pictures_too_much"
    text: ClassVar = {
        "id": "Foto-foto ini terlalu berat untuk diolah sekaligus. Kurangi jumlahnya atau ambil "
        "dengan resolusi lebih rendah.",
        "en": "These pictures are too much to process at once. Send fewer, or take them at a "
        "lower resolution.",
    }


def picture_refusal(code: str, *, picture: int, name: str, max_bytes: int) -> FileRefused:
    """Make the refusal that the checker's answer calls for; an unknown code is too much work."""
    if code == PicturesDoNotFit.code:
        return PicturesDoNotFit(picture=picture, name=name, max_bytes=max_bytes)
    for refused in (PictureNotReadable, PictureTooLarge, TooManyPictures):
        if code == refused.code:
            return refused(picture=picture, name=name)
    return PicturesTooMuch()
