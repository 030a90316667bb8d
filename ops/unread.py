"""What is no request is refused by the server itself, as the edges refuse: a page or a document.

Behind it stand the embedded form and each part of the distributed one. It reads as much of a head
as has come, because only that tells who reads the answer.
"""

import threading
import time
from typing import Any

import structlog
from gunicorn.http.errors import (
    InvalidHeader,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from chassis.http import wsgi_problems as problems
from chassis.http.incoming import LONGEST_ADDRESS
from chassis.http.wsgi_problems import Problem
from chassis.process.context import safe_request_id

LONGEST_HEAD = 65_536
LONGEST_WAIT = 1.0
_END = b"\r\n\r\n"
_REFUSALS: tuple[tuple[type[Exception], Problem], ...] = (
    (LimitRequestLine, problems.URI_TOO_LONG),
    (LimitRequestHeaders, problems.HEADERS_TOO_LARGE),
    (ParseException, problems.MALFORMED),
)
# What tells who reads the answer, and in which language.
_TOLD_BY = ("accept", "accept-language", "cookie", "x-request-id")


class Remembering(SocketUnreader):
    """Reads a connection and remembers how the message of now began."""

    def __init__(self, sock: Any) -> None:
        super().__init__(sock)
        self.head = b""

    def begin(self) -> None:
        """Forget the message before; what was read ahead is of this one."""
        self.head = self.buf.getvalue()[:LONGEST_HEAD]

    def chunk(self, size_hint: int | None = None) -> bytes:
        data: bytes = super().chunk(size_hint)
        if len(self.head) < LONGEST_HEAD:
            self.head = (self.head + data)[:LONGEST_HEAD]
        return data

    def rest_of_head(self) -> bytes:
        """Return the head, waiting a moment for what has not come yet."""
        until = time.monotonic() + LONGEST_WAIT
        try:
            while _END not in self.head and len(self.head) < LONGEST_HEAD:
                self.sock.settimeout(max(until - time.monotonic(), 0.001))
                if not self.chunk():
                    break
        except OSError:  # nothing more comes
            pass
        return self.head


class Parser(RequestParser):
    """Reads requests; HTTP/1.1 without a Host is none (RFC 9112, 3.2)."""

    def __init__(self, cfg: Any, source: Any, source_addr: Any) -> None:
        super().__init__(cfg, source, source_addr)
        self.unreader = Remembering(source)

    def __next__(self) -> Any:
        self.unreader.begin()
        message = super().__next__()
        named = any(name == "HOST" for name, _ in message.headers)
        if message.version >= (1, 1) and not named:
            raise InvalidHeader("HOST", req=message)
        return message


class Worker(ThreadWorker):
    """gunicorn's worker with threads, which refuses in the house's words."""

    _reading = threading.local()

    def handle(self, conn: Any) -> Any:
        if conn.parser is None:
            conn.parser = Parser(self.cfg, conn.sock, conn.client)
        self._reading.parser = conn.parser
        return super().handle(conn)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        refusal = next((problem for kind, problem in _REFUSALS if isinstance(exc, kind)), None)
        if refusal is None:
            super().handle_error(req, client, addr, exc)
            return
        try:
            head = self._reading.parser.unreader.rest_of_head()
            write_nonblock(client, answer(refusal, head))
        except OSError as error:
            structlog.get_logger().debug("refusal_not_sent", error=type(error).__name__)


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
