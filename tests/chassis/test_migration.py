"""A schema that is newer than the code: a release that was not yet replaced, or was taken back."""

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from chassis.run import embedded, migration
from tests.builders.service import Service

NEXT = '''"""add a remark"""

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("preferences", sa.Column("remark", sa.String(20)))
'''


def add_a_migration(service_folder: Path) -> None:
    """What notification's next release might bring."""
    [head] = migration.heads(service_folder)
    path = service_folder / "migrations" / "versions" / "9001_add_a_remark.py"
    path.write_text(NEXT.format(head=head))


@contextmanager
def code_of_the_next_release(service: Service, folder: Path):
    """The same service with one migration more."""
    runtime, ours = service.runtime, service.runtime.folder
    shutil.copytree(ours / "migrations", folder / "next" / "migrations")
    add_a_migration(folder / "next")
    runtime.folder = folder / "next"
    yield
    runtime.folder = ours


def columns(service: Service) -> set[str]:
    with service.app.app_context():
        found = inspect(service.runtime.db.engine).get_columns("preferences")
    return {column["name"] for column in found}


def written_down(service: Service, revision: str) -> None:
    with service.app.app_context(), service.runtime.db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": revision})


@pytest.fixture
def behind(service, tmp_path) -> Service:
    """Today's code on the schema of the next release."""
    one = service("notification")
    with code_of_the_next_release(one, tmp_path):
        migration.upgrade(one.app)
    assert "remark" in columns(one)
    return one


def test_code_that_waits_for_a_migration_is_not_ready(service, tmp_path):
    one = service("notification")
    with code_of_the_next_release(one, tmp_path):
        answer = one.call("GET", "/readyz")

    assert answer.status_code == 503
    assert answer.json["checks"]["database"] == "migration_missing"


def test_code_on_a_newer_schema_is_ready_and_says_so(behind):
    answer = behind.call("GET", "/readyz")

    assert answer.status_code == 200
    assert answer.json["checks"]["database"] == "ok"
    schema = answer.json["schema"]
    assert schema["state"] == "later"
    assert int(schema["database"]) > int(schema["code"])


def test_a_schema_that_fits_is_said_to_be_current(service):
    schema = service("notification").call("GET", "/readyz").json["schema"]

    assert schema["state"] == "current"
    assert schema["database"] == schema["code"]


def test_migrating_with_older_code_changes_nothing_and_succeeds(behind):
    migration.upgrade(behind.app)
    embedded.prepare(behind.app)

    assert "remark" in columns(behind)


@pytest.mark.parametrize("revision", ["0000", "of_something_else"])
def test_a_schema_that_is_neither_ours_nor_a_later_one_is_not_ready(service, revision):
    one = service("notification")
    written_down(one, revision)

    assert one.call("GET", "/readyz").status_code == 503
