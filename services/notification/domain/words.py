"""Turns the facts of an event into words a person reads: dates, yes and no, lists, clean text.

Facts come from other services and from what people typed, so nothing invisible (line breaks in
a subject, direction marks, control characters) survives.
"""

import re
import unicodedata
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LONGEST = 2_000
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MONTHS = {
    "id": [
        "Januari", "Februari", "Maret", "April", "Mei", "Juni",
        "Juli", "Agustus", "September", "Oktober", "November", "Desember",
    ],
    "en": [
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ],
}  # fmt: skip
_ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA"}
_ZONES |= {"Asia/Jayapura": "WIT"}
_YES_NO = {"id": ("ya", "tidak"), "en": ("yes", "no")}


class NotShowable(Exception):
    """A fact is neither text, number, date nor a list of those, so no sentence can carry it."""


def in_words(value: Any, language: str, zone: str) -> str:
    """Put one fact of an event into words.

    Raises `NotShowable` for objects.
    """
    if isinstance(value, bool):
        return _YES_NO[language][0 if value else 1]
    if isinstance(value, list):
        return ", ".join(in_words(item, language, zone) for item in value)
    if isinstance(value, str):
        return _dated(value, language, zone) or clean_block(value)
    if isinstance(value, int | float):
        return str(value)
    raise NotShowable(type(value).__name__)


def clean_line(text: str) -> str:
    """Make one line of it: no control or invisible characters, single spaces."""
    return " ".join(_visible(text).split())


def clean_block(text: str) -> str:
    """Keep the line breaks and drop every other invisible character."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_visible(line).rstrip() for line in lines).strip()[:LONGEST]


def _visible(text: str) -> str:
    spaced = re.sub(r"\s", " ", text)
    return "".join(char for char in spaced if not unicodedata.category(char).startswith("C"))


def _dated(text: str, language: str, zone: str) -> str | None:
    try:
        if _DAY.fullmatch(text):
            return _day(date.fromisoformat(text), language)
        if _INSTANT.fullmatch(text):
            return _instant(datetime.fromisoformat(text), language, zone)
    except ValueError:
        return None
    return None


def _day(day: date, language: str) -> str:
    return f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"


def _instant(moment: datetime, language: str, zone: str) -> str:
    if moment.tzinfo is None:
        raise ValueError("an instant without an offset")
    try:
        local = moment.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        local, zone = moment, ""
    clock = f"{local:%H.%M}" if language == "id" else f"{local:%H:%M}"
    joint = "pukul" if language == "id" else "at"
    shown_zone = _ZONES.get(zone) or f"UTC{local:%z}"
    return f"{_day(local.date(), language)} {joint} {clock} {shown_zone}"
