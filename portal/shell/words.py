"""The reader's language, and how dates and sizes are written in it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import g

from chassis.http.languages import page_language

LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}

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
