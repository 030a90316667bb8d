"""How often a request goes to the server and back: as often as it has questions, and no more."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, func, insert, select

from chassis.data import driver
from chassis.process.regions import in_region
from tests.builders.letters.models import Letter, db
from tests.builders.service import Service

pytestmark = pytest.mark.live
LETTERS = "/api/letters/v1/letters"
# Who asks, the list, and the end of the transaction, which began with the first of them.
WAYS = 3


@pytest.fixture
def waits(monkeypatch) -> list[object]:
    """Each wait for the server."""
    seen: list[object] = []
    wait = driver.Connection.wait

    def waited(connection, *args, **kwargs):
        seen.append(connection)
        return wait(connection, *args, **kwargs)

    monkeypatch.setattr(driver.Connection, "wait", waited)
    return seen


@pytest.fixture
def reads(letters: Service) -> Iterator[object]:
    """Reads the list once; the first time has made the connection."""
    token = letters.person(uuid4(), "letters", sid=str(uuid4()))

    def read() -> int:
        return letters.call("GET", LETTERS, token=token).status_code

    assert read() == 200
    return read


def test_a_request_that_reads_waits_for_its_questions_and_its_end_alone(reads, waits):
    assert reads() == 200

    assert len(waits) == WAYS


def test_a_connection_that_has_rested_is_tried_first(reads, waits, monkeypatch):
    monkeypatch.setattr(driver, "_RESTED", -1.0)

    assert reads() == 200

    assert len(waits) > WAYS


def test_one_that_the_server_has_ended_meanwhile_is_not_used(letters, reads, postgres):
    owner = create_engine(postgres.owner_url("letters"))
    with owner.begin() as connection:
        ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = %s"
        assert connection.exec_driver_sql(ended, ("letters",)).scalar()
    owner.dispose()

    assert reads() == 200


def test_what_was_prepared_outlives_the_requests_that_only_read(letters, reads):
    for _ in range(10):
        reads()

    with letters.app.app_context():
        named = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"
        asked = db.session.connection().exec_driver_sql(named, ("%FROM letters%",))
        assert asked.scalar()


def test_many_rows_that_begin_a_transaction_are_of_its_region(letters):
    rows = [{"text": str(number)} for number in range(3)]
    with letters.app.app_context():
        for region in ("north", "south"):
            with in_region(region), db.transaction() as session:
                session.execute(insert(Letter), rows)

        with in_region("south"):
            assert db.session.scalar(select(func.count()).select_from(Letter)) == len(rows)


def test_a_transaction_may_begin_with_many_messages_in_one(letters):
    with letters.app.app_context(), in_region("north"):
        session = db.session()
        connection = session.connection().connection.driver_connection
        seen: list[tuple[str, ...]] = []
        with connection.cursor() as cursor:
            cursor.executemany(
                "SELECT current_setting('simpul.region') || %s", [("1",), ("2",)], returning=True
            )
            for _each in cursor.results():
                seen += cursor.fetchall()
        session.rollback()

    assert seen == [("north1",), ("north2",)]
