"""How much and how often a caller may send: body size and a leaky bucket per route and caller.

The bucket follows nginx's `limit_req … nodelay`: a request adds one drop, `rate` drops leak
per second, and a request that would make the level exceed `burst` is refused and adds nothing.
"""

import hashlib
import math
from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock
from typing import Any, BinaryIO

from werkzeug.exceptions import RequestEntityTooLarge

from chassis.process.manifest import Route

Environ = dict[str, Any]


class LeakyBuckets:
    """Levels of all callers on all routes; the longest unused are forgotten beyond `capacity`."""

    def __init__(self, capacity: int = 50_000) -> None:
        self._capacity = capacity
        self._levels: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._levels)

    def wait(self, route: Route, caller: str, now: float) -> int:
        """Count one request and return 0, or the seconds to wait if refused."""
        key = (route.prefix, caller)
        with self._lock:
            level, last = self._levels.get(key, (-1.0, now))
            level = max(level - route.rate * max(now - last, 0.0), -1.0) + 1.0
            if level > route.burst:
                return max(1, math.ceil((level - route.burst) / route.rate))
            self._levels[key] = (level, now)
            self._levels.move_to_end(key)
            if len(self._levels) > self._capacity:
                self._levels.popitem(last=False)
        return 0


def caller_of(environ: Environ) -> str:
    """Who is counted: the credential if one is sent, else the address (a whole office shares one).

    The credential itself is not kept, only its hash.
    """
    credential = environ.get("HTTP_AUTHORIZATION")
    if credential:
        return hashlib.sha256(credential.encode("latin-1", "replace")).hexdigest()
    return str(environ.get("REMOTE_ADDR", "-"))


class CountedBody:
    """The request body, cut off as soon as more arrives than the route takes.

    Content-Length may be absent (chunked) or wrong, so the bytes themselves are counted.
    """

    def __init__(self, stream: BinaryIO, largest: int) -> None:
        self._stream = stream
        self._left = largest
        self.exceeded = False

    def read(self, size: int | None = -1, /) -> bytes:
        return self._count(self._stream.read(self._readable(size)))

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._count(self._stream.readline(self._readable(size)))

    def __iter__(self) -> Iterator[bytes]:
        while line := self.readline():
            yield line

    def _readable(self, size: int | None) -> int:
        """One byte beyond the limit is read, to learn that there is one."""
        rest = self._left + 1
        return rest if size is None or size < 0 else min(size, rest)

    def _count(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            self.exceeded = True
            raise RequestEntityTooLarge
        return data
