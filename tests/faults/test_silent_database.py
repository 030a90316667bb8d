"""A PostgreSQL that neither answers nor refuses: frozen, or behind a link that swallows."""

import time
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, event

from chassis.data import postgres as rules
from ops.engines.postgres import Postgres
from tests.builders.beside import BESIDE
from tests.builders.engines import engine_folder, or_skipped
from tests.builders.letters.app import create_app
from tests.builders.letters.models import db
from tests.builders.service import settings_for, under_test
from tests.faults.links import Link
from tests.faults.processes import family, frozen, wait_for

pytestmark = pytest.mark.live
LETTERS = "/api/letters/v1/letters"
PROMISED = 3.0  # seconds within which a database that is away is told
BUSY = 1.0  # what a build machine with other work may add


@pytest.fixture(scope="module")
def server():
    with or_skipped(), engine_folder() as folder:
        one = Postgres(folder / "postgres")
        one.start()
        one.add_databases({"letters": "secret"})
        owner = create_engine(one.owner_url("letters"))
        db.metadata.create_all(owner)
        owner.dispose()
        rules.protect(one.owner_url("letters"), "letters", db.metadata)
        yield one
        one.stop()


@pytest.fixture
def link(server):
    one = Link(server.port)
    yield one
    one.close()


class Asking:
    def __init__(self, server, link, folder):
        url = server.service_url("letters", "secret").replace(str(server.port), str(link.port))
        self.letters = under_test(
            create_app(settings_for("letters", folder) | {"DATABASE_URL_LETTERS": url})
        )
        self.token = self.letters.person(uuid4(), "letters")

    def once(self):
        """Return status, Retry-After and seconds of one request that writes."""
        began = time.monotonic()
        headers = {"Idempotency-Key": str(uuid4())}
        answer = self.letters.call(
            "POST", LETTERS, token=self.token, json={"text": "x"}, headers=headers
        )
        took = time.monotonic() - began
        return answer.status_code, answer.headers.get("Retry-After"), took

    def close(self):
        with self.letters.app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def asking(server, link, tmp_path):
    one = Asking(server, link, tmp_path)
    assert one.once()[0] == 201
    yield one
    one.close()


def test_a_frozen_server_is_told_within_three_seconds_and_serves_again_when_it_thaws(
    server, asking
):
    with frozen(family(server.child.pid)):
        told = [asking.once() for _ in range(3)]
    back = wait_for(lambda: asking.once()[0] == 201, 10)

    print(
        f"told after {[round(took, 2) for *_, took in told]} s, serves {back:.1f} s after it is back"
    )
    assert [(status, wait) for status, wait, _ in told] == [(503, "5")] * 3
    assert max(took for *_, took in told) < PROMISED + BUSY + BESIDE, told


def test_a_link_that_swallows_everything_is_told_within_three_seconds(link, asking):
    link.half_open()
    told = [asking.once() for _ in range(3)]
    link.heal()
    back = wait_for(lambda: asking.once()[0] == 201, 10)

    print(
        f"told after {[round(took, 2) for *_, took in told]} s, serves {back:.1f} s after it is back"
    )
    assert [(status, wait) for status, wait, _ in told] == [(503, "5")] * 3
    assert max(took for *_, took in told) < PROMISED + BUSY + BESIDE, told


def test_one_frozen_session_is_given_up_while_the_server_goes_on(server, asking):
    sessions = session_pids(server)
    with frozen(sessions):
        began = time.monotonic()
        status, *_ = asking.once()
        took = time.monotonic() - began

    assert sessions
    assert status in (201, 503)
    assert took < 10 + BESIDE
    assert asking.once()[0] == 201


def test_a_query_that_takes_its_time_is_waited_for(asking):
    with asking.letters.app.app_context():
        assert db.session.connection().exec_driver_sql("SELECT pg_sleep(2), 1").one()[1] == 1
        db.session.remove()


def session_pids(server):
    owner = create_engine(server.owner_url("letters"))
    with owner.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT pid FROM pg_stat_activity WHERE usename = 'letters'"
        ).scalars()
        pids = list(found)
    owner.dispose()
    return pids


def test_a_connection_lost_while_a_key_is_claimed_is_no_request_in_progress(link, asking):
    def cut(_connection, _cursor, statement, *_rest):
        if "idempotency_keys" in statement:
            link.cut()

    with asking.letters.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", cut)
    told = asking.once()
    event.remove(engine, "before_cursor_execute", cut)
    link.heal()

    assert told[:2] == (503, "5")
    wait_for(lambda: asking.once()[0] == 201, 10)
