"""Nobody waits for a time that only a wrong clock has shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from chassis.data import leases
from chassis.events.bus import BusUnavailable
from chassis.events.dispatcher import Dispatcher
from chassis.events.inbox import EventData, hear, keep
from chassis.process import clock
from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.process.regions import in_region
from chassis.run.timers import Timer, TimerLoop, set_timer
from tests.builders.letters.models import db
from tests.builders.service import Service
from tests.chassis.test_events import heard, note

AHEAD = [timedelta(seconds=15), timedelta(hours=1), timedelta(days=1), timedelta(days=4000)]
ANSWER = "letters.answer"
DAY = timedelta(days=1)


@contextmanager
def clock_ahead(by: timedelta) -> Iterator[None]:
    """Run the block while the clock shows too late a time; afterwards it is set back."""
    with time_machine.travel(now() + by, tick=False):
        yield


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(now() + timedelta(seconds=seconds), tick=False)


@pytest.fixture(params=AHEAD, ids=str)
def ahead(request: pytest.FixtureRequest) -> timedelta:
    by: timedelta = request.param
    return by


def test_a_lease_taken_by_a_clock_that_ran_ahead_is_free_a_term_or_two_after_it_was_set_back(
    letters, ahead
):
    with letters.app.app_context():
        with clock_ahead(ahead):
            assert leases.take(db, "relay", "fast") is not None
        with later(leases.LONGEST.total_seconds() + 1):
            heir = leases.take(db, "relay", "right")

    assert heir is not None
    assert heir.epoch == 2


def test_a_leader_whose_clock_was_set_back_takes_its_lease_anew(letters):
    with letters.app.app_context():
        with clock_ahead(DAY):
            fast = leases.take(db, "relay", "me")
            assert fast is not None
            assert not fast.half_spent
        assert fast.half_spent
        renewed = leases.take(db, "relay", "me")

    assert renewed is not None
    assert not renewed.half_spent
    assert renewed.epoch == fast.epoch


def test_what_was_claimed_by_a_clock_that_ran_ahead_is_taken_over(letters, ahead):
    with letters.app.app_context():
        keep(letters.runtime, [note("claimed")])
        dead, living = (Dispatcher(letters.runtime, name) for name in ("dead", "living"))
        with clock_ahead(ahead):
            assert dead._claims.claim(db.session.execute(dead._due).one())
        with later(121):
            assert living.run()

    assert heard(letters) == ["claimed"]


def test_what_was_heard_by_a_clock_that_ran_ahead_is_handled_now(letters, ahead):
    with letters.app.app_context():
        with clock_ahead(ahead):
            keep(letters.runtime, [note("early")])
        with later(16):
            assert Dispatcher(letters.runtime, "me").run()

    assert heard(letters) == ["early"]


def test_what_failed_under_a_clock_that_ran_ahead_is_tried_again_as_the_schedule_says(
    make_letters, ahead
):
    letters = make_letters(RETRY_SCHEDULE="0,5,300")
    failures = [RuntimeError("once")]

    def handle(_event):
        if failures:
            raise failures.pop()

    letters.runtime.heard = {"note.written.v1": hear(handle, replay="rebuild", reads=EventData())}
    with letters.app.app_context():
        dispatcher = Dispatcher(letters.runtime, "me")
        with clock_ahead(ahead):
            keep(letters.runtime, [note()])
            assert dispatcher.run()
        with later(22):
            assert dispatcher.run()
        row = db.session.execute(select(db.plumbing.inbox)).one()

    assert row.status == "done"


def test_a_retry_that_is_not_due_yet_waits(make_letters):
    letters = make_letters(RETRY_SCHEDULE="0,300,3600")

    def fail(_event):
        raise RuntimeError

    letters.runtime.heard = {"note.written.v1": hear(fail, replay="rebuild", reads=EventData())}
    with letters.app.app_context():
        dispatcher = Dispatcher(letters.runtime, "me")
        keep(letters.runtime, [note()])
        tried = [dispatcher.run(), dispatcher.run()]
        with later(361):
            tried += [dispatcher.run(), dispatcher.run()]

    assert tried == [True, False, True, False]


@pytest.fixture
def rung(letters: Service) -> list[Timer]:
    due: list[Timer] = []
    letters.runtime.timers = {ANSWER: due.append}
    return due


@pytest.mark.parametrize("wait", [timedelta(), 3 * DAY])
def test_a_timer_set_by_a_clock_that_ran_ahead_rings_after_the_wait_it_was_set_with(
    letters, rung, ahead, wait
):
    with letters.app.app_context(), in_region("demo"):
        with clock_ahead(ahead), db.transaction():
            set_timer(ANSWER, "letter/1", now() + wait)
        TimerLoop(letters.runtime, "me").run()
        too_early = list(rung) if wait else []
        with later(wait.total_seconds() + 16):
            TimerLoop(letters.runtime, "me").run()

    assert not too_early
    assert [timer.subject for timer in rung] == ["letter/1"]


@pytest.fixture
def own_clock() -> Iterator[None]:
    """The clock of this process as it is when it starts, and again afterwards."""
    clock.forget()
    yield
    clock.forget()


@pytest.mark.usefixtures("own_clock")
def test_a_process_goes_by_the_databases_clock_however_its_machines_is_set():
    real = datetime.now(UTC)
    with time_machine.travel(real + DAY):
        clock.go_by(lambda: real)
        told = now()
    with time_machine.travel(real - DAY):
        after_a_jump = now()
        born = uuid7()

    assert timedelta() <= told - real < timedelta(minutes=1)
    assert timedelta() <= after_a_jump - told < timedelta(minutes=1)
    assert abs((born.int >> 80) / 1000 - real.timestamp()) < 60


@pytest.mark.usefixtures("own_clock")
def test_a_database_is_not_asked_again_at_once_also_when_it_did_not_answer(monkeypatch):
    passed = [0.0]
    monkeypatch.setattr(clock, "_steady", lambda: passed[0])
    asked = []

    def ask() -> datetime:
        asked.append(passed[0])
        if len(asked) == 2:
            raise BusUnavailable
        return datetime.now(UTC)

    clock.go_by(ask)
    clock.go_by(ask)
    passed[0] = clock.ASKED_EVERY
    with pytest.raises(BusUnavailable):
        clock.go_by(ask)
    clock.go_by(ask)
    passed[0] = 2 * clock.ASKED_EVERY
    clock.go_by(ask)

    assert asked == [0.0, clock.ASKED_EVERY, 2 * clock.ASKED_EVERY]


@pytest.mark.usefixtures("own_clock")
def test_who_was_never_told_the_time_asks_until_it_is_told():
    asked = []

    def silent() -> datetime:
        asked.append("silent")
        raise BusUnavailable

    for _ in range(2):
        with pytest.raises(BusUnavailable):
            clock.go_by(silent)
    clock.go_by(lambda: datetime.now(UTC))

    assert len(asked) == 2
