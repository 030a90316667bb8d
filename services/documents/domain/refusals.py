"""Why a file is not taken, in words its owner can act on."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar, Self

from chassis.kernel.errors import Refused
from chassis.kernel.words import Size
from services.documents.domain.places import Place, Places

FEATURES: dict[str, tuple[str, str]] = {
    "javascript": ("skrip (JavaScript)", "a script (JavaScript)"),
    "automatic_action": ("tindakan otomatis saat dibuka", "an action that starts by itself"),
    "launch": ("perintah menjalankan program", "a command that starts a program"),
    "submit_form": ("formulir yang mengirim data", "a form that sends data"),
    "import_data": ("perintah mengambil data", "a command that imports data"),
    "remote_go_to": ("tautan ke berkas lain", "a link into another file"),
    "unsafe_address": (
        "tautan selain http, https, mailto, dan tel",
        "a link other than http, https, mailto and tel",
    ),
    "other_action": ("tindakan yang tidak dikenal", "an action of an unknown kind"),
    "postscript": ("program PostScript", "a PostScript program"),
    "embedded_file": ("lampiran berkas di dalamnya", "a file attached inside"),
    "external_file": ("isi yang disimpan di berkas lain", "content kept in another file"),
    "rich_media": ("video, suara, atau objek 3D", "video, sound or 3D content"),
    "xfa": ("formulir XFA", "an XFA form"),
    "macro": ("makro", "a macro"),
    "external_link": ("tautan ke luar berkas", "a link out of the file"),
    "embedded_object": ("objek yang disematkan", "an embedded object"),
    "other_part": ("bagian yang tidak dikenal", "a part of an unknown kind"),
    "portfolio": ("kumpulan berkas (portofolio)", "a collection of files (portfolio)"),
}


class FileRefused(Refused):
    """The file's content is not acceptable; sending the same file again cannot help.

    `offers` names how it may be mended.
    """

    kind = "invalid"
    offers: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()

    def __init__(self, **params: Any) -> None:
        super().__init__(places=Places(()), **params)

    def at_places(self, places: Sequence[Place]) -> Self:
        """Say where in the file it was found."""
        self.places = tuple(places)
        self.params = {**self.params, "places": Places(self.places)}
        return self

    def members(self) -> Mapping[str, Any]:
        found = {
            "places": [asdict(place) for place in self.places],
            "offers": list(self.offers),
        }
        return {name: said for name, said in found.items() if said}


class DocumentEmpty(FileRefused):
    code = "document_empty"
    text: ClassVar = {
        "id": "Berkas kosong. Pilih kembali berkas PDF yang benar.",
        "en": "The file is empty. Choose the right PDF file again.",
    }


class DocumentTooLarge(Refused):
    kind = "too_large"
    code = "document_too_large"
    offers: tuple[str, ...] = ()
    text: ClassVar = {
        "id": "Berkas lebih besar dari {max_bytes}. Perkecil lalu unggah kembali; bila bertanda "
        "tangan elektronik, mintalah berkas yang lebih kecil dari penandatangannya.",
        "en": "The file is larger than {max_bytes}. Make it smaller and send it again; "
        "if it is signed, ask whoever signed it for a smaller one.",
    }

    def __init__(self, *, max_bytes: int) -> None:
        super().__init__(max_bytes=Size(max_bytes))

    def members(self) -> Mapping[str, Any]:
        return {"offers": list(self.offers)} if self.offers else {}


class DocumentNotPdf(FileRefused):
    code = "document_not_pdf"
    text: ClassVar = {
        "id": "Berkas ini bukan PDF, walaupun namanya mungkin berakhiran .pdf. "
        "Buka dengan program asalnya, simpan sebagai PDF, lalu unggah kembali.",
        "en": "This file is not a PDF, even if its name ends in .pdf. "
        "Open it in the program it comes from, save it as PDF and send it again.",
    }


class DocumentDamaged(FileRefused):
    code = "document_damaged"
    text: ClassVar = {
        "id": "Berkas PDF rusak atau terpotong. {places}"
        "Simpan atau pindai ulang, lalu unggah kembali.",
        "en": "The PDF is damaged or cut short. {places}"
        "Save or scan it again and send it once more.",
    }


class DocumentEncrypted(FileRefused):
    code = "document_encrypted"
    text: ClassVar = {
        "id": "Berkas PDF dikunci dengan kata sandi. Simpan tanpa kata sandi, lalu unggah kembali.",
        "en": "The PDF is locked with a password. Save it without one and send it again.",
    }


class DocumentTooComplex(FileRefused):
    code = "document_too_complex"
    text: ClassVar = {
        "id": "Isi PDF terlalu rumit untuk diperiksa "
        "(halaman, gambar, atau objek terlalu banyak). {places}"
        "Cetak ulang ke PDF dengan ukuran lebih sederhana.",
        "en": "The PDF is too complex to check (too many pages, pictures or objects). "
        "{places}Print it to a simpler PDF.",
    }


class _HasActiveContent(FileRefused):
    """It names what was found in the file."""

    def __init__(self, *, features: Sequence[str]) -> None:
        named = [FEATURES[feature] for feature in features]
        super().__init__(
            isi=", ".join(indonesian for indonesian, _ in named),
            content=", ".join(english for _, english in named),
        )


class DocumentHasActiveContent(_HasActiveContent):
    code = "document_has_active_content"
    text: ClassVar = {
        "id": "PDF memuat isi aktif yang tidak diizinkan: {isi}. {places}"
        "Buka berkasnya, cetak ke PDF, lalu unggah hasil cetakannya.",
        "en": "The PDF holds active content that is not allowed: {content}. {places}"
        "Open it, print it to a PDF and send what was printed.",
    }


class DocumentInfected(FileRefused):
    """It holds malware. Which, is for the operators' log: whoever sends it need not know."""

    code = "document_infected"
    text: ClassVar = {
        "id": "Berkas mengandung virus atau program berbahaya dan tidak diterima. Periksa komputer "
        "atau ponsel Anda dengan antivirus, lalu buat ulang berkasnya dari sumber yang bersih.",
        "en": "The file holds a virus or other malware and was not taken. Check your computer or "
        "phone with an antivirus, then make the file again from a clean source.",
    }

    def __init__(self, *, signature: str) -> None:
        super().__init__()
        self.signature = signature


