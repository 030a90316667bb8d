"""Which migration a database has and which this code needs.

Asked by every process, so without Alembic: loading it takes a sixth of a process's start.
"""

from functools import cache
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import Connection, Engine

_TABLE = "alembic_version"


def is_current(engine: Engine, folder: Path) -> bool:
    """Tell whether the database has the schema this code needs, or a later one.

    Nothing a release stops using is removed in that release, so older code works on its schema:
    while services are upgraded one by one, and after one was taken back.
    """
    with engine.connect() as connection:
        revision = revision_of(connection)
    return revision == newest(folder) or is_of_a_later_release(revision, folder)


def revision_of(connection: Connection) -> str | None:
    """Return the migration a database has had last; None before the first."""
    if not inspect(connection).has_table(_TABLE):
        return None
    return connection.exec_driver_sql(f"SELECT version_num FROM {_TABLE}").scalar()  # noqa: S608


def is_of_a_later_release(revision: str | None, folder: Path) -> bool:
    """Migrations are numbered, so one that is not known here tells by its number."""
    head = newest(folder)
    if revision is None or head is None or not (revision.isdecimal() and head.isdecimal()):
        return False
    return int(revision) > int(head)


@cache
def newest(folder: Path) -> str | None:
    """Return the newest migration of a service: the highest number before its file's words."""
    files = (folder / "migrations" / "versions").glob("[0-9]*_*.py")
    return max((path.stem.partition("_")[0] for path in files), default=None)
