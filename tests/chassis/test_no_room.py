"""A database whose disk is full: whoever waits for it has done nothing wrong."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError

from chassis.events.inbox import keep
from chassis.http.problems import is_without_room
from tests.builders.letters.app import keep_note
from tests.builders.letters.models import db
from tests.chassis.test_events import heard, hears, inbox, note

LARGE = "x" * 100_000


class SmallDisk:
    """Keeps notes in a database that may grow, or may not."""

    room = False

    def keep(self, event):
        pages = 1_000_000 if self.room else 1  # 1 stands for as many as there are
        db.session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        keep_note(replace(event, data={"text": LARGE}))


@pytest.fixture
def disk(letters):
    disk = SmallDisk()
    hears(letters, disk.keep)
    return disk


def test_an_event_that_found_no_room_has_not_failed_and_is_handled_when_there_is_room(
    letters, disk
):
    with letters.app.app_context():
        keep(letters.runtime, [note()])
    for _ in range(5):  # more often than an event may fail here
        with pytest.raises(OperationalError) as refused:
            letters.drain()
        assert is_without_room(refused.value)
    [waiting] = inbox(letters)
    disk.room = True
    letters.drain()

    assert (waiting.status, waiting.attempts) == ("pending", 0)
    assert heard(letters) == [LARGE]


class _FromTheServer(Exception):
    def __init__(self, sqlstate):
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(("sqlstate", "full"), [("53100", True), ("57014", False)])
def test_a_query_that_took_too_long_is_not_taken_for_a_full_disk(sqlstate, full):
    error = OperationalError("INSERT", {}, _FromTheServer(sqlstate))

    assert is_without_room(error) is full
