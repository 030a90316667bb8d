"""When signing keys begin, end and disappear.

A key is published before it signs, longer than anybody caches the key set, and stays published
until the last token it signed has expired.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

KEY_LIFE = timedelta(days=30)
PUBLISHED_BEFORE = timedelta(days=2)
CACHE_LIFE = timedelta(minutes=15)
TOKENS_OUTLIVE = timedelta(hours=1)


@dataclass(frozen=True)
class KeyTimes:
    signs_from: datetime
    signs_until: datetime
    published_until: datetime


def times_from(start: datetime) -> KeyTimes:
    """Return the times of a key that begins to sign at `start`."""
    until = start + KEY_LIFE
    return KeyTimes(start, until, until + TOKENS_OUTLIVE)


def next_start(signs_until: Sequence[datetime], *, now: datetime) -> datetime | None:
    """Return when a new key should begin to sign, or None if none is due."""
    last = max(signs_until, default=None)
    if last is None or last <= now:
        return now
    return last if last - now <= PUBLISHED_BEFORE else None
