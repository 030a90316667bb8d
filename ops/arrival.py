"""What has come of one request so far: whether it is whole, and how long the rest may take.

Only as much is read of a head as tells where the request ends. What it means, the parser decides,
which reads the same bytes once they are handed over.
"""

import re
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from threading import Lock

from chassis.http.connections import BODY_SECONDS, HEAD_SECONDS
from chassis.process.manifest import MEBIBYTE

LEAST_RATE = 1024  # bytes a second, once BODY_SECONDS are over
MOST_OF_HEAD = 4 * MEBIBYTE  # more than the longest address that a browser sends
MOST_OF_BODY = 33 * MEBIBYTE  # more than any route takes; whoever sends more is refused unread
MOST_OF_ALL = 512 * MEBIBYTE
_IN_MEMORY = 65_536
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r\n]{0,80}chunked", re.IGNORECASE)
_WAITS_FOR_WORD = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
_LONGEST_LINE = 8190


class NoRoom(Exception):
    """All requests that are on their way take more room together than there is."""


class Room:
    """How many bytes of unanswered requests are kept, of all connections together."""

    def __init__(self, most: int = MOST_OF_ALL) -> None:
        self._left = most
        self._lock = Lock()

    def take(self, size: int) -> None:
        """Raise `NoRoom` where so much is not left."""
        with self._lock:
            if size > self._left:
                raise NoRoom
            self._left -= size

    def give_back(self, size: int) -> None:
        with self._lock:
            self._left += size


@dataclass
class Chunks:
    """Finds the end of a body in chunks; what is none ends it, and the parser refuses it."""

    has_ended: bool = False
    _to_skip: int = 0
    _line: bytes = b""
    _is_in_trailers: bool = False

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
        self._to_skip = size + len(b"\r\n") if size > 0 else 0


@dataclass
class Arrival:
    """A request on its way. `began` and all times are the loop's clock."""

    room: Room
    began: float
    came: int = 0
    is_whole: bool = False
    is_refused_unread: bool = False
    waits_for_word: bool = False
    _head: bytearray = field(default_factory=bytearray)
    _head_came_at: float | None = None
    _ends_at: int = 0
    _chunks: Chunks | None = None
    _file: SpooledTemporaryFile[bytes] = field(
        default_factory=lambda: SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - see `close`
    )

    @property
    def deadline(self) -> float:
        """When the next that is needed must have come."""
        if self._head_came_at is None:
            return self.began + HEAD_SECONDS
        return self._head_came_at + BODY_SECONDS + self.came / LEAST_RATE

    @property
    def is_ready(self) -> bool:
        """Tell whether a thread has something to do about it."""
        return self.is_whole or self.is_refused_unread

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
        self.room.take(len(data))
        self.came += len(data)
        self._file.write(data)
        if self._head_came_at is None:
            self._take_of_head(data, now)
        elif self._chunks:
            self._chunks.take(data)
        self._look()

    def hand_over(self) -> None:
        """Go to its beginning, for whoever reads it."""
        self._head.clear()
        self._file.seek(0)

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def close(self) -> None:
        self._file.close()
        self.room.give_back(self.came)
        self.came = 0

    def _take_of_head(self, data: bytes, now: float) -> None:
        searched = max(len(self._head) - len(_END), 0)
        self._head += data
        end = self._head.find(_END, searched)
        if end < 0:
            self.is_refused_unread = len(self._head) > MOST_OF_HEAD
            return
        self._head_came_at = now
        body = bytes(self._head[end + len(_END) :])
        del self._head[end + len(_END) :]
        self._read_head(self.came - len(body))
        if self._chunks:
            self._chunks.take(body)

    def _read_head(self, length: int) -> None:
        declared = _LENGTH.search(self._head)
        self._ends_at = length + (int(declared[1]) if declared else 0)
        self._chunks = Chunks() if _CHUNKED.search(self._head) else None
        self.waits_for_word = bool(_WAITS_FOR_WORD.search(self._head))

    def _look(self) -> None:
        if self._head_came_at is None:
            return
        has_ended = self._chunks.has_ended if self._chunks else self.came >= self._ends_at
        self.is_whole = has_ended
        too_much = max(self.came, self._ends_at) > MOST_OF_BODY
        self.is_refused_unread = too_much and not has_ended
