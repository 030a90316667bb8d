"""Dates as people read them, in both languages."""

from datetime import date

from services.proposal.domain.stages import Text

_MONTHS_ID = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
_MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def month_in_words(day: date) -> Text:
    """Write `Juni 2026`."""
    return {
        "id": f"{_MONTHS_ID[day.month - 1]} {day.year}",
        "en": f"{_MONTHS_EN[day.month - 1]} {day.year}",
    }


def day_in_words(day: date) -> Text:
    """Write `1 Juni 2026`."""
    return {language: f"{day.day} {month}" for language, month in month_in_words(day).items()}
