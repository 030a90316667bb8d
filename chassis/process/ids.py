"""Identifiers that sort by the time they were made (UUID version 7, RFC 9562)."""

import os
import threading
import time
from uuid import UUID

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
        if _last - (time.time_ns() // 1_000_000 << 12) > _SET_BACK:
            _last = 0
        ticks = max(time.time_ns() // 1_000_000 << 12 | time.time_ns() // 245 % 4096, _last + 1)
        _last = ticks
    milliseconds, fraction = ticks >> 12, ticks & 0xFFF
    tail = int.from_bytes(os.urandom(8)) & (1 << 62) - 1
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | tail)
