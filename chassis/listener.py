"""Wakes this process's loops when another process commits something for them (PostgreSQL)."""

import select
from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from chassis.postgres import BACKEND, CHANNELS
from chassis.telemetry import log


class Listener:
    """Wakes loops when any process commits something for them; polling remains the fallback."""

    def __init__(self, database_url: str, wake: Callable[[str], None]) -> None:
        self._url = make_url(database_url).set(drivername=BACKEND)
        self._wake = wake
        self._connection: psycopg.Connection[Any] | None = None

    def run(self) -> bool:
        """Wait up to a second for notifications; False always, for use as a background loop."""
        connection = self._connected()
        try:
            readable, _, _ = select.select([connection.fileno()], [], [], 1.0)
            if readable:
                for notice in connection.notifies(timeout=0):
                    self._wake(notice.channel.removeprefix("simpul_"))
        except (psycopg.Error, OSError) as error:
            log.warning("listener_lost", error=type(error).__name__)
            self.stop()
        return False

    def stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None or self._connection.closed:
            url = self._url.render_as_string(hide_password=False)
            self._connection = psycopg.connect(url, autocommit=True, connect_timeout=3)
            for channel in CHANNELS:
                self._connection.execute(f"LISTEN simpul_{channel}".encode())
            # What was committed while nobody listened is looked for at once.
            for channel in CHANNELS:
                self._wake(channel)
        return self._connection
