"""The proposal service that the state machine plays with: it can die at any commit and come back.

Two processes' worth of app and one database file serve many runs; each run begins with a copy of
a prepared file, and a restart is the other app, or one built anew, on the same file.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, event

from chassis.events.refusals import LOOP as REFUSALS
from chassis.process import runtime as runtimes
from chassis.process.manifest import discover, load
from services.proposal.domain.proposal_receipt import MAKE_RECEIPT
from services.proposal.queries import region_snapshot
from tests.builders.service import one_service, settings_for, under_test
from tests.builders.tokens import Signer
from tests.proposal.machine_offices import SERVICE
from tests.proposal.office import Office

# Everything a refused step must leave as it was. The places in the log come later, by the relay.
STATE = {
    "proposals": "SELECT * FROM proposals",
    "proposal_documents": "SELECT * FROM proposal_documents",
    "history_entries": "SELECT * FROM history_entries",
    "queue_counts": "SELECT * FROM queue_counts",
    "number_series": "SELECT * FROM number_series",
    "idempotency_keys": "SELECT owner, key, fingerprint, status FROM idempotency_keys",
    "outbox": """SELECT id, type, subject, body, recorded_at,
        json_extract(body, '$.aggregateversion') AS version,
        json_extract(body, '$.data.stage') AS stage FROM outbox ORDER BY rowid""",
}
COPIES = {
    "employee": "SELECT * FROM employees",
    "unit": "SELECT * FROM units",
    "role": "SELECT * FROM role_grants",
    "delegation": "SELECT * FROM delegations",
}
Rows = dict[str, list[sqlite3.Row]]


class Killed(BaseException):
    """The process died here. Not an `Exception`, so that nothing in the product outlives it."""


class Scene:
    """A service's process and its database file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "proposal.db"
        self.signer = Signer()
        self.commits = 0
        self._reader: sqlite3.Connection | None = None
        self._attend(one_service("proposal", folder).app)
        self._other = self._built()

    def keep_as(self, name: str) -> None:
        """Put the database, as it is now, aside for later runs."""
        self.let_go()
        shutil.copy(self.file, self.folder / name)

    def begin_with(self, name: str) -> None:
        self.let_go()
        for left in self.folder.glob("proposal.db-*"):
            left.unlink()
        shutil.copy(self.folder / name, self.file)

    def let_go(self) -> None:
        """Close whatever holds the file."""
        app = self.office.service.app
        with app.app_context():
            runtimes.of(app).db.session.remove()
            runtimes.of(app).db.engine.dispose()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def restart(self, *, built_anew: bool = False) -> None:
        """Be another process on the same file: nothing that was only in memory is left."""
        self.let_go()
        region_snapshot.SNAPSHOTS.forget()
        region_snapshot._definitions.clear()
        self._attend(self._built() if built_anew else self._other)

    @contextmanager
    def dying_at(self, commit: int) -> Iterator[None]:
        """Die when this commit of the block is about to reach the disk, everything flushed."""
        left = commit

        def die(_connection: Any) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed

        service = self.office.service
        with service.app.app_context():
            engine = service.runtime.db.engine
        event.listen(engine, "commit", die)
        try:
            yield
        finally:
            event.remove(engine, "commit", die)

    def survives(self, work: Callable[[], Any], *, dying_at: int) -> bool:
        """Do something that may be killed on the way; restarts, and says no, if it was."""
        try:
            with self.dying_at(dying_at):
                work()
        except Killed:
            self.restart()
            return False
        return True

    def rows(self, tables: Mapping[str, str] = STATE) -> Rows:
        """What is on the disk, as another process sees it."""
        return {name: self.ask(statement) for name, statement in tables.items()}

    def ask(self, statement: str) -> list[sqlite3.Row]:
        if self._reader is None:
            self._reader = sqlite3.connect(self.file)
            self._reader.row_factory = sqlite3.Row
        return self._reader.execute(statement).fetchall()

    def _built(self) -> Flask:
        return load(discover()["proposal"].app)(settings_for("proposal", self.folder))

    def _attend(self, app: Flask) -> None:
        if "office" in vars(self):
            self._other = self.office.service.app
        self.office = Office(under_test(app, self.signer))
        self.office.accept_receipts()
        self.office.installs_service(SERVICE)
        self._watch(app)
        # Papers are made with another service; that has tests of its own.
        runtime = self.office.service.runtime
        runtime.timers = {**runtime.timers, MAKE_RECEIPT: lambda _timer: None}
        # What was refused is noted a minute later, beside the steps; the machine moves that clock.
        app.extensions[REFUSALS]._is_due = lambda _age: False
        # Looking for vacancies takes longest; the machine does it when it looks at the alarms.
        loops = self.office.service.runtime.loops
        loops[:] = [one for one in loops if one.name != "vacancies"]

    def _watch(self, app: Flask) -> None:
        """Count commits; and a process may die here, but the power does not, so none is synced."""
        with app.app_context():
            engine = runtimes.of(app).db.engine
            # Fetched keys are kept by a commit of their own, which is no part of what is counted.
            for keys in (runtimes.of(app).keys, runtimes.of(app).receipt_keys):
                keys.refresh()
        if not event.contains(engine, "connect", _do_not_wait):
            event.listen(engine, "connect", _do_not_wait)
            event.listen(engine, "commit", self._count)

    def _count(self, _connection: Connection) -> None:
        self.commits += 1


def _do_not_wait(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
