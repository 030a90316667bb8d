"""Wakes this process's loops when another process commits something for them (PostgreSQL)."""

import select
import time
from collections.abc import Callable, Collection

import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from chassis.data.liveness import Connection
from chassis.data.postgres import BACKEND, CHANNEL, channel_of
from chassis.process.telemetry import log

# Nobody tells a listener that its line is dead, so it asks when nothing was heard for so long.
_QUIET = 10.0


class Listener:
    """Wakes loops when another process commits something for them; polling remains the fallback.

    `topics` is asked at each connecting for what may wake a loop of this process. What carries
    this process's own `mark` wakes nobody: it wakes its loops itself.
    """

    def __init__(
        self,
        database_url: str,
        wake: Callable[[str], None],
        topics: Callable[[], Collection[str]],
        mark: Callable[[], str],
    ) -> None:
        self._url = make_url(database_url).set(drivername=BACKEND)
        self._wake = wake
        self._topics = topics
        self._mark = mark
        self._connection: Connection | None = None
        self._heard_at = 0.0

    def run(self) -> bool:
        """Wait up to a second for notifications; False always, for use as a background loop."""
        connection = self._connected()
        try:
            readable, _, _ = select.select([connection.fileno()], [], [], 1.0)
            if readable:
                self._pass_on(connection)
            elif time.monotonic() - self._heard_at > _QUIET:
                connection.execute("SELECT 1")
                self._heard_at = time.monotonic()
        except (psycopg.Error, OSError) as error:
            log.warning("listener_lost", error=type(error).__name__)
            self.stop()
        return False

    def stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _pass_on(self, connection: Connection) -> None:
        self._heard_at = time.monotonic()
        for notice in connection.notifies(timeout=0):
            if notice.payload != self._mark():
                self._wake(notice.channel.removeprefix(CHANNEL))

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = self._listening()
            self._heard_at = time.monotonic()
            # What was committed while nobody listened is looked for at once.
            for topic in self._topics():
                self._wake(topic)
        return self._connection

    def _listening(self) -> Connection:
        """Connect; raises SQLAlchemy's `OperationalError`, by which others know an outage."""
        url = self._url.render_as_string(hide_password=False)
        try:
            connection = Connection.connect(url, autocommit=True, connect_timeout=2)
            for topic in self._topics():
                connection.execute(f"LISTEN {channel_of(topic)}".encode())
        except psycopg.OperationalError as error:
            raise OperationalError("listen", {}, error) from error
        return connection
