"""What has come of one request so far: whether it is whole, and how long the rest may take.

Only as much is read of a head as tells where the request ends. What it means, the parser decides,
which reads the same bytes once they are handed over.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from threading import Lock
from urllib.parse import unquote

from chassis.http.connections import BODY_SECONDS, HEAD_SECONDS
from chassis.process.manifest import MEBIBYTE, Route

LEAST_RATE = 1024  # bytes a second, of the last BODY_SECONDS
MOST_OF_HEAD = 4 * MEBIBYTE  # more than the longest address that a browser sends
MOST_OF_BODY = 33 * MEBIBYTE  # more than any route takes; whoever sends more is refused unread
MOST_OF_ALL = 512 * MEBIBYTE
SHARE_OF_A_NETWORK = MOST_OF_ALL // 4
_IN_MEMORY = 65_536
_LINE_END = b"\r\n"
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r\n]{0,80}chunked", re.IGNORECASE)
_ASKED = re.compile(rb"[\r\n]*([^ \r\n]+) (?:https?://[^/? \r\n]*)?(/[^? \r\n]*)", re.IGNORECASE)
_WAITS_FOR_WORD = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
_LONGEST_LINE = 8190
_MOST_DIGITS = 16


class NoRoom(Exception):
    """All requests that are on their way take more room together than there is."""


class NoRoomInShare(NoRoom):
    """Those of one network take more room than one network may have."""


def _any_route(_path: str) -> Route:
    return Route("", max_body=MOST_OF_BODY)


@dataclass(frozen=True)
class Limits:
    """How much may be on its way: of one network, and at one path by the limits of its route.

    By default as behind an edge, from whose address all of it comes.
    """

    share: int = MOST_OF_ALL
    route_of: Callable[[str], Route] = _any_route


class Room:
    """How many bytes of unanswered requests are kept, of each network and of all together."""

    def __init__(self, most: int = MOST_OF_ALL, share: int = MOST_OF_ALL) -> None:
        self._most, self._share = most, share
        self._held: Counter[str] = Counter()
        self._lock = Lock()

    def take(self, network: str, size: int) -> None:
        """Raise `NoRoom` where so much is not left."""
        with self._lock:
            if self._held[network] + size > self._share:
                raise NoRoomInShare
            if self._held.total() + size > self._most:
                raise NoRoom
            self._held[network] += size

    def give_back(self, network: str, size: int) -> None:
        with self._lock:
            self._held[network] -= size
            if not self._held[network]:
                del self._held[network]

    def held_by(self, network: str) -> int:
        with self._lock:
            return self._held[network]


def _number(digits: bytes) -> int:
    """Read a length; of one that nobody sends, so many digits that it is too large."""
    return int(digits.lstrip(b"0")[:_MOST_DIGITS] or b"0")


@dataclass
class Chunks:
    """Finds the end of a body in chunks; what is none ends it, and the parser refuses it."""

    has_ended: bool = False
    _announced: int = 0
    _to_skip: int = 0
    _line: bytes = b""
    _is_in_trailers: bool = False

    @property
    def size(self) -> int:
        """Return how much of the body itself came."""
        return self._announced - max(self._to_skip - len(_LINE_END), 0)

    def take(self, data: bytes) -> None:
        while data and not self.has_ended:
            if self._to_skip:
                skipped = min(self._to_skip, len(data))
                self._to_skip -= skipped
                data = data[skipped:]
                continue
            line, end, data = data.partition(b"\n")
            self._line += line
            if end:
                self._take_line(self._line.strip())
                self._line = b""
            elif len(self._line) > _LONGEST_LINE:
                self.has_ended = True

    def _take_line(self, line: bytes) -> None:
        if self._is_in_trailers:
            self.has_ended = not line
            return
        try:
            size = int(line.partition(b";")[0], 16)
        except ValueError:
            size = -1
        self.has_ended = size < 0
        self._is_in_trailers = size == 0
        self._announced += max(size, 0)
        self._to_skip = size + len(_LINE_END) if size > 0 else 0


@dataclass
class Arrival:
    """A request on its way. `began` and all times are the loop's clock."""

    room: Room
    began: float
    network: str = ""
    limits: Limits = field(default_factory=Limits)
    came: int = 0
    method: str = ""
    path: str = ""
    route: Route = field(default_factory=lambda: Route(""))
    is_whole: bool = False
    is_refused_unread: bool = False
    waits_for_word: bool = False
    _head: bytearray = field(default_factory=bytearray)
    _has_head: bool = False
    _body_until: float = 0.0
    _body_begins_at: int = 0
    _ends_at: int = 0
    _chunks: Chunks | None = None
    _file: SpooledTemporaryFile[bytes] = field(
        default_factory=lambda: SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - see `close`
    )

    @property
    def deadline(self) -> float:
        """When the next that is needed must have come."""
        return self._body_until if self._has_head else self.began + HEAD_SECONDS

    @property
    def is_ready(self) -> bool:
        """Tell whether a thread has something to do about it."""
        return self.is_whole or self.is_refused_unread

    @property
    def is_cut_off(self) -> bool:
        """Tell whether its body is missing in part, once nothing more comes."""
        return self._has_head and not self.is_ready

    @property
    def begins_as_nothing(self) -> bool:
        """Tell whether this is no request, but TLS, say: then no end of a head is waited for."""
        first = self._head[:1]
        return bool(first) and not first.isalpha() and first not in b"\r\n"

    @property
    def head(self) -> bytes:
        return bytes(self._head)

    def take(self, data: bytes, now: float) -> None:
        """Keep what came. Raises `NoRoom`."""
        self.room.take(self.network, len(data))
        self.came += len(data)
        self._file.write(data)
        if not self._has_head:
            self._take_of_head(data, now)
        else:
            self._take_of_body(data, now)
        self._look()

    def hand_over(self) -> None:
        """Go to its beginning, for whoever reads it."""
        self._head.clear()
        self._file.seek(0)

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def close(self) -> None:
        self._file.close()
        self.room.give_back(self.network, self.came)
        self.came = 0

    def _take_of_head(self, data: bytes, now: float) -> None:
        searched = max(len(self._head) - len(_END), 0)
        self._head += data
        end = self._head.find(_END, searched)
        if end < 0:
            self.is_refused_unread = len(self._head) > MOST_OF_HEAD
            return
        self._has_head = True
        self._body_until = now + BODY_SECONDS
        body = bytes(self._head[end + len(_END) :])
        del self._head[end + len(_END) :]
        self._read_head(self.came - len(body))
        if self._chunks:
            self._chunks.take(body)

    def _take_of_body(self, data: bytes, now: float) -> None:
        """Each byte buys time, never more than BODY_SECONDS: what came fast once may not rest."""
        self._body_until = min(self._body_until + len(data) / LEAST_RATE, now + BODY_SECONDS)
        if self._chunks:
            self._chunks.take(data)

    def _read_head(self, length: int) -> None:
        asked = _ASKED.match(self._head)
        if asked:
            self.method, self.path = asked[1].decode("latin-1"), unquote(asked[2].decode("latin-1"))
        self.route = self.limits.route_of(self.path)
        self._body_begins_at = length
        declared = _LENGTH.search(self._head)
        self._ends_at = length + (_number(declared[1]) if declared else 0)
        self._chunks = Chunks() if _CHUNKED.search(self._head) else None
        self.waits_for_word = bool(_WAITS_FOR_WORD.search(self._head))

    def _look(self) -> None:
        if not self._has_head:
            return
        self.is_whole = self._chunks.has_ended if self._chunks else self.came >= self._ends_at
        size = self._chunks.size if self._chunks else self._ends_at - self._body_begins_at
        too_much = size > self.route.max_body or self.came > MOST_OF_BODY
        self.is_refused_unread = too_much and not self.is_whole
