"""When a layanan takes proposals (rulings R9 and R29), in the zone of the region.

A window belongs to a period (the month of the TMT, the month assessed). Each row says, for one
calendar month or for all, from which day to which day, counted in months from the period:
(-2, 1) to (-2, 25) is "the 1st to the 25th, two months before". A window ends at 23:59:59 of
its last day in the region's zone. `hard` windows refuse outside; `advisory` ones open at a date
and never close: later proposals are marked late ("terlambat").
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from chassis.kernel.period import Period, add_months
from chassis.kernel.working_days import next_working_day

HORIZON_MONTHS = 24


@dataclass(frozen=True)
class DayOffset:
    """A day of a month that lies `months` from the period; a 31 in a short month is its last."""

    months: int
    day: int

    def on(self, period: date) -> date:
        first = add_months(period.replace(day=1), self.months)
        last_day = (add_months(first, 1) - first).days
        return first.replace(day=min(self.day, last_day))


@dataclass(frozen=True)
class WindowRow:
    """`month` None means every month; `confirmed` False marks values to be confirmed (A8)."""

    opens: DayOffset
    closes: DayOffset
    month: int | None = None
    confirmed: bool = True


@dataclass(frozen=True)
class DatedRow:
    """A region's own dates for one period; they win over the pattern."""

    period: date
    opens: date
    closes: date


@dataclass(frozen=True)
class Window:
    """`period_field` names the form field that holds the period (a month or a date).

    `pattern` names the shipped pattern that a region took the rows from, if it did.
    """

    mode: str
    period_field: str
    rows: tuple[WindowRow, ...] = ()
    dated: tuple[DatedRow, ...] = ()
    move_end_to_working_day: bool = False
    pattern: str | None = None


@dataclass(frozen=True)
class WindowState:
    """What a window says at one moment. `next_opens` is the next chance when it is closed."""

    is_open: bool
    is_late: bool = False
    span: Period | None = None
    next_opens: date | None = None
    next_period: date | None = None


def span_of(
    window: Window,
    period: date,
    holidays: Collection[date] = (),
) -> Period | None:
    """Return the days of a period's window; None when it has none."""
    month = period.replace(day=1)
    for dated in window.dated:
        if dated.period == month:
            return Period(dated.opens, dated.closes)
    for row in window.rows:
        if row.month in (None, month.month):
            closes = row.closes.on(month)
            if window.move_end_to_working_day:
                closes = next_working_day(closes, holidays)
            return Period(row.opens.on(month), closes)
    return None


def state_at(
    window: Window,
    period: date,
    *,
    now: datetime,
    zone: tzinfo,
    holidays: Collection[date] = (),
) -> WindowState:
    """Say whether a proposal for `period` is taken at the moment `now`."""
    today = now.astimezone(zone).date()
    span = span_of(window, period, holidays)
    if span and span.contains(today):
        return WindowState(is_open=True, span=span)
    if span and window.mode == "advisory" and span.last and today > span.last:
        return WindowState(is_open=True, is_late=True, span=span)
    if span and today < span.first:
        return WindowState(
            is_open=False, span=span, next_opens=span.first, next_period=_month(period)
        )
    return _closed(window, span, today, holidays)


def open_period(
    window: Window,
    *,
    now: datetime,
    zone: tzinfo,
    holidays: Collection[date] = (),
) -> date | None:
    """Return the period whose window is open, else the next to open."""
    today = now.astimezone(zone).date()
    upcoming = _upcoming(window, today, holidays)
    current = [period for span, period in upcoming if span.contains(today)]
    return current[0] if current else (upcoming[0][1] if upcoming else None)


def _closed(
    window: Window,
    span: Period | None,
    today: date,
    holidays: Collection[date],
) -> WindowState:
    upcoming = _upcoming(window, today, holidays)
    if not upcoming:
        return WindowState(is_open=False, span=span)
    following, period = upcoming[0]
    return WindowState(
        is_open=False,
        span=span,
        next_opens=max(following.first, today),
        next_period=period,
    )


def _upcoming(
    window: Window,
    today: date,
    holidays: Collection[date],
) -> list[tuple[Period, date]]:
    months = [add_months(_month(today), n) for n in range(-HORIZON_MONTHS, HORIZON_MONTHS + 1)]
    periods = [
        (span, month)
        for month in months
        if (span := span_of(window, month, holidays)) and span.last and span.last >= today
    ]
    return sorted(periods, key=lambda pair: (pair[0].first, pair[1]))


def _month(day: date) -> date:
    return day.replace(day=1)
