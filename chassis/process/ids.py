"""Identifiers that sort by the time they were made (UUID version 7, RFC 9562)."""

import os
import threading
from uuid import UUID

from chassis.process.clock import microseconds

_lock = threading.Lock()
_last = 0
_SET_BACK = 60_000 << 12


def uuid7() -> UUID:
    """Return a new UUIDv7, strictly greater than any this process made before.

    Only where the clock was set back by more than a minute does it follow the clock again, so
    that one wrong reading does not date every later id into the future.
    """
    global _last  # noqa: PLW0603 - one monotonic counter per process is the point
    with _lock:
        present = microseconds() * 4096 // 1000
        if _last - present > _SET_BACK:
            _last = 0
        ticks = max(present, _last + 1)
        _last = ticks
    shown, fraction = ticks >> 12, ticks & 0xFFF
    tail = int.from_bytes(os.urandom(8)) & (1 << 62) - 1
    return UUID(int=shown << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | tail)
