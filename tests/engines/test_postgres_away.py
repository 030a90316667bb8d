"""A PostgreSQL that goes away at the worst moment, or is not there."""

from uuid import uuid4

import pytest
from sqlalchemy import create_engine

from chassis.data.listener import Listener
from chassis.http.problems import is_outage
from ops.engines.process import free_port
from tests.builders.letters.models import db

pytestmark = pytest.mark.live
LETTERS = "/api/letters/v1/letters"


@pytest.fixture
def end_session(postgres):
    """End the session this request works with, as a server that dies does."""
    engine = create_engine(postgres.owner_url("letters"))

    def end(response):
        mine = db.session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with engine.begin() as owner:
            owner.exec_driver_sql(f"SELECT pg_terminate_backend({mine})")
        return response

    yield end
    engine.dispose()


def test_an_answer_stays_an_answer_when_the_server_dies_after_the_last_question(
    letters, end_session
):
    token = letters.person(uuid4(), "letters")
    letters.app.after_request(end_session)

    assert [letters.call("GET", LETTERS, token=token).status_code for _ in range(12)] == [200] * 12
    with letters.app.app_context():
        assert db.engine.pool.checkedout() == 0


def test_a_listener_without_a_server_reports_an_outage_and_is_back_as_soon_as_other_loops():
    listener = Listener(
        f"postgresql+psycopg://letters:x@127.0.0.1:{free_port()}/letters", print, list, str
    )

    with pytest.raises(Exception) as refused:
        listener.run()
    assert is_outage(refused.value)
