"""Dates as people read them, in both languages."""

from datetime import date

from chassis.kernel import words
from chassis.kernel.languages import LANGUAGES
from services.proposal.domain.stages import Text


def month_in_words(day: date) -> Text:
    """Write `Juni 2026`."""
    return {language: words.month(day, language) for language in LANGUAGES}


def day_in_words(day: date) -> Text:
    """Write `1 Juni 2026`."""
    return {language: words.day(day, language) for language in LANGUAGES}
