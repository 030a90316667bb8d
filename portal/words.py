"""What people read, in two languages, and how dates and sizes are written."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g

from chassis.http.languages import page_language

Text = Mapping[str, str]
LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}

STAGES: Mapping[str, Text] = {
    "draft": {"id": "Draf", "en": "Draft"},
    "umpeg_verification": {"id": "Verifikasi Umpeg", "en": "Umpeg verification"},
    "opd_head_approval": {"id": "Persetujuan Kepala OPD", "en": "OPD head approval"},
    "bkpsdm_validation": {"id": "Validasi BKPSDM", "en": "BKPSDM validation"},
    "secretary_verification": {
        "id": "Verifikasi Sekretaris BKPSDM",
        "en": "BKPSDM secretary verification",
    },
    "bkpsdm_head_approval": {"id": "Persetujuan Kepala BKPSDM", "en": "BKPSDM head approval"},
    "processing": {"id": "Diproses BKPSDM", "en": "Processed by BKPSDM"},
    "revision": {"id": "Revisi", "en": "Revision"},
    "completed": {"id": "Selesai", "en": "Completed"},
    "rejected": {"id": "Ditolak", "en": "Rejected"},
    "withdrawn": {"id": "Dibatalkan", "en": "Withdrawn"},
    "not_selected": {"id": "Tidak terpilih", "en": "Not selected"},
}
PATH = (
    "umpeg_verification",
    "opd_head_approval",
    "bkpsdm_validation",
    "secretary_verification",
    "bkpsdm_head_approval",
    "processing",
)
DECISIONS: Mapping[str, Text] = {
    "approve": {"id": "Setujui", "en": "Approve"},
    "revise": {"id": "Perbaikan", "en": "Return for revision"},
    "reject": {"id": "Tolak", "en": "Reject"},
}
RESULTS: Mapping[str, Text] = {
    "ms": {"id": "Memenuhi Syarat (MS)", "en": "Meets the requirements (MS)"},
    "tms": {"id": "Tidak Memenuhi Syarat (TMS)", "en": "Does not meet the requirements (TMS)"},
    "not_selected": {"id": "Tidak terpilih", "en": "Not selected"},
}
REASONS: Mapping[str, Text] = {
    "document_unreadable": {"id": "Dokumen tidak terbaca", "en": "Document cannot be read"},
    "document_incomplete": {"id": "Halaman tidak lengkap", "en": "Pages are missing"},
    "document_wrong": {"id": "Bukan dokumen yang diminta", "en": "Not the document asked for"},
    "document_outdated": {"id": "Dokumen sudah tidak berlaku", "en": "Document is out of date"},
    "document_unsigned": {"id": "Belum ditandatangani/dicap", "en": "Not signed or stamped"},
    "document_missing": {
        "id": "Dokumen pendukung belum ada",
        "en": "A supporting document is missing",
    },
    "field_wrong": {"id": "Isian tidak benar", "en": "The entry is wrong"},
    "field_unclear": {"id": "Isian kurang jelas", "en": "The entry is not clear"},
    "data_mismatch": {"id": "Berbeda dengan data kepegawaian", "en": "Differs from the register"},
    "not_eligible": {"id": "Tidak memenuhi ketentuan layanan", "en": "Rules are not met"},
    "duplicate": {"id": "Usulan yang sama sudah ada", "en": "Filed already"},
    "other": {"id": "Lainnya (lihat catatan)", "en": "Other (see the note)"},
}
ACTIONS: Mapping[str, Text] = {
    **DECISIONS,
    "approve": {"id": "Disetujui", "en": "Approved"},
    "revise": {"id": "Dikembalikan untuk perbaikan", "en": "Returned for revision"},
    "reject": {"id": "Ditolak", "en": "Rejected"},
    "create": {"id": "Draf dibuat", "en": "Draft made"},
    "submit": {"id": "Usulan dikirim", "en": "Submitted"},
    "resubmit": {"id": "Perbaikan dikirim", "en": "Resubmitted"},
    "withdraw": {"id": "Dibatalkan pengusul", "en": "Withdrawn by the applicant"},
    "enter_result": {"id": "Hasil dimasukkan", "en": "Result entered"},
}
NOTE_SLOTS: Mapping[str, Text] = {
    "umpeg": {"id": "Catatan Umpeg", "en": "Note of Umpeg"},
    "opd_head": {"id": "Catatan Kepala OPD", "en": "Note of the OPD head"},
    "bkpsdm": {"id": "Catatan BKPSDM", "en": "Note of BKPSDM"},
    "bkpsdm_head": {"id": "Catatan Kepala BKPSDM", "en": "Note of the BKPSDM head"},
}
ACTING: Mapping[str, str] = {"plt": "Plt.", "plh": "Plh.", "pj": "Pj.", "tt": ""}
_MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
}
ZONE_NAMES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


def language() -> str:
    """The language chosen by the switch, else the browser's first wish, else Indonesian."""
    if "language" not in g:
        g.language = page_language()
    return str(g.language)


def say(indonesian: str, english: str) -> str:
    """Return the sentence in the reader's language."""
    return english if language() == "en" else indonesian


def pick(text: Any) -> str:
    """Choose from a text per language; a plain string stays as it is."""
    if isinstance(text, Mapping):
        return str(text.get(language()) or text.get("id") or next(iter(text.values()), ""))
    return "" if text is None else str(text)


def label(table: Mapping[str, Text], code: str | None) -> str:
    """Name a code; an unknown one is shown as it is."""
    if not code:
        return ""
    return pick(table.get(code, code))


def bytes_text(size: int) -> str:
    """1048576 → "1 MB", 512000 → "500 KB": the way the requirement lists say it."""
    for unit, name in ((1_048_576, "MB"), (1024, "KB")):
        if size >= unit:
            return f"{size / unit:.1f}".rstrip("0").rstrip(".").replace(".", ",") + f" {name}"
    return f"{size} byte"


def day(value: str | None) -> str:
    """2026-04-01 → "1 April 2026"."""
    if not value:
        return "–"
    return _written(date.fromisoformat(value[:10]))


def month(value: str | None) -> str:
    """2026-04 → "April 2026"."""
    if not value:
        return "–"
    return _written(date.fromisoformat(f"{value[:7]}-01")).split(" ", 1)[1]


def moment(value: str | None, zone: str | None = None) -> str:
    """An instant in the region's time, with the zone's name."""
    if not value:
        return "–"
    name = zone or str(g.get("zone") or "Asia/Jakarta")
    instant = datetime.fromisoformat(value)
    local = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(ZoneInfo(name))
    return f"{_written(local.date())}, {local:%H.%M} {ZONE_NAMES.get(name, name)}"


def _written(value: date) -> str:
    names = _MONTHS[language()].split()
    return f"{value.day} {names[value.month - 1]} {value.year}"
