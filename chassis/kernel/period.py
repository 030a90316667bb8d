"""Spans of days and whole months between dates."""

from dataclasses import dataclass
from datetime import date

# Of whoever is employed, and of whatever can be planned for them.
EARLIEST_DAY = date(1900, 1, 1)
LATEST_DAY = date(2100, 12, 31)


@dataclass(frozen=True)
class Period:
    """Both ends belong to the period; `last` None means open-ended."""

    first: date
    last: date | None = None

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise ValueError(f"period ends ({self.last}) before it begins ({self.first})")

    def contains(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def overlaps(self, other: "Period") -> bool:
        begins_in_time = other.last is None or self.first <= other.last
        return begins_in_time and (self.last is None or other.first <= self.last)


def is_plausible(day: date) -> bool:
    """Tell whether a day from outside can be meant; 0001-01-01 and 9999-12-31 mean nothing."""
    return EARLIEST_DAY <= day <= LATEST_DAY


def full_months(earlier: date, later: date) -> int:
    """Count the whole months from `earlier` to `later` (negative: 0)."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    if later.day < earlier.day:
        months -= 1
    return max(months, 0)


def add_months(day: date, months: int) -> date:
    """Move `day` by whole months, ending on the month's last day if needed."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    for candidate in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, candidate))
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")
