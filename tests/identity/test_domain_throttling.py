"""How long to wait before the next try at signing in, and whom strangers can keep out: nobody."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from services.identity.domain.throttling import (
    ADDRESS_WINDOW,
    DAY,
    HOUR,
    LONGEST_WAIT,
    STRANGERS_A_DAY,
    Standing,
    Tally,
    TooManyAttempts,
    free_at,
)

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def _failed(count: int, *, ago: float = 0.0, apart: float = 1.0) -> list[datetime]:
    """Failures some seconds apart, the last of them `ago` seconds ago."""
    return [NOW - timedelta(seconds=ago + apart * (count - 1 - n)) for n in range(count)]


def _wait(standing: Standing, **tallies: object) -> float:
    free = free_at(Tally(standing, **tallies), now=NOW)  # type: ignore[arg-type]
    return max(0.0, (free - NOW).total_seconds())


@pytest.mark.parametrize(
    ("standing", "free"),
    [
        (Standing.DEVICE, 5),
        (Standing.SESSION, 10),
        (Standing.FAMILIAR, 5),
        (Standing.STRANGER, 5),
    ],
)
def test_some_tries_are_free_and_each_further_failure_doubles_the_wait(
    standing: Standing, free: int
):
    waits = [_wait(standing, own=_failed(count)) for count in range(free - 1, free + 8)]

    assert waits == [0, 30, 60, 120, 240, 480, 900, 900, 900]


def test_the_wait_ends():
    assert _wait(Standing.FAMILIAR, own=_failed(5, ago=29)) > 0
    assert _wait(Standing.FAMILIAR, own=_failed(5, ago=30)) == 0


@pytest.mark.parametrize("standing", [Standing.DEVICE, Standing.SESSION, Standing.FAMILIAR])
def test_what_strangers_do_holds_up_nobody_who_has_been_here(standing: Standing):
    flood = _failed(STRANGERS_A_DAY)

    assert _wait(standing, strangers=flood, address=flood) == 0


@pytest.mark.parametrize(
    ("failures", "minutes"), [(19, 0), (20, 1), (39, 1), (40, 2), (60, 4), (80, 8), (100, 15)]
)
def test_each_address_waits_the_longer_the_more_strangers_have_failed(failures: int, minutes: int):
    assert _wait(Standing.STRANGER, strangers=_failed(failures)) == 60 * minutes


def test_an_address_waits_from_when_it_asked_first():
    strangers = _failed(100)

    assert _wait(Standing.STRANGER, strangers=strangers, asked_at=NOW - 10 * MINUTE) == 300
    assert _wait(Standing.STRANGER, strangers=strangers, asked_at=NOW - LONGEST_WAIT) == 0
    assert _wait(Standing.STRANGER, strangers=strangers, own=_failed(1, ago=60)) == 840


def test_an_address_may_fail_the_more_often_the_more_people_work_there():
    assert _wait(Standing.STRANGER, address=_failed(49)) == 0
    assert _wait(Standing.STRANGER, address=_failed(50)) == 15 * 60 - 49
    assert _wait(Standing.STRANGER, address=_failed(50), people=10) == 0
    assert _wait(Standing.STRANGER, address=_failed(70), people=10) > 0


def test_the_refusal_says_how_long_in_both_languages():
    refused = TooManyAttempts(retry_after=31)

    assert "31 detik" in refused.detail("id")
    assert "31 seconds" in refused.detail("en")


@dataclass
class Account:
    """Tries at one account, every one with a wrong password, by the rules alone."""

    tried: list[tuple[datetime, str]] = field(default_factory=list)
    asked: dict[str, datetime] = field(default_factory=dict)

    def is_let_in(self, address: str, at: datetime) -> bool:
        """Try from an address that nobody has signed in from."""
        own = [when for when, where in self.tried if where == address and when > at - HOUR]
        tally = Tally(
            Standing.STRANGER,
            own=own,
            strangers=[when for when, _where in self.tried if when > at - DAY][-STRANGERS_A_DAY:],
            address=[when for when in own if when > at - ADDRESS_WINDOW],
            asked_at=self.asked.get(address),
        )
        if free_at(tally, now=at) > at:
            self.asked.setdefault(address, at)
            return False
        self.tried.append((at, address))
        self.asked.pop(address, None)
        return True

    def attacked(self, tries: Iterable[tuple[int, int]]) -> "Account":
        for second, address in sorted(tries):
            self.is_let_in(f"10.0.0.{address}", NOW + timedelta(seconds=second))
        return self


TRIES = some.lists(
    some.tuples(some.integers(0, 4 * 3600), some.integers(1, 60)), min_size=40, max_size=400
)


@settings(max_examples=60, deadline=None)
@given(tries=TRIES, at=some.integers(0, 4 * 3600))
def test_whatever_strangers_do_a_new_address_gets_its_try_within_a_quarter_of_an_hour(
    tries: list[tuple[int, int]], at: int
):
    """Also while they go on: those that come during the wait are among the tries."""
    account, asked = Account(), NOW + timedelta(seconds=at)
    account.attacked([one for one in tries if one[0] <= at])
    is_in = account.is_let_in("192.0.2.1", asked)

    account.attacked([one for one in tries if at < one[0] < at + LONGEST_WAIT.total_seconds()])

    assert is_in or account.is_let_in("192.0.2.1", asked + LONGEST_WAIT)


def test_however_many_addresses_guess_an_account_takes_a_thousand_guesses_of_strangers_a_day():
    account = Account()
    every_ten_minutes = range(0, int(DAY.total_seconds()), 600)

    account.attacked((second, address) for second in every_ten_minutes for address in range(25))

    assert len(account.tried) == STRANGERS_A_DAY


def test_one_address_that_never_stops_makes_two_hundred_and_fifty_guesses_a_day_at_most():
    account = Account()

    account.attacked((second, 1) for second in range(0, int(DAY.total_seconds()), 30))

    assert 100 < len(account.tried) <= 250
