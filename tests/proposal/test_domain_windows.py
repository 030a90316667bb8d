"""When proposals are taken, to the second and in the region's own zone (R9, R29)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.windows import (
    DatedRow,
    DayOffset,
    Window,
    WindowRow,
    open_period,
    span_of,
    state_at,
)
from services.proposal.seeds.definitions import load_window

WIB, WIT = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Jayapura")


def row(opens: tuple[int, int], closes: tuple[int, int], month: int | None = None) -> WindowRow:
    return WindowRow(DayOffset(*opens), DayOffset(*closes), month)


SIX_PERIODS = load_window("six_periods")
MONTHLY = Window("hard", "periode_kp", (row((-2, 1), (-2, 25)),))
KGB = Window("advisory", "tmt", (row((-3, 1), (-2, 31)),))


def is_open(window: Window, period: date, moment: str, zone: ZoneInfo = WIB) -> bool:
    """`moment` is the clock on the wall in Jakarta."""
    now = datetime.fromisoformat(moment).replace(tzinfo=WIB).astimezone(UTC)
    return state_at(window, period, now=now, zone=zone).is_open


@pytest.mark.parametrize(
    ("period", "moment", "taken"),
    [
        (date(2024, 4, 1), "2024-01-31 23:59:59", False),
        (date(2024, 4, 1), "2024-02-01 00:00:00", True),
        (date(2024, 4, 1), "2024-02-23 23:59:59", True),
        (date(2024, 4, 1), "2024-02-24 00:00:00", False),
        (date(2024, 2, 1), "2023-12-14 23:59:59", False),
        (date(2024, 2, 1), "2023-12-15 00:00:00", True),
        (date(2024, 2, 1), "2023-12-31 12:00:00", True),
        (date(2024, 2, 1), "2024-01-10 23:59:59", True),
        (date(2024, 2, 1), "2024-01-11 00:00:00", False),
        (date(2024, 6, 1), "2024-04-25 23:59:59", True),
        (date(2024, 6, 1), "2024-04-26 00:00:00", False),
    ],
)
def test_the_six_periods_open_and_close_to_the_second(
    period: date, moment: str, taken: bool
) -> None:
    assert is_open(SIX_PERIODS, period, moment) is taken


@pytest.mark.parametrize(
    ("moment", "in_jakarta", "in_jayapura"),
    [
        ("2024-02-23 21:59:59", True, True),
        ("2024-02-23 23:59:59", True, False),
        ("2024-01-31 22:00:00", False, True),
    ],
)
def test_the_same_instant_differs_in_jayapura(
    moment: str, in_jakarta: bool, in_jayapura: bool
) -> None:
    april = date(2024, 4, 1)

    assert is_open(SIX_PERIODS, april, moment) is in_jakarta
    assert is_open(SIX_PERIODS, april, moment, WIT) is in_jayapura


def test_what_the_manual_does_not_show_is_marked_as_not_confirmed() -> None:
    assert {row.month for row in SIX_PERIODS.rows if not row.confirmed} == {8, 10, 12}


def test_a_month_without_a_row_takes_nothing_and_names_the_next_chance() -> None:
    now = datetime(2024, 2, 10, 5, tzinfo=UTC)

    state = state_at(SIX_PERIODS, date(2024, 3, 1), now=now, zone=WIB)

    assert (state.is_open, state.next_period) == (False, date(2024, 4, 1))


@pytest.mark.parametrize(
    ("today", "period", "next_opens", "next_period"),
    [
        ("2026-03-31", "2026-06-01", "2026-04-01", "2026-06-01"),
        ("2026-04-26", "2026-06-01", "2026-05-01", "2026-07-01"),
        ("2026-12-28", "2027-02-01", "2027-01-01", "2027-03-01"),
        ("2026-05-10", "2026-06-01", "2026-05-10", "2026-07-01"),
    ],
)
def test_a_refusal_names_the_next_date(
    today: str, period: str, next_opens: str, next_period: str
) -> None:
    now = datetime.fromisoformat(f"{today}T12:00:00").replace(tzinfo=WIB)

    state = state_at(MONTHLY, date.fromisoformat(period), now=now, zone=WIB)

    assert not state.is_open
    assert (str(state.next_opens), str(state.next_period)) == (next_opens, next_period)


def test_an_advisory_window_opens_late_never_closes() -> None:
    tmt = date(2026, 12, 1)

    def state(day: str) -> tuple[bool, bool]:
        now = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=WIB)
        found = state_at(KGB, tmt, now=now, zone=WIB)
        return found.is_open, found.is_late

    assert state("2026-08-31") == (False, False)
    assert state("2026-09-01") == (True, False)
    assert state("2026-10-31") == (True, False)
    assert state("2026-11-01") == (True, True)
    assert state("2027-06-01") == (True, True)


def test_a_regions_own_dates_win_over_the_pattern() -> None:
    extended = Window(
        "hard",
        "periode_kp",
        MONTHLY.rows,
        (DatedRow(date(2026, 6, 1), date(2026, 4, 1), date(2026, 4, 30)),),
    )

    assert is_open(extended, date(2026, 6, 1), "2026-04-30 23:59:59")
    assert not is_open(extended, date(2026, 7, 1), "2026-05-26 00:00:00")


def test_an_end_on_a_day_off_moves_to_the_next_working_day() -> None:
    window = Window("hard", "masa", (row((0, 20), (0, 31)),), move_end_to_working_day=True)
    holidays = {date(2026, 6, 1)}

    span = span_of(window, date(2026, 5, 1), holidays)

    # 31 May 2026 is a Sunday and 1 June a holiday.
    assert span is not None
    assert span.last == date(2026, 6, 2)


def test_the_31st_of_a_short_month_is_its_last_day() -> None:
    assert DayOffset(0, 31).on(date(2028, 2, 1)) == date(2028, 2, 29)


def test_the_open_period_is_offered_else_the_next_to_open() -> None:
    def offered(day: str) -> date | None:
        now = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=WIB)
        return open_period(MONTHLY, now=now, zone=WIB)

    assert offered("2026-04-25") == date(2026, 6, 1)
    assert offered("2026-04-26") == date(2026, 7, 1)


@given(
    days=st.integers(0, 365 * 6),
    second=st.integers(0, 86_399),
    months=st.integers(-6, 6),
    window=st.sampled_from([SIX_PERIODS, MONTHLY]),
)
def test_the_next_date_of_every_refusal_keeps_its_promise(
    days: int, second: int, months: int, window: Window
) -> None:
    now = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=days, seconds=second)
    index = now.year * 12 + now.month - 1 + months
    period = date(index // 12, index % 12 + 1, 1)

    state = state_at(window, period, now=now, zone=WIB)

    if not state.is_open:
        assert state.next_opens is not None
        assert state.next_period is not None
        then = datetime.combine(state.next_opens, datetime.min.time(), WIB)
        assert state_at(window, state.next_period, now=then, zone=WIB).is_open
