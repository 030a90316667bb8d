"""The reader's language, and how dates and sizes are written in it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import g

from chassis.http.languages import page_language
from chassis.kernel import words

LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}


def language() -> str:
    """The language chosen by the switch, else the browser's first wish, else Indonesian."""
    chosen = g.get("language")
    if chosen is None:
        chosen = g.language = page_language()
    return str(chosen)


def size(count: int) -> str:
    """Write 1048576 as "1 MB", 512000 as "500 KB", as the requirement lists say it."""
    return words.size(count, language())


def day(value: str | None) -> str:
    """2026-04-01 → "1 April 2026"; of an instant, the day that it is in the region then."""
    if not value:
        return "–"
    that_day = _instant(value).astimezone(ZoneInfo(_zone())) if "T" in value else value
    return words.day(date.fromisoformat(str(that_day)[:10]), language())


def month(value: str | None) -> str:
    """2026-04 → "April 2026"."""
    return words.month(date.fromisoformat(f"{value[:7]}-01"), language()) if value else "–"


def today() -> date:
    """Return the day it is in the region."""
    return datetime.now(ZoneInfo(_zone())).date()


def moment(value: str | None, zone: str | None = None) -> str:
    """An instant in the region's time, with the zone's name."""
    if not value:
        return "–"
    return words.moment(_instant(value), language(), zone or _zone())


def _instant(value: str) -> datetime:
    instant = datetime.fromisoformat(value)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _zone() -> str:
    return str(g.get("zone") or "Asia/Jakarta")
