"""Working days: Monday to Friday, less holidays and joint leave (cuti bersama)."""

from collections.abc import Collection
from datetime import date, timedelta

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


def is_working_day(day: date, holidays: Collection[date] = ()) -> bool:
    return day.weekday() < _SATURDAY and day not in holidays


def next_working_day(day: date, holidays: Collection[date] = ()) -> date:
    """Return `day` itself when it is a working day, else the next one."""
    while not is_working_day(day, holidays):
        day += _ONE_DAY
    return day


def add_working_days(start: date, count: int, holidays: Collection[date] = ()) -> date:
    """Return the working day that lies `count` working days after `start`.

    The start day itself never counts; `count` 0 returns the next working day from `start`.
    """
    if count < 0:
        raise ValueError("count must not be negative")
    day = start
    for _ in range(count):
        day = next_working_day(day + _ONE_DAY, holidays)
    return next_working_day(day, holidays)
