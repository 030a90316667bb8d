"""Which migration a database has and which this code needs.

Asked by every process, so without Alembic: loading it takes a sixth of a process's start. Nor does
the gateway, which reads what services say of theirs, load SQLAlchemy.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

_TABLE = "alembic_version"
LATER = "later"


@dataclass(frozen=True)
class Schema:
    """The migration a database has had last, and the newest that this code knows."""

    database: str | None
    code: str | None

    @property
    def is_later(self) -> bool:
        """Whether a later release made it: numbered migrations tell by their number."""
        if self.database is None or self.code is None:
            return False
        if not (self.database.isdecimal() and self.code.isdecimal()):
            return False
        return int(self.database) > int(self.code)

    @property
    def serves(self) -> bool:
        """Whether this code can work on it.

        Nothing a release stops using is removed in that release, so older code works on its
        schema: while services are upgraded one by one, and after one was taken back.
        """
        return self.database == self.code or self.is_later

    @property
    def state(self) -> str:
        return LATER if self.is_later else "current" if self.serves else "behind"


def schema_of(engine: "Engine", folder: Path) -> Schema:
    """Compare a database with the migrations of the service in `folder`."""
    with engine.connect() as connection:
        return Schema(revision_of(connection), newest(folder))


def revision_of(connection: "Connection") -> str | None:
    """Return the migration a database has had last; None before the first."""
    from sqlalchemy import inspect

    if not inspect(connection).has_table(_TABLE):
        return None
    return connection.exec_driver_sql(f"SELECT version_num FROM {_TABLE}").scalar()  # noqa: S608


@cache
def newest(folder: Path) -> str | None:
    """Return the newest migration of a service: the highest number before its file's words."""
    files = (folder / "migrations" / "versions").glob("[0-9]*_*.py")
    return max((path.stem.partition("_")[0] for path in files), default=None)
