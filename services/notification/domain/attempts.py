"""What one try to send can end in, and what follows. Pure: it is told the time.

The database effect happens once; a message handed to a provider may arrive twice when nobody
can know whether the first copy was taken. Then it is sent once more, and never again: at least
once, extra copies bounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_MINUTES = (1, 5, 15)
_HOURS = (1, 3, 6, 12, 24, 24)
LONG_WAITS = (*(timedelta(minutes=m) for m in _MINUTES), *(timedelta(hours=h) for h in _HOURS))
UNCERTAIN_WAIT = timedelta(minutes=10)
LONGEST_RETRY_AFTER = timedelta(hours=24)
COPIES_AFTER_CRASHES = 3


class Ending(StrEnum):
    """How a try ended. `lost`: the sender died in between; only its claim tells of the try."""

    ACCEPTED = "accepted"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    UNCERTAIN = "uncertain"
    LOST = "lost"


@dataclass(frozen=True)
class Outcome:
    """One try's ending; `detail` is for operators and holds neither address nor text."""

    ending: Ending
    detail: str = ""
    reference: str | None = None
    retry_after: timedelta | None = None


def accepted(reference: str | None = None) -> Outcome:
    return Outcome(Ending.ACCEPTED, reference=reference)


def temporary(detail: str, *, retry_after: timedelta | None = None) -> Outcome:
    return Outcome(Ending.TEMPORARY, detail, retry_after=retry_after)


def permanent(detail: str) -> Outcome:
    return Outcome(Ending.PERMANENT, detail)


def uncertain(detail: str) -> Outcome:
    return Outcome(Ending.UNCERTAIN, detail)


LOST = Outcome(Ending.LOST, "the sender stopped before it could say how the try ended")


@dataclass(frozen=True)
class Step:
    """What becomes of a delivery: `sent`, `failed` (with the reason), or `pending` until `due`."""

    state: str
    due: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class Pace:
    """How one channel tries again: its waits, and whether a provider's later word may come, which
    is waited for before a dead sender's message is sent again.
    """

    waits: Sequence[timedelta]
    confirms: bool = False


def next_step(outcome: Outcome, *, earlier: Sequence[Ending], pace: Pace, now: datetime) -> Step:
    """Say what follows a try, given how the earlier ones ended."""
    if outcome.ending is Ending.ACCEPTED:
        return Step("sent")
    if outcome.ending is Ending.PERMANENT:
        return Step("failed", reason="refused")
    if outcome.ending is Ending.TEMPORARY:
        return _after_temporary(outcome, earlier, pace.waits, now)
    return _after_doubt(outcome, earlier, pace, now)


def _after_temporary(
    outcome: Outcome, earlier: Sequence[Ending], waits: Sequence[timedelta], now: datetime
) -> Step:
    tried = sum(ending is Ending.TEMPORARY for ending in earlier)
    if tried >= len(waits):
        return Step("failed", reason="gave_up")
    asked = min(outcome.retry_after or timedelta(), LONGEST_RETRY_AFTER)
    return Step("pending", due=now + max(waits[tried], asked))


def _after_doubt(outcome: Outcome, earlier: Sequence[Ending], pace: Pace, now: datetime) -> Step:
    doubtful = [ending for ending in earlier if ending in {Ending.UNCERTAIN, Ending.LOST}]
    copies = len(doubtful) + 1
    again = copies < COPIES_AFTER_CRASHES if outcome.ending is Ending.LOST else copies == 1
    if not again:
        return Step("failed", reason="uncertain")
    at_once = outcome.ending is Ending.LOST and not pace.confirms
    return Step("pending", due=now if at_once else now + UNCERTAIN_WAIT)
