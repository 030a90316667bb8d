"""A limit for waiting on a PostgreSQL that is there but silent: frozen, or behind a dead link.

The server's own limits need a server that runs. Here the waiting side asks by a second connection
whether the server answers at all, so a slow query is waited for and a dead server is not.
"""

import socket
import struct
import threading
import time
from collections.abc import Generator
from typing import Any, Self

import psycopg
from psycopg.waiting import Ready

from chassis.process.telemetry import log

_SILENCE = 0.7  # waited before the first question
_PROBE = 1.0
_FRESH = 1.0  # a verdict serves every waiter for so long
# One session may hang while the server goes on: a little more than `statement_timeout`.
_LONGEST = 6.0
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)


class ServerSilent(psycopg.OperationalError):
    """The server took the question and does not answer."""


class Liveness:
    """Whether one server answers at all; one thread asks, the others take its verdict."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._alive = True

    def alive(self) -> bool:
        """Ask, unless somebody just did."""
        with self._lock:
            if time.monotonic() - self._asked_at > _FRESH:
                self._alive = self._answers()
                self._asked_at = time.monotonic()
                if not self._alive:
                    log.warning("database_silent", host=self._host, port=self._port)
            return self._alive

    def refuse_silent(self) -> None:
        """Raise `ServerSilent` when the server was silent and still is."""
        if not self._alive and not self.alive():
            raise ServerSilent("the server does not answer")

    def _answers(self) -> bool:
        """Every server answers the question for TLS with one byte, before any sign-in."""
        try:
            with _dial(self._host, self._port) as probe:
                probe.settimeout(_PROBE)
                probe.sendall(_SSL_REQUEST)
                return bool(probe.recv(1))
        except OSError:
            return False


def _dial(host: str, port: int) -> socket.socket:
    if not host.startswith("/"):
        return socket.create_connection((host, port), timeout=_PROBE)
    probe = socket.socket(socket.AF_UNIX)
    probe.settimeout(_PROBE)
    probe.connect(f"{host}/.s.PGSQL.{port}")
    return probe


_servers: dict[tuple[str, int], Liveness] = {}
_lock_of_all = threading.Lock()


def liveness_of(host: str, port: int) -> Liveness:
    with _lock_of_all:
        return _servers.setdefault((host, port), Liveness(host, port))


class Connection(psycopg.Connection[Any]):
    """A connection whose every wait ends. It is closed when the server stays silent."""

    @classmethod
    def connect(cls, conninfo: str = "", **given: Any) -> Self:
        """Connect, but not to a server that is known to be silent. Raises `ServerSilent`."""
        host, port = str(given.get("host") or ""), int(given.get("port") or 5432)
        if host:
            liveness_of(host, port).refuse_silent()
        return super().connect(conninfo, **given)

    def wait(self, gen: Generator[Any, Any, Any], *args: Any, **kwargs: Any) -> Any:
        return super().wait(self._watched(gen), *args, **kwargs)

    def _watched(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """Pass everything through; at each idle tick, look whether to go on."""
        began = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready == Ready.NONE and self._must_give_up(time.monotonic() - began):
                    self.pgconn.finish()
                    raise ServerSilent("the server does not answer")
                wanted = gen.send(ready)
        except StopIteration as done:
            return done.value

    def _must_give_up(self, waited: float) -> bool:
        if waited < _SILENCE:
            return False
        return waited > _LONGEST or not liveness_of(self.info.host, self.info.port).alive()
