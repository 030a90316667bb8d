"""What gunicorn cannot read is answered like everything else that is refused: problem+json.

An edge refuses long addresses and headers itself, as a page or a document; this is for what is
longer still, or no HTTP. What the reader accepts is not known then, nor the language.
"""

import json
from typing import Any

import structlog
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from chassis.process.ids import uuid7

_REFUSALS = (
    (LimitRequestLine, "414 URI Too Long", "uri_too_long", "Alamat terlalu panjang"),
    (
        LimitRequestHeaders,
        "431 Request Header Fields Too Large",
        "headers_too_large",
        "Header terlalu besar",
    ),
    (ParseException, "400 Bad Request", "malformed", "Permintaan tidak dapat dibaca"),
)


class Worker(ThreadWorker):
    """gunicorn's worker with threads, which refuses in the house's words."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        refusal = next((known for known in _REFUSALS if isinstance(exc, known[0])), None)
        if refusal is None:
            super().handle_error(req, client, addr, exc)
            return
        try:
            write_nonblock(client, answer(*refusal[1:]))
        except OSError as error:
            structlog.get_logger().debug("refusal_not_sent", error=type(error).__name__)


def answer(status: str, code: str, title: str) -> bytes:
    """Write the whole answer, after which the connection ends."""
    request_id = str(uuid7())
    body = json.dumps(
        {
            "type": f"urn:simpul:problem:{code}",
            "title": title,
            "status": int(status[:3]),
            "code": code,
            "detail": f"{title}.",
            "request_id": request_id,
        }
    ).encode()
    lines = (
        f"HTTP/1.1 {status}",
        "Connection: close",
        "Content-Type: application/problem+json",
        "Content-Language: id",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        f"X-Request-ID: {request_id}",
    )
    return "\r\n".join((*lines, "", "")).encode() + body
