"""Turns the facts of an event into words a person reads.

Facts come from other services and from what people typed, so nothing invisible survives.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from chassis.kernel import words
from chassis.kernel.languages import DEFAULT_LANGUAGE
from chassis.kernel.text import shown_block

LONGEST = 2_000
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_YES_NO = {"id": ("ya", "tidak"), "en": ("yes", "no")}


class NotShowable(Exception):
    """A fact is neither text, number, date nor a list of those, in one language or in each."""


def in_words(value: Any, language: str, zone: str) -> str:
    """Put one fact of an event into words; one that is said in each language, in this one.

    Raises `NotShowable` for any other object.
    """
    if isinstance(value, Mapping) and isinstance(value.get(DEFAULT_LANGUAGE), str):
        return in_words(value.get(language) or value[DEFAULT_LANGUAGE], language, zone)
    if isinstance(value, bool):
        return _YES_NO[language][0 if value else 1]
    if isinstance(value, list):
        return ", ".join(in_words(item, language, zone) for item in value)
    if isinstance(value, str):
        return _dated(value, language, zone) or shown_block(value)[:LONGEST]
    if isinstance(value, int | float):
        return str(value)
    raise NotShowable(type(value).__name__)


def _dated(text: str, language: str, zone: str) -> str | None:
    try:
        if _DAY.fullmatch(text):
            return words.day(date.fromisoformat(text), language)
        if _INSTANT.fullmatch(text):
            return words.moment(datetime.fromisoformat(text), language, zone)
    except ValueError:
        return None
    return None
