"""The one clock. Domain code never calls it: it is handed `now`.

A process that works on a database server goes by the server's clock: two machines that disagree
about the time still agree when a lease ends and a retry is due. Between two questions the time
runs on by the steady clock, so that setting the machine's clock changes nothing. A database in a
file has no clock of its own; the machine's is the only one there is.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

ASKED_EVERY = 30.0
# It goes on while a virtual machine sleeps, where the system has such a clock.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class _Reading:
    """What the database's clock showed when the steady clock showed `at`."""

    instant: datetime
    at: float


_reading: _Reading | None = None
_asked_at = float("-inf")
_asking = threading.Lock()


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    reading = _reading
    if reading is None:
        return datetime.now(UTC)
    return reading.instant + timedelta(seconds=_steady() - reading.at)


def microseconds() -> int:
    """Return the present instant as microseconds since 1970."""
    return (now() - _EPOCH) // _MICROSECOND


def go_by(ask: Callable[[], datetime]) -> None:
    """Set this process's clock by what `ask` says, unless somebody asked a moment ago.

    Passes on what `ask` raises; the clock then runs on as it was. Only a process that has never
    asked waits for another thread's question.
    """
    if _steady() - _asked_at < ASKED_EVERY or not _asking.acquire(blocking=_reading is None):
        return
    try:
        if _steady() - _asked_at >= ASKED_EVERY:
            _ask(ask)
    finally:
        _asking.release()


def _ask(ask: Callable[[], datetime]) -> None:
    global _reading, _asked_at  # noqa: PLW0603 - one clock per process is the point
    began = _steady()
    if _reading is not None:
        _asked_at = began  # one that does not answer is asked again later, not by every request
    instant = ask()
    ended = _steady()
    _reading, _asked_at = _Reading(instant, (began + ended) / 2), ended


def forget() -> None:
    """Go by the machine's clock again, until a database is asked."""
    global _reading, _asked_at
    _reading, _asked_at = None, float("-inf")


def _steady() -> float:
    return time.clock_gettime(_STEADY)
