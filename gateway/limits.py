"""How much and how often may be sent through the edge: body size, and requests by address.

Behind one address may sit a whole office, so the edge lets it send as much as many callers. Who
the caller is, only the service knows, once it has verified the token: there the route's own
limit holds (`chassis.http.auth`).
"""

from collections.abc import Iterator
from typing import BinaryIO

from werkzeug.exceptions import RequestEntityTooLarge

from chassis.process.buckets import Limit
from chassis.process.manifest import Route

# An office of 1,000 people that signs in and works within a quarter of an hour stays far below
# (tests/gateway/test_an_office.py).
OFFICE_RATE = 4
OFFICE_BURST = 10
# Of one address, in nginx's hands at once: each of them may be a slow one.
REQUESTS_AT_ONCE = 1_200
# Bodies of 100 KB and more that nginx takes in at once, of one address and of all. It keeps them on
# its disk before it asks anybody, and has no least rate for them: their number bounds the room.
LARGE_BODIES_AT_ONCE = 50
LARGE_BODIES_IN_ALL = 300
# Pieces of files it keeps in its memory until they are whole: 360 MB of it at most, in all.
PIECES_AT_ONCE = 250
PIECES_IN_ALL = 600


def limit_of_an_address(route: Route) -> Limit:
    """Return how often one address may ask at a route."""
    return Limit(route.rate * OFFICE_RATE, route.burst * OFFICE_BURST)


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
