"""What is no request is refused by the server itself, as the edges refuse: a page or a document.

Behind it stand the embedded form and each part of the distributed one. It reads as much of a head
as has come, because only that tells who reads the answer.
"""

import re
import threading
import time
from io import SEEK_END
from typing import Any

import structlog
from gunicorn.http.body import ChunkedReader
from gunicorn.http.errors import (
    InvalidHeader,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.util import write_nonblock
from werkzeug.exceptions import BadRequest

from chassis.http import wsgi_problems as problems
from chassis.http.incoming import LONGEST_ADDRESS
from chassis.http.wsgi_problems import Problem
from chassis.process.context import safe_request_id
from ops.arrival import MOST_OF_HEAD, Arrival
from ops.arriving import ArrivingWorker
from ops.departure import LONGEST_WRITE

KEPT_OF_HEAD = 65_536
AT_ONCE = 262_144  # what a read leaves of it in the buffer is copied by the next one
LONGEST_WAIT = 1.0
log = structlog.get_logger()
_END = b"\r\n\r\n"
_HOST = re.compile(r"[A-Za-z0-9._~:\[\]-]+")
_REFUSALS: tuple[tuple[type[Exception], Problem], ...] = (
    (InvalidResponseHeader, problems.INTERNAL),
    (InvalidResponseHeaderName, problems.INTERNAL),
    (LimitRequestLine, problems.URI_TOO_LONG),
    (LimitRequestHeaders, problems.HEADERS_TOO_LARGE),
    (ParseException, problems.MALFORMED),
    (Exception, problems.INTERNAL),
)
# What tells who reads the answer, and in which language.
_TOLD_BY = ("accept", "accept-language", "cookie", "x-request-id")


class Remembering(SocketUnreader):
    """Reads a connection and remembers what came of the message of now until its head was there.

    `arrival` is what came before a thread was given to it. Beyond it is read only what its end was
    not seen of, and not for long.
    """

    def __init__(self, sock: Any) -> None:
        super().__init__(sock)
        self.head, self._read, self._has_head = b"", 0, False
        self.arrival: Arrival | None = None

    def begin(self) -> None:
        """Forget the message before; what was read ahead is of this one."""
        self.head, self._read, self._has_head = b"", 0, False
        self._remember(self.buf.getvalue())

    def chunk(self, size_hint: int | None = None) -> bytes:
        size = min(size_hint or self.mxchunk, AT_ONCE)
        data = (self.arrival and self.arrival.read(size)) or self._received()
        self._remember(data)
        self._read += len(data)
        return data

    def _remember(self, data: bytes) -> None:
        if not self._has_head:
            self.head = (self.head + data[-KEPT_OF_HEAD:])[-KEPT_OF_HEAD:]
            self._has_head = _END in self.head

    def _received(self) -> bytes:
        """Read from the connection; whoever sends nothing in time is taken to have gone.

        Of what is too large nothing more is read: no thread waits for it.
        """
        if self.arrival is not None and self.arrival.is_refused_unread:
            return b""
        before = self.sock.gettimeout()
        self.sock.settimeout(LONGEST_WAIT if before is None else min(before, LONGEST_WAIT))
        try:
            data: bytes = self.sock.recv(self.mxchunk)
        except TimeoutError:
            return b""
        finally:
            self.sock.settimeout(before)
        return data

    def end(self) -> None:
        """Keep what came of the next message, and nothing else."""
        if self.arrival is not None:
            self.buf.seek(0, SEEK_END)
            self.buf.write(self.arrival.read())
            self.arrival.close()
            self.arrival = None

    def rest_of_head(self) -> bytes:
        """Return how the head ends, waiting a moment for what has not come yet."""
        until = time.monotonic() + LONGEST_WAIT
        try:
            while not self._has_head and self._read < MOST_OF_HEAD:
                self.sock.settimeout(max(until - time.monotonic(), 0.001))
                if not self.chunk():
                    break
        except OSError:  # nothing more comes
            pass
        return self.head


class Chunks:
    """The chunks of a body; those that are none are the caller's mistake, as any app answers it."""

    def __init__(self, reader: ChunkedReader) -> None:
        self._reader = reader

    def read(self, size: int) -> bytes:
        try:
            data: bytes = self._reader.read(size)
        except ParseException as error:
            raise BadRequest from error
        return data


class Parser(RequestParser):
    """Reads requests; HTTP/1.1 without a Host is none, and no Host is a path (RFC 9112, 3.2)."""

    def __init__(self, cfg: Any, source: Any, source_addr: Any) -> None:
        super().__init__(cfg, source, source_addr)
        self.unreader = Remembering(source)

    def __next__(self) -> Any:
        self.unreader.begin()
        message = super().__next__()
        if self.unreader.arrival is not None:
            self.unreader.sock.settimeout(LONGEST_WRITE)
            message._expected_100_continue = False  # noqa: SLF001 - it was told before
            if not self.unreader.arrival.is_whole:
                message.force_close()
        hosts = [value for name, value in message.headers if name == "HOST"]
        if not all(map(_HOST.fullmatch, hosts)) or (message.version >= (1, 1) and not hosts):
            raise InvalidHeader("HOST", req=message)
        if isinstance(message.body.reader, ChunkedReader):
            message.body.reader = Chunks(message.body.reader)
        return message

    def finish_body(self, deadline: float | None = None, max_bytes: int | None = None) -> bool:
        """Read what the app left of a body; what is none ends the connection, after its answer."""
        try:
            return bool(super().finish_body(deadline, max_bytes))
        except BadRequest:
            return False


class Worker(ArrivingWorker):
    """gunicorn's worker with threads, which refuses in the house's words."""

    _reading = threading.local()

    def handle(self, conn: Any) -> Any:
        if conn.parser is None:
            conn.parser = Parser(self.cfg, conn.sock, conn.client)
        self._reading.parser = conn.parser
        unreader = conn.parser.unreader
        unreader.arrival = getattr(conn, "arrival", None)
        try:
            return super().handle(conn)
        finally:
            unreader.end()

    def refuse(self, conn: Any, problem: Problem, head: bytes) -> None:
        try:
            conn.sock.send(answer(problem, head))
        except OSError as error:
            log.debug("refusal_not_sent", error=type(error).__name__)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:  # noqa: ARG002 - gunicorn gives it
        refusal = next(problem for kind, problem in _REFUSALS if isinstance(exc, kind))
        if refusal is problems.INTERNAL:
            log.error("request_failed", path=getattr(req, "path", None), exc_info=exc)
        try:
            head = self._reading.parser.unreader.rest_of_head()
            write_nonblock(client, answer(refusal, head))
        except OSError as error:
            log.debug("refusal_not_sent", error=type(error).__name__)


def answer(problem: Problem, head: bytes) -> bytes:
    """Write the whole answer to a head, after which the connection ends."""
    told = _told(head)
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in told.items()}
    request_id = safe_request_id(told.get("x-request-id"))
    headers, body = problems.refusal_of(problem, environ, request_id, {"limit": LONGEST_ADDRESS})
    lines = (
        f"HTTP/1.1 {problem.status}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers),
        "X-Content-Type-Options: nosniff",
        f"X-Request-ID: {request_id}",
    )
    return "\r\n".join((*lines, "", "")).encode() + (b"" if head.startswith(b"HEAD ") else body)


def _told(head: bytes) -> dict[str, str]:
    fields = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])
    return {name.lower(): value.strip() for name, _, value in fields if name.lower() in _TOLD_BY}
