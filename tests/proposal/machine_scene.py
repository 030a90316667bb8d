"""The proposal service that the state machine plays with: it can die at any commit and come back.

One app and one database file serve many runs; each run begins with a copy of a prepared file.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

from chassis import runtime as runtimes
from chassis.manifest import discover, load
from services.proposal.queries import region_book
from tests.builders.service import one_service, settings_for, under_test
from tests.builders.tokens import Signer
from tests.proposal.office import Office

# Everything a refused step must leave as it was. The places in the log come later, by the relay.
KEPT = {
    "proposals": "*",
    "proposal_documents": "*",
    "history_entries": "*",
    "queue_counts": "*",
    "number_series": "*",
    "search_words": "*",
    "idempotency_keys": "*",
    "outbox": "id, type, subject, region, body, recorded_at",
    "employees": "*",
    "units": "*",
    "role_grants": "*",
    "delegations": "*",
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
        self._reader: sqlite3.Connection | None = None
        self._attend(one_service("proposal", folder).app)

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

    def restart(self) -> None:
        """Be another process on the same file: nothing that was only in memory is left."""
        self.let_go()
        region_book._kept.cache_clear()
        region_book._definitions.clear()
        self._attend(load(discover()["proposal"].app)(settings_for("proposal", self.folder)))

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

    def rows(self, *tables: str) -> Rows:
        """What is on the disk, as another process sees it."""
        return {name: self.ask(f"SELECT {KEPT[name]} FROM {name}") for name in tables or KEPT}

    def ask(self, statement: str) -> list[sqlite3.Row]:
        if self._reader is None:
            self._reader = sqlite3.connect(self.file)
            self._reader.row_factory = sqlite3.Row
        return self._reader.execute(statement).fetchall()

    def _attend(self, app: Flask) -> None:
        self.office = Office(under_test(app, self.signer))
        self.office.accept_receipts()
