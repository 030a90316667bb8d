"""How a call leaves the portal: to the edge in the same process, or over HTTP to its address."""

import contextvars
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import urllib3
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

WSGIApp = Callable[[dict[str, Any], Any], Iterable[bytes]]

CONNECT_SECONDS = 1.0
READ_SECONDS = 20.0  # a file that arrived is checked before it is answered


class EdgeUnreachable(Exception):
    """The edge did not answer in time, or not at all."""


@dataclass(frozen=True)
class Call:
    """One request to the public API."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    address: str | None = None  # of the person's browser, so that limits count people


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Headers
    body: bytes


class Transport(Protocol):
    def __call__(self, call: Call) -> Answer: ...


def local(edge: WSGIApp) -> Transport:
    """Make calls to a WSGI app in this process, in the same thread.

    The app called sees nothing of the caller's context, as if it were elsewhere.
    """

    def send(call: Call) -> Answer:
        return contextvars.Context().run(_called, edge, call)

    return send


def _called(edge: WSGIApp, call: Call) -> Answer:
    builder = EnvironBuilder(
        path=call.path,
        method=call.method,
        headers=list(call.headers.items()),
        data=call.body or None,
    )
    environ = builder.get_environ()
    environ["REMOTE_ADDR"] = call.address or ""
    body, status, headers = run_wsgi_app(edge, environ, buffered=True)
    return Answer(int(status[:3]), headers, b"".join(body))


def http(address: str) -> Transport:
    """Make calls to the edge at `address`; nothing is retried."""
    pool = urllib3.PoolManager(
        maxsize=32,
        retries=False,
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
    )

    def send(call: Call) -> Answer:
        try:
            response = pool.request(
                call.method,
                address.rstrip("/") + call.path,
                body=call.body or None,
                headers=dict(call.headers),
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise EdgeUnreachable(type(error).__name__) from None
        return Answer(response.status, Headers(list(response.headers.items())), response.data)

    return send
