"""A schema is changed while people work: who migrates gives way, and nobody's work is lost."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError

from chassis.data import liveness
from chassis.data import postgres as rules
from chassis.process import runtime as runtimes
from chassis.run import migration
from ops.engines.postgres import Postgres
from services.notification.app import create_app
from tests.builders.databases import database_on
from tests.builders.service import let_go

pytestmark = pytest.mark.live

NEXT = '''"""one table, then the other"""

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_deliveries_later", "deliveries", ["id", "region"])
    op.execute("SELECT pg_sleep({pause})")
    op.add_column("preferences", sa.Column("remark", sa.String(20)))
'''


@pytest.fixture
def next_release(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Flask]]:
    """Notification as its owner sees it, with one migration more that pauses for some seconds."""
    # A request's limits, so short here that a migration that had them would be seen.
    monkeypatch.setitem(rules._LIMITS, "statement_timeout", 200)
    monkeypatch.setattr(liveness, "_LONGEST", 0.8)
    owner = {"DATABASE_URL_NOTIFICATION": postgres.owner_url("notification")}
    app = create_app(database_on(postgres, "notification", tmp_path) | owner)
    runtime = runtimes.of(app)

    def with_a_pause(pause: float) -> Flask:
        [head] = migration.heads(runtime.folder)
        shutil.copytree(runtime.folder / "migrations", tmp_path / "next" / "migrations")
        runtime.folder = tmp_path / "next"
        versions = runtime.folder / "migrations" / "versions"
        (versions / "9001_later.py").write_text(NEXT.format(head=head, pause=pause))
        return app

    yield with_a_pause
    let_go(app)


@pytest.fixture
def person(
    postgres: Postgres, next_release: Callable[..., Flask]
) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Somebody's request in the middle of its transaction."""
    url = postgres.owner_url("notification").replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        yield connection


def changes(person: psycopg.Connection[tuple[object, ...]], table: str) -> None:
    person.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")


def columns(app: Flask) -> set[str]:
    with app.app_context():
        found = inspect(runtimes.of(app).db.engine).get_columns("preferences")
    return {column["name"] for column in found}


def wait_until_locked(postgres: Postgres, table: str) -> None:
    held = "SELECT 1 FROM pg_locks WHERE granted AND mode = 'ShareLock' AND relation = %s::regclass"
    url = postgres.owner_url("notification").replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as onlooker:
        until = time.monotonic() + 20
        while not onlooker.execute(held, [table]).fetchone():
            assert time.monotonic() < until
            time.sleep(0.01)


def test_a_migration_that_meets_a_request_in_a_circle_gives_way_and_begins_again(
    next_release, person, postgres
):
    app = next_release(pause=0)
    changes(person, "preferences")
    migrating = threading.Thread(target=migration.upgrade, args=(app,))
    migrating.start()
    wait_until_locked(postgres, "deliveries")

    changes(person, "deliveries")  # a person is not the one who is refused

    assert "remark" not in columns(app)
    person.commit()
    migrating.join(20)
    assert "remark" in columns(app)


def test_an_index_may_take_longer_than_a_request(next_release):
    app = next_release(pause=1)

    migration.upgrade(app)

    assert "remark" in columns(app)


def test_a_migration_that_gets_no_turn_says_so_and_has_changed_nothing(next_release, person):
    app = next_release(pause=0)
    changes(person, "preferences")

    with pytest.raises(OperationalError, match="lock timeout"):
        migration.upgrade(app, patience=1)

    person.commit()
    assert "remark" not in columns(app)
    migration.upgrade(app)
    assert "remark" in columns(app)
