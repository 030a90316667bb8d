"""PostgreSQL's driver, with fewer ways to the server and back.

A transaction begins with its region in one message. What was prepared stays prepared after a
ROLLBACK, with which every request that only reads ends. A connection is tried before its use only
when it has rested, or when the server has said something since: that it ends, as a rule.
"""

import select
import time
from collections.abc import Generator
from functools import lru_cache
from typing import Any

from psycopg import errors, generators
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.sql import SQL, Literal
from sqlalchemy import event
from sqlalchemy.engine import Engine

from chassis.data import liveness
from chassis.process import regions

REGION = "simpul.region"
_RESTED = 5.0
_IDLE = TransactionStatus.IDLE


class Connection(liveness.Connection):
    """A connection of a service's pool."""

    # What the server was told in the present transaction; None: not known any more.
    _region: str | None = ""
    _used_at = 0.0

    def bind_region(self, region: str) -> None:
        """Tell the server which region the transaction may see, unless it knows.

        One that has not begun yet is told when it does.
        """
        if region != self._region and self.pgconn.transaction_status != _IDLE:
            self.execute("SELECT set_config(%s, %s, true)", (REGION, region))
            self._region = region

    def forget_region(self) -> None:
        """Tell the region again before the next question."""
        self._region = None

    def is_fresh(self) -> bool:
        """Tell whether it was just used and the server has said nothing since."""
        if time.monotonic() - self._used_at > _RESTED or self.closed:
            return False
        listening = select.poll()
        listening.register(self.pgconn.socket, select.POLLIN)
        return not listening.poll(0)

    def rollback(self) -> None:
        """Undo the transaction. psycopg's own way also forgets everything that was prepared.

        That would be right if services made or dropped tables, which only migrations do.
        """
        with self.lock:
            if self.pgconn.transaction_status != _IDLE:
                self.wait(self._exec_command(b"ROLLBACK"))
        self._used_at = time.monotonic()

    def commit(self) -> None:
        super().commit()
        self._used_at = time.monotonic()

    def _start_query(self) -> Generator[Any, Any, None]:
        if self.autocommit or self.pgconn.transaction_status != _IDLE:
            return
        self._region = regions.bound() or ""
        self._check_connection_ok()
        if self._pipeline:  # many rows at once, where a message is one command
            yield from super()._start_query()
            yield from self._exec_command(_telling(self._region))
            return
        self.pgconn.send_query(b"BEGIN; " + _telling(self._region))
        for result in (yield from generators.execute(self.pgconn)):
            if result.status == ExecStatus.FATAL_ERROR:
                raise errors.error_from_result(result)


@lru_cache(maxsize=256)
def _telling(region: str) -> bytes:
    return (
        SQL("SELECT set_config({}, {}, true)").format(Literal(REGION), Literal(region)).as_bytes()
    )


def install(engine: Engine) -> None:
    """Have the engine's connections be ours, and try them before use only where that may help."""
    dialect: Any = engine.dialect
    tried = dialect.do_ping

    def connect(_dialect: Any, _record: Any, args: Any, parameters: Any) -> Connection:
        return Connection.connect(*args, **parameters)

    def ping(connection: Connection) -> bool:
        return connection.is_fresh() or bool(tried(connection))

    event.listen(engine, "do_connect", connect)
    dialect.do_ping = ping