class DocumentInQuarantine(Refused):
    """It was taken while the scanner was away, and is not scanned yet."""

    code = "document_in_quarantine"
    retry_after: ClassVar[int] = 60
    text: ClassVar = {
        "id": "Dokumen sudah diterima, tetapi masih menunggu pemeriksaan virus sehingga belum "
        "dapat dibuka. Coba lagi beberapa menit lagi.",
        "en": "The document was taken and still waits to be scanned for viruses, so it cannot be "
        "opened yet. Try again in some minutes.",
    }


class DocumentFoundInfected(Refused):
    """Malware was found in it after it was taken. It is never served."""

    code = "document_found_infected"
    text: ClassVar = {
        "id": "Dalam dokumen ini ditemukan virus setelah diterima, sehingga tidak dapat dibuka "
        "lagi. Unggah berkas yang bersih sebagai gantinya.",
        "en": "A virus was found in this document after it was taken, so it cannot be opened any "
        "more. Send a clean file in its place.",
    }


class WorkbookDamaged(FileRefused):
    code = "workbook_damaged"
    text: ClassVar = {
        "id": "Berkas bukan buku kerja XLSX yang utuh. Buat ulang, lalu kirim kembali.",
        "en": "The file is not an intact XLSX workbook. Make it again and send it once more.",
    }


class WorkbookTooComplex(FileRefused):
    code = "workbook_too_complex"
    text: ClassVar = {
        "id": "Buku kerja XLSX terlalu besar untuk diperiksa: bagian atau isinya terlalu banyak. "
        "Bagi menjadi beberapa berkas.",
        "en": "The XLSX workbook is too large to check: too many parts, or too much in them. "
        "Split it into several.",
    }


class WorkbookHasActiveContent(_HasActiveContent):
    code = "workbook_has_active_content"
    text: ClassVar = {
        "id": "Buku kerja XLSX memuat isi yang tidak diizinkan: {isi}. Buat tanpa isi itu.",
        "en": "The XLSX workbook holds content that is not allowed: {content}. Make it without.",
    }


class DocumentCorrupt(Refused):
    """What the store holds is not what was uploaded. It is never served."""

    kind = "failed"
    code = "document_corrupt"
    text: ClassVar = {
        "id": "Dokumen tersimpan tidak utuh sehingga tidak ditampilkan. "
        "Pengelola telah diberi tahu.",
        "en": "The stored document is not intact and is not shown. The operators have been told.",
    }


_BY_CODE: dict[str, type[FileRefused]] = {
    refusal.code: refusal
    for refusal in (
        DocumentNotPdf,
        DocumentDamaged,
        DocumentEncrypted,
        WorkbookDamaged,
        WorkbookTooComplex,
    )
}
_WITH_FEATURES: dict[str, type[_HasActiveContent]] = {
    refusal.code: refusal for refusal in (DocumentHasActiveContent, WorkbookHasActiveContent)
}


def refusal(code: str, features: Sequence[str] = (), places: Sequence[Place] = ()) -> FileRefused:
    """Make the refusal an inspection's verdict calls for, with the places of what was found.

    An unknown code means the inspection did not end well: too complex.
    """
    if code in _WITH_FEATURES:
        named = [feature for feature in features if feature in FEATURES]
        return _WITH_FEATURES[code](features=named).at_places(places)
    return _BY_CODE.get(code, DocumentTooComplex)().at_places(places)
