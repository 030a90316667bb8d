"""A service's schema: numbered Alembic migrations in `services/<name>/migrations/versions`."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import JSON, create_engine
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from chassis.data import postgres, statistics
from chassis.data.revisions import Schema, newest, revision_of
from chassis.data.tables import UTCDateTime
from chassis.process import runtime as runtimes
from chassis.process.failpoints import failpoint
from chassis.process.parts import Database
from chassis.process.runtime import Runtime

_TEMPLATES = Path(__file__).parents[1] / "data" / "alembic"
_LONGEST_SLUG = 60
_LOCK = 7_110_351  # any fixed number: one migration at a time on a PostgreSQL database
_SHORTLY = "500ms"
_LET_THEM_PASS = 0.2


def upgrade(app: Flask, *, patience: float = 60.0) -> None:
    """Bring the app's database to the newest schema; safe to repeat.

    A schema of a later release stays as it is, so that a release can be taken back. People work
    meanwhile: a migration that meets a request's lock gives up its own at once, lets them pass
    and begins again, for `patience` seconds; then it raises `OperationalError`.
    """
    runtime = runtimes.of(app)
    deadline = time.monotonic() + patience
    with app.app_context(), _connected(runtime.db.engine) as connection:
        while not _upgraded(runtime, connection, last=time.monotonic() > deadline):
            time.sleep(_LET_THEM_PASS)


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    """Connect; on PostgreSQL, one process at a time and without a request's limits.

    An index over everything may take longer than a person waits.
    """
    if not postgres.is_postgres(engine):
        with engine.connect() as connection:
            yield connection
        return
    own = create_engine(engine.url, poolclass=NullPool, connect_args={"connect_timeout": 2})
    with own.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
        # Shorter than PostgreSQL's deadlock_timeout (1 s): in a circle we give way, not a person.
        connection.exec_driver_sql(f"SET lock_timeout = '{_SHORTLY}'")
        connection.commit()
        yield connection


def _upgraded(runtime: Runtime, connection: Connection, *, last: bool) -> bool:
    try:
        if not Schema(revision_of(connection), newest(runtime.folder)).is_later:
            command.upgrade(_config(runtime.folder, runtime.db, connection), "head")
            if connection.dialect.name == "sqlite":
                statistics.assume(connection)
        failpoint("migration.before_commit")
        connection.commit()
    except OperationalError as error:
        connection.rollback()
        if last or not postgres.gave_way(error):
            raise
        return False
    return True


def drift(app: Flask) -> list[Any]:
    """List where models and migrated schema differ; empty when they agree."""
    runtime = runtimes.of(app)
    with app.app_context(), runtime.db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, runtime.db.metadata))


def heads(folder: Path) -> list[str]:
    """Name the newest migrations of a service; there must be exactly one."""
    return list(ScriptDirectory.from_config(_config(folder)).get_heads())


def _config(folder: Path, db: Database | None = None, connection: Any = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_TEMPLATES))
    config.set_main_option("version_locations", str(folder / "migrations" / "versions"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = db.metadata if db else None
    config.attributes["render_item"] = _render
    return config


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    if kind == "type" and isinstance(item, UTCDateTime):
        return "UTCDateTime()"
    if kind == "type" and isinstance(item, JSON):
        return "JSON_VALUE"
    return False


class NothingChanged(Exception):
    """The models say what the migrations say."""


def revise(app: Flask, message: str) -> Path:
    """Write the next migration from what the models say now.

    Raises `ValueError` for a message without a letter of a to z or a digit, and `NothingChanged`.
    """
    runtime = runtimes.of(app)
    words = " ".join(re.findall(r"[\w.,:()-]+", message))
    slug = re.sub(r"[^a-z0-9]+", "_", words.lower())[:_LONGEST_SLUG].strip("_")
    if not slug:
        raise ValueError("no words")
    versions = runtime.folder / "migrations" / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    number = f"{_latest(versions) + 1:04d}"
    with app.app_context(), runtime.db.engine.connect() as connection:
        config = _config(runtime.folder, runtime.db, connection)
        command.upgrade(config, "head")
        config.set_main_option("file_template", f"{number}_{slug}")
        config.attributes["refuse_empty"] = _refuse_empty
        command.revision(config, words, autogenerate=True, rev_id=number)
        connection.rollback()
    path = versions / f"{number}_{slug}.py"
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(path)], check=False)
    return path


def _latest(versions: Path) -> int:
    numbers = (path.name.partition("_")[0] for path in versions.glob("[0-9]*.py"))
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def _refuse_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
    if directives and directives[0].upgrade_ops.is_empty():
        raise NothingChanged
