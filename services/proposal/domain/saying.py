"""The sentences that say what keeps a proposal from being sent, in both languages."""

from collections.abc import Mapping

from chassis.kernel.errors import FieldError
from chassis.kernel.languages import LANGUAGES
from chassis.kernel.words import Size
from services.proposal.domain.stages import Text

_TEXTS: Mapping[str, Text] = {
    "required": {"id": "Wajib diisi.", "en": "This field is required."},
    "unknown_field": {"id": "Isian tidak dikenal.", "en": "There is no such field."},
    "system_field": {
        "id": "Isian ini ditetapkan oleh sistem.",
        "en": "This field is set by the system.",
    },
    "document_required": {
        "id": "Dokumen “{name}” wajib dilampirkan.",
        "en": "The document “{name}” is required.",
    },
    "document_too_large": {
        "id": "Ukuran dokumen melebihi batas {limit}.",
        "en": "The document is larger than {limit}.",
    },
    "document_infected": {
        "id": "Dalam dokumen “{name}” ditemukan virus. Unggah berkas yang bersih sebagai gantinya.",
        "en": "A virus was found in the document “{name}”. Send a clean file in its place.",
    },
    "layanan_not_offered": {
        "id": "Layanan ini sedang tidak tersedia di daerah Anda.",
        "en": "Your region does not offer this layanan now.",
    },
    "layanan_decided_otherwise": {
        "id": "Cara memutuskan layanan ini berubah sejak draf dibuat. Buat usulan baru; isian draf"
        " ini tetap tersimpan.",
        "en": "How this layanan is decided has changed since the draft was begun. Begin a new"
        " proposal; what you entered here is kept.",
    },
    "kind_not_allowed": {
        "id": "Layanan ini tidak tersedia untuk jenis kepegawaian Anda.",
        "en": "This layanan is not open to your kind of employee.",
    },
    "fact_unknown": {
        "id": "Belum diketahui: {facts}. Hubungi Umpeg untuk melengkapi data kepegawaian Anda.",
        "en": "Not known: {facts}. Ask your staffing section to complete your staff record.",
    },
    "too_many_open": {
        "id": "Masih ada usulan yang berjalan untuk layanan ini (batas {limit}).",
        "en": "A proposal for this layanan is still running (limit {limit}).",
    },
    "already_filed": {
        "id": "Usulan untuk periode ini sudah diajukan (batas {limit}).",
        "en": "A proposal for this period was filed already (limit {limit}).",
    },
    "window_closed": {
        "id": "Masa pengajuan sedang tertutup. Dibuka kembali {date} untuk periode {period}.",
        "en": "Submission is closed now. It opens on {date} for the period {period}.",
    },
    "window_closed_for_good": {
        "id": "Masa pengajuan sudah tertutup dan belum ada jadwal berikutnya.",
        "en": "Submission is closed and no next date is set.",
    },
}


def error(pointer: str, code: str, **params: object) -> FieldError:
    """Make the error of a code. Raises `KeyError` for one without a sentence."""
    said = {language: _filled(code, language, params) for language in LANGUAGES}
    return FieldError(pointer, code, said["id"], said["en"])


def _filled(code: str, language: str, params: Mapping[str, object]) -> str:
    spoken = {name: _in_words(value, language) for name, value in params.items()}
    return _TEXTS[code][language].format(**spoken)


def _in_words(value: object, language: str) -> object:
    if isinstance(value, Size):
        return value.said(language)
    return value[language] if isinstance(value, Mapping) else value
