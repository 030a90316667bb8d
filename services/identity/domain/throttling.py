"""How long to wait before the next try at signing in.

Strangers may guess, but never so that they keep the owner of an account out. So tries are told
apart by where they come from (`Standing`), each kind has its tally, and no stranger's try counts
in a tally of somebody who has signed in from there before. Tries that were refused do not count.
The reasoning and the bounds are in decision 0034.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from chassis.kernel.errors import Refused

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ADDRESS_WINDOW = timedelta(minutes=15)
FAMILIAR_FOR = timedelta(days=30)
STRANGERS_FREE = 20  # wrong passwords of strangers for one account in an hour
STRANGERS_A_DAY = 1000
ADDRESS_FREE = 50
ADDRESS_FREE_A_PERSON = 2
_FIRST_WAIT = timedelta(seconds=30)
_FIRST_STRANGERS_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)
_MOST_DOUBLINGS = 5
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Standing(StrEnum):
    """Where a try comes from."""

    DEVICE = "device"  # a browser that this person alone signs in with
    SESSION = "session"  # the password was right; a code, or the password again, is asked
    FAMILIAR = "familiar"  # an address from which this person signed in of late
    STRANGER = "stranger"


_FREE_TRIES = {
    Standing.DEVICE: 5,
    Standing.SESSION: 10,
    Standing.FAMILIAR: 5,
    Standing.STRANGER: 5,
}


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
class Tally:
    """When tries failed, oldest first.

    `own`: in the last hour, of this device, session's owner, or account and address together;
    since the last success. `strangers`: of the account in a day. `address`: by strangers there
    within `ADDRESS_WINDOW`, where `people` signed in during the day. `asked_at`: since when this
    address waits for this account.
    """

    standing: Standing
    own: Sequence[datetime] = field(default_factory=tuple)
    strangers: Sequence[datetime] = field(default_factory=tuple)
    address: Sequence[datetime] = field(default_factory=tuple)
    people: int = 0
    asked_at: datetime | None = None


def free_at(tally: Tally, *, now: datetime) -> datetime:
    """Return when the next try may be made; the past: now."""
    own = _own_free_at(tally)
    if tally.standing is not Standing.STRANGER:
        return own
    return max(own, _strangers_free_at(tally, now), _address_free_at(tally))


def _own_free_at(tally: Tally) -> datetime:
    excess = len(tally.own) - _FREE_TRIES[tally.standing]
    if excess < 0:
        return _LONG_AGO
    wait = _FIRST_WAIT * (1 << min(excess, _MOST_DOUBLINGS))
    return tally.own[-1] + min(wait, LONGEST_WAIT)


def _strangers_free_at(tally: Tally, now: datetime) -> datetime:
    """Let each address wait from its own beginning.

    Who came first, or comes most often, takes nothing away from the others.
    """
    day = _nth_last(tally.strangers, STRANGERS_A_DAY, DAY)
    recent = sum(tried > now - HOUR for tried in tally.strangers)
    if recent < STRANGERS_FREE:
        return day
    wait = _FIRST_STRANGERS_WAIT * (1 << min(recent // STRANGERS_FREE - 1, _MOST_DOUBLINGS))
    began = max(tally.own[-1] if tally.own else _LONG_AGO, tally.asked_at or _LONG_AGO)
    return max(day, (now if began == _LONG_AGO else began) + min(wait, LONGEST_WAIT))


def _address_free_at(tally: Tally) -> datetime:
    """Let an address guess at few accounts, and the more the more people work there."""
    limit = ADDRESS_FREE + ADDRESS_FREE_A_PERSON * tally.people
    return _nth_last(tally.address, limit, ADDRESS_WINDOW)


def _nth_last(failed: Sequence[datetime], limit: int, window: timedelta) -> datetime:
    """Return when fewer than `limit` failures will lie within the window."""
    return failed[-limit] + window if len(failed) >= limit else _LONG_AGO
