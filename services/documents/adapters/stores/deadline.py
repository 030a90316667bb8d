"""One limit for all that a store's client does for one call: every try, every byte.

The client's own timeouts start anew with each read and each try, so a server that answers one
byte a second would hold a thread, and an upload, for hours.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from chassis.process.watchdog import TookTooLong, time_limit

_here = threading.local()


class _Call:
    """What one thread is doing: until when, and by which connection just now."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds
        self.connection: Any = None

    def goes_on_by(self, connection: Any) -> None:
        if time.monotonic() > self.ends:
            raise TookTooLong("no time is left for another try")
        self.connection = connection


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Cut the connection a call uses when its time is up, and let it open no other.

    The block then raises `TookTooLong`.
    """
    before, call = getattr(_here, "call", None), _Call(seconds)
    _here.call = call
    try:
        with time_limit(lambda: getattr(call.connection, "sock", None), seconds):
            yield
    finally:
        _here.call = before


def _note(connection: Any) -> None:
    call: _Call | None = getattr(_here, "call", None)
    if call is not None:
        call.goes_on_by(connection)


class _Plain(HTTPConnection):
    def connect(self) -> None:
        _note(self)
        super().connect()

    def request(self, *args: Any, **kwargs: Any) -> None:
        _note(self)
        super().request(*args, **kwargs)


class _Secure(HTTPSConnection):
    def connect(self) -> None:
        _note(self)
        super().connect()

    def request(self, *args: Any, **kwargs: Any) -> None:
        _note(self)
        super().request(*args, **kwargs)


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Secure


def connections(**options: Any) -> urllib3.PoolManager:
    """Make a pool whose connections obey `within`."""
    manager = urllib3.PoolManager(**options)
    manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
    return manager
