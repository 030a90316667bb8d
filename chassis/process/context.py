"""What travels with a piece of work: the request it came from and the event that caused it."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from chassis.process.ids import uuid7

_SAFE = re.compile(r"[A-Za-z0-9._-]{8,64}")


@dataclass(frozen=True)
class WorkContext:
    """Ids that logs, events and answers carry."""

    request_id: str
    correlation_id: str
    causation_id: str | None = None


_current: ContextVar[WorkContext | None] = ContextVar("work", default=None)


def current() -> WorkContext | None:
    return _current.get()


def safe_request_id(given: str | None) -> str:
    """Return the given id when it is harmless, else a new one."""
    return given if given and _SAFE.fullmatch(given) else str(uuid7())


WSGIApp = Callable[..., Iterable[bytes]]


def apart(app: WSGIApp) -> WSGIApp:
    """Answer each request in a context of its own, down to the last byte of its body.

    A thread serves many callers, on one connection or several: whatever a request binds, in any
    context variable of ours or of a library, is gone with it.
    """

    def answered(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        context = Context()
        body = context.run(app, environ, start_response)
        # A server that sends a file by itself knows it by its type.
        return (
            body if isinstance(body, environ.get("wsgi.file_wrapper", ())) else _Body(context, body)
        )

    return answered


@dataclass
class _Body:
    context: Context
    body: Iterable[bytes]
    _parts: Iterator[bytes] = field(init=False)

    def __iter__(self) -> Iterator[bytes]:
        self._parts = self.context.run(iter, self.body)
        return self

    def __next__(self) -> bytes:
        return self.context.run(next, self._parts)

    def close(self) -> None:
        if hasattr(self.body, "close"):
            self.context.run(self.body.close)


@contextmanager
def work(request_id: str, correlation_id: str | None = None) -> Iterator[WorkContext]:
    """Bind a request's ids for the block, in logs too."""
    context = WorkContext(request_id, correlation_id or request_id)
    token = _current.set(context)
    try:
        with _logged_with(request_id=request_id):
            yield context
    finally:
        _current.reset(token)


@contextmanager
def caused_by(event_id: str, request_id: str | None, correlation_id: str | None) -> Iterator[None]:
    """Bind the event that work in the block is the effect of."""
    request = request_id or event_id
    context = WorkContext(request, correlation_id or request, event_id)
    token = _current.set(replace(context))
    try:
        with _logged_with(request_id=request, causation_id=event_id):
            yield
    finally:
        _current.reset(token)


@contextmanager
def _logged_with(**values: str) -> Iterator[None]:
    """Log the block's work with these values and what it binds itself, and nothing after it.

    A thread serves many callers: whose request it was must not stand in the next one's log.
    """
    outside = get_contextvars()
    clear_contextvars()
    bind_contextvars(**values)
    try:
        yield
    finally:
        clear_contextvars()
        bind_contextvars(**outside)
