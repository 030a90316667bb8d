"""What travels with a piece of work: the request it came from and the event that caused it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

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
