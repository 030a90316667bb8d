"""A client that costs little, since it shares the machine with what it measures.

It speaks as much of HTTP/1.1 as our servers answer with: kept connections and a length. A client
library takes longer for a request than Flask's smallest answer does, and would be the limit itself.
"""

import re
import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"
_LAST_CHUNK = b"0\r\n\r\n"
PATIENCE = 60.0


@dataclass(frozen=True)
class Load:
    """How much is asked: so many lines at once, for so long or so often, at a rate or at once."""

    lines: int = 8
    seconds: float = 0.0
    count: int = 0
    rate: float = 0.0  # per second, whether the earlier are answered or not; 0: as fast as it goes


@dataclass
class Driven:
    """What came back; a time counts from when a request was due."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    example: bytes = b""  # of a refusal

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds if self.seconds else 0.0

    def must_be(self, *statuses: int) -> "Driven":
        """Raises `RuntimeError` where another answer came, or none."""
        others = {status: n for status, n in self.statuses.items() if status not in statuses}
        if others or not self.times:
            raise RuntimeError(f"answers {dict(self.statuses)}: {self.example[-400:]!r}")
        return self


def ask(method: str, url: str, token: str = "", body: bytes = b"", **headers: str) -> bytes:
    """Write a request as it goes over the line."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    told = {"Host": parts.netloc, "Accept-Language": "id", **headers}
    if token:
        told["Authorization"] = f"Bearer {token}"
    if method != "GET":
        told["Content-Length"] = str(len(body))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join(lines).encode() + _HEAD_END + body


def drive(url: str, asks: Iterator[bytes], load: Load) -> Driven:
    """Send requests to an address until there are enough, or no more."""
    with selectors.DefaultSelector() as selector:
        run = _Run(urlsplit(url).netloc, asks, load, selector)
        try:
            return run.run()
        finally:
            for line in run.open:
                line.socket.close()


@dataclass(eq=False)
class _Line:
    """One kept connection, and the answer that is coming on it."""

    address: tuple[str, int]
    socket: socket.socket
    due: float = 0.0
    answer: bytearray = field(default_factory=bytearray)

    def send(self, request: bytes, due: float) -> None:
        self.due = due
        self.answer.clear()
        self.socket.sendall(request)

    @property
    def is_whole(self) -> bool:
        head = self.answer.find(_HEAD_END)
        if head < 0:
            return False
        length = _LENGTH.search(self.answer, 0, head)
        if length:
            return len(self.answer) >= head + len(_HEAD_END) + int(length[1])
        return self.answer.endswith(_LAST_CHUNK) or self.status in (204, 304)

    @property
    def status(self) -> int:
        return int(self.answer[9:12])


@dataclass
class _Run:
    netloc: str
    asks: Iterator[bytes]
    load: Load
    selector: selectors.BaseSelector
    found: Driven = field(default_factory=Driven)
    sent: int = 0
    busy: int = 0
    began: float = 0.0
    open: list["_Line"] = field(default_factory=list)
    is_over: bool = False  # there is nothing left to ask

    def run(self) -> Driven:
        free = [self._line() for _ in range(self.load.lines)]
        self.began = time.perf_counter()
        while True:
            while free and (due := self._next_due()) is not None and self._send(free[-1], due):
                free.pop()
            if not self.busy and (self.is_over or self._is_enough):
                break
            free += self._answered()
        self.found.seconds = time.perf_counter() - self.began
        return self.found

    @property
    def _is_enough(self) -> bool:
        past = self.load.seconds and time.perf_counter() - self.began >= self.load.seconds
        return bool(past or (self.load.count and self.sent >= self.load.count))

    def _next_due(self) -> float | None:
        """Return when the next request is, or was, due; None: later, or there are enough."""
        now = time.perf_counter()
        due = self.began + self.sent / self.load.rate if self.load.rate else now
        ends = self.began + self.load.seconds if self.load.seconds else due + 1
        return None if self.is_over or self._is_enough or due >= ends or due > now else due

    def _send(self, line: _Line, due: float) -> bool:
        request = next(self.asks, None)
        if request is None:
            self.is_over = True
            return False
        line.send(request, due)
        self.sent += 1
        self.busy += 1
        return True

    def _answered(self) -> list[_Line]:
        """Wait a little for answers; return the lines that have theirs."""
        whole = []
        ready = self.selector.select(0.001 if self.load.rate else 1.0)
        for key, _ in ready:
            line: _Line = key.data
            came = line.socket.recv(1 << 18)
            line.answer += came
            if not came or line.is_whole:
                whole.append(self._kept(line))
        if self.busy and not ready and time.perf_counter() - self.began > PATIENCE * 10:
            raise TimeoutError(self.netloc)
        return whole

    def _kept(self, line: _Line) -> _Line:
        self.busy -= 1
        self.found.times.append(time.perf_counter() - line.due)
        status = line.status if line.answer else 0
        self.found.statuses[status] += 1
        if not 200 <= status < 400:
            self.found.example = bytes(line.answer[:2000])
        if b"onnection: close" in line.answer[:2000] or not status:
            self.selector.unregister(line.socket)
            self.open.remove(line)
            line.socket.close()
            return self._line()
        return line

    def _line(self) -> _Line:
        host, _, port = self.netloc.partition(":")
        address = (host, int(port))
        connection = socket.create_connection(address, timeout=PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = _Line(address, connection)
        self.selector.register(connection, selectors.EVENT_READ, line)
        self.open.append(line)
        return line
