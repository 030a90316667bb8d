"""Leaky buckets: how often somebody may send, counted in this process and bounded in memory.

A bucket follows nginx's `limit_req … nodelay`: a request adds one drop, `rate` drops leak per
second, and a request that would make the level exceed `burst` is refused and adds nothing.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

CAPACITY = 50_000


@dataclass(frozen=True)
class Limit:
    """Requests per second, and how many more may come at once."""

    rate: float
    burst: int


class LeakyBuckets:
    """Levels by any name; the longest unused are forgotten beyond `capacity`."""

    def __init__(
        self, capacity: int = CAPACITY, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._capacity = capacity
        self._clock = clock
        self._levels: OrderedDict[tuple[str, ...], tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._levels)

    def wait(self, limit: Limit, *names: str) -> int:
        """Count one request in the bucket of these names.

        Returns 0, or the seconds to wait if it is refused.
        """
        with self._lock:
            now = self._clock()
            level, last = self._levels.get(names, (-1.0, now))
            left = max(level - limit.rate * max(now - last, 0.0), -1.0)
            level = left + 1.0
            is_refused = level > limit.burst
            # Also of a refusal: a clock that stepped back would hold the bucket full until then.
            self._levels[names] = (left if is_refused else level, now)
            if is_refused:
                return max(1, math.ceil((level - limit.burst) / limit.rate))
            self._levels.move_to_end(names)
            if len(self._levels) > self._capacity:
                self._levels.popitem(last=False)
        return 0
