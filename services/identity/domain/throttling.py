"""How long to wait before the next try at signing in.

Three tallies of the last hour. The pair (account, address) slows down one guesser fast; the
account alone bounds a guesser with many addresses; the address alone bounds one who tries many
accounts, and is generous, because a whole office shares one address. Tries that were refused
do not count, so nobody can lock a colleague out for ever by hammering.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from chassis.kernel.errors import Refused

WINDOW = timedelta(hours=1)
PAIR_FREE_TRIES = 5
ACCOUNT_TRIES = 20
ADDRESS_TRIES = 200
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(minutes=15)
_MOST_DOUBLINGS = 5
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class TooManyAttempts(Refused):
    """Too many failed tries; `retry_after` seconds are left to wait."""

    kind = "too_many"
    code = "too_many_attempts"
    text = {
        "id": "Terlalu banyak percobaan. Coba lagi dalam {retry_after} detik.",
        "en": "Too many attempts. Try again in {retry_after} seconds.",
    }

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Failures:
    """When tries failed within the window, oldest first."""

    pair: Sequence[datetime] = field(default_factory=tuple)
    account: Sequence[datetime] = field(default_factory=tuple)
    address: Sequence[datetime] = field(default_factory=tuple)


def check_throttle(failures: Failures, *, now: datetime) -> None:
    """Refuse a try that comes too early.

    Raises `TooManyAttempts`.
    """
    free_at = max(_pair_free_at(failures.pair), *_bounded_free_at(failures))
    if free_at > now:
        raise TooManyAttempts(retry_after=int((free_at - now).total_seconds()) + 1)


def _pair_free_at(failed: Sequence[datetime]) -> datetime:
    excess = len(failed) - PAIR_FREE_TRIES
    if excess < 0:
        return _LONG_AGO
    wait = _FIRST_WAIT * (1 << min(excess, _MOST_DOUBLINGS))
    return failed[-1] + min(wait, _LONGEST_WAIT)


def _bounded_free_at(failures: Failures) -> tuple[datetime, datetime]:
    return (
        _nth_last(failures.account, ACCOUNT_TRIES),
        _nth_last(failures.address, ADDRESS_TRIES),
    )


def _nth_last(failed: Sequence[datetime], limit: int) -> datetime:
    """Return when fewer than `limit` failures will lie within the window."""
    return failed[-limit] + WINDOW if len(failed) >= limit else _LONG_AGO
