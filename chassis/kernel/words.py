"""Dates, times, numbers and lists as people read them, in Indonesian and English, by Babel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_name
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

_LOCALES = {"id": "id", "en": "en_GB"}
_AT = {"id": "pukul", "en": "at"}
_DAY, _MONTH, _CLOCK = "d MMMM y", "MMMM y", {"id": "HH.mm", "en": "HH:mm"}
_BYTES = ((1_048_576, "MB"), (1024, "KB"))
_WHOLE_RUPIAH = "¤#,##0"


def day(value: date, language: str) -> str:
    """Write `1 Juni 2026`."""
    return format_date(value, _DAY, locale=_locale(language))


def month(value: date, language: str) -> str:
    """Write `Juni 2026`."""
    return format_date(value, _MONTH, locale=_locale(language))


def moment(value: datetime, language: str, zone: str) -> str:
    """Write an instant in a zone: `1 Juni 2026 pukul 09.30 WITA`.

    An unknown zone shows the instant as it was written, with its offset. Raises `ValueError` for
    an instant that has none.
    """
    if value.tzinfo is None:
        raise ValueError("an instant without an offset")
    local = _in_zone(value, zone)
    clock = format_time(local, _CLOCK[_known(language)], locale=_locale(language))
    return f"{day(local, language)} {_AT[_known(language)]} {clock} {_zone_name(local)}"


def number(value: float | Decimal, language: str) -> str:
    """Write `1.234,5`, in English `1,234.5`."""
    return format_decimal(value, locale=_locale(language))


def rupiah(value: int | Decimal, language: str) -> str:
    """Write `Rp1.500.000`; cents only where there are any."""
    pattern = None if value % 1 else _WHOLE_RUPIAH
    written = format_currency(
        value, "IDR", pattern, locale=_locale(language), currency_digits=pattern is not None
    )
    return written.replace("IDR", "Rp")


def size(count: int, language: str) -> str:
    """Write a number of bytes: 1048576 is `1 MB`, 512000 is `500 KB`."""
    for unit, name in _BYTES:
        if count >= unit:
            return f"{number(round(count / unit, 1), language)} {name}"
    return f"{number(count, language)} byte"


class Size(int):
    """A number of bytes that texts write as people read it."""

    def said(self, language: str) -> str:
        return size(int(self), language)

    def __str__(self) -> str:
        return self.said("id")


@dataclass(frozen=True)
class Moment:
    """An instant that texts write as people read it, in a zone."""

    value: datetime
    zone: str

    def said(self, language: str) -> str:
        return moment(self.value, language, self.zone)


def duration(value: timedelta, language: str) -> str:
    """Write a length of time, to the minute: `3 hari 4 jam`."""
    minutes = int(value.total_seconds()) // 60
    parts = (("day", minutes // 1440), ("hour", minutes // 60 % 24), ("minute", minutes % 60))
    shown = [part for part in parts if part[1]] or [parts[-1]]
    locale = _locale(language)
    return " ".join(format_unit(count, f"duration-{unit}", locale=locale) for unit, count in shown)


def listed(
    items: Sequence[str], language: str, style: Literal["standard", "or"] = "standard"
) -> str:
    """Write `a, b, dan c`, or with `or`: `a, b, atau c`."""
    return format_list(items, style=style, locale=_locale(language))


def _in_zone(value: datetime, zone: str) -> datetime:
    try:
        return value.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return value


def _zone_name(local: datetime) -> str:
    # Only Indonesian has the names WIB, WITA and WIT.
    name = get_timezone_name(local, "short", locale=_locale("id"))
    return f"UTC{local:%z}" if name[0] in "+-" or not isinstance(local.tzinfo, ZoneInfo) else name


def _known(language: str) -> str:
    return language if language in _LOCALES else "id"


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(_LOCALES[_known(language)])
