"""Who waits for others of the same moment is served, and not told that the database is away."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from chassis.process.regions import in_region
from tests.builders.letters.models import Letter, db

pytestmark = pytest.mark.live
LETTERS = "/api/letters/v1/letters"
# As long as the last of eight waits on a machine that is busy with other things.
A_WHILE = 3.0


@pytest.fixture
def app(letters):
    with letters.app.app_context():
        yield letters.app


def meanwhile(action: Callable[[], None], *, of: threading.Event) -> threading.Thread:
    """Do something in another thread; return when it has what it holds."""
    thread = threading.Thread(target=action)
    thread.start()
    assert of.wait(30)
    return thread


def test_a_change_waits_for_those_that_are_before_it_at_the_same_row(app):
    with in_region("demo"), db.transaction() as session:
        session.add(Letter(text="numbered"))
    holds = threading.Event()

    def change(text: str) -> None:
        with app.app_context(), in_region("demo"), db.transaction() as session:
            session.execute(update(Letter).values(text=text))
            if not holds.is_set():
                holds.set()
                time.sleep(A_WHILE)

    first = meanwhile(lambda: change("first"), of=holds)
    change("second")
    first.join(30)

    with in_region("demo"):
        assert db.session.scalars(select(Letter.text)).all() == ["second"]


def test_a_request_waits_for_a_connection_of_those_before_it(letters, app):
    token, holds = letters.person(uuid4(), "letters"), threading.Event()
    assert letters.call("GET", LETTERS, token=token).status_code == 200
    db.session.remove()

    def hold() -> None:
        with app.app_context(), ExitStack() as held:
            pool = db.engine.pool
            for _ in range(pool.size() + pool._max_overflow):
                held.enter_context(db.engine.connect())
            holds.set()
            time.sleep(A_WHILE)

    others = meanwhile(hold, of=holds)
    answer = letters.call("GET", LETTERS, token=token)
    others.join(30)

    assert answer.status_code == 200
