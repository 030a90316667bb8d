"""What is forgotten, and what nobody can change, on PostgreSQL."""

from datetime import timedelta

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from chassis.data.append_only import allow_changes, forbid_changes
from tests.chassis.test_retention import (
    OLD,
    YOUNG,
    bodies,
    forget,
    heard,
    key,
    positions,
    said,
)

pytestmark = pytest.mark.live
TABLE = "CREATE TABLE witnessed (id int, seen_at timestamptz)"


def test_events_and_answers_are_forgotten_as_on_sqlite(letters):
    old, young = heard(letters, "done", OLD), heard(letters, "done", YOUNG)
    for position, kind in enumerate(("changed", "changed", "torn", "torn"), start=1):
        said(letters, position, f"note.{kind}.v1", "note/1", OLD)
    key(letters, timedelta(days=8))

    forget(letters)

    assert bodies(letters) == {old: "{}", young: '{"said":1}'}
    assert positions(letters) == [2, 4]


@pytest.fixture
def witnessed(postgres, letters):
    engine = create_engine(postgres.owner_url("letters"))
    with engine.begin() as connection:
        op = Operations(MigrationContext.configure(connection))
        connection.exec_driver_sql("DROP TABLE IF EXISTS witnessed")
        connection.exec_driver_sql(TABLE)
        connection.exec_driver_sql(
            "INSERT INTO witnessed VALUES (1, now()), (2, now() - interval '91 days')"
        )
        forbid_changes(op, "witnessed", at="seen_at", days=90)
    yield engine
    with engine.begin() as connection:
        allow_changes(Operations(MigrationContext.configure(connection)), "witnessed")
        connection.exec_driver_sql("DROP TABLE witnessed")
    engine.dispose()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE witnessed SET id = 3", "DELETE FROM witnessed", "DELETE FROM witnessed WHERE id = 1"],
)
def test_not_even_the_owner_changes_what_only_grows(witnessed, statement):
    with pytest.raises(DBAPIError, match="append-only"), witnessed.begin() as connection:
        connection.exec_driver_sql(statement)


def test_what_is_old_can_be_deleted(witnessed):
    with witnessed.begin() as connection:
        gone = connection.exec_driver_sql("DELETE FROM witnessed WHERE id = 2")

    assert gone.rowcount == 1
