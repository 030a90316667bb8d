"""What every process counts moves when what it counts happens."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from chassis.events.bus import BusUnavailable
from chassis.events.inbox import keep
from chassis.process.clock import now
from chassis.process.regions import in_region
from chassis.run import timers, worker
from chassis.run.jobs import Part
from tests.builders.letters.app import write
from tests.builders.letters.jobs import COPYING, make_jobs
from tests.builders.letters.models import db
from tests.builders.metrics import moved, value_of
from tests.builders.service import Service
from tests.chassis.test_events import FlakyBus, note

RING = "letters.ring"
JOBS = make_jobs(lambda _job: Part(done=1))


@pytest.fixture
def letters(make_letters: Callable[..., Service]) -> Service:
    made: Service = make_letters(options={"jobs": JOBS, "at_times": {RING: lambda _timer: None}})
    made.call("GET", "/metrics")
    return made


class Deep(FlakyBus):
    """A broker with messages in a queue, or away."""

    depth_of_queue: int | None = 7

    def depth(self, _hearer: str) -> int:
        if self.depth_of_queue is None:
            raise BusUnavailable("gone")
        return self.depth_of_queue

    def check(self) -> None:
        """It answers."""


def test_a_request_is_counted(letters):
    with moved("request_seconds", service="letters", route="/livez", status="200"):
        letters.call("GET", "/livez")


@pytest.mark.parametrize(("routed", "outcome"), [(True, "routed"), (False, "unrouted")])
def test_what_is_published_is_counted_by_whether_somebody_heard_it(letters, routed, outcome):
    letters.runtime.bus = FlakyBus(good=9, routed=routed)
    with moved("events_published", service="letters", outcome=outcome):
        with letters.app.app_context(), in_region("demo"):
            write("a fact")
        letters.drain()


@pytest.mark.parametrize(
    ("text", "outcome"), [("fine", "done"), ("poison", "failed"), ("nonsense", "parked")]
)
def test_what_is_handled_is_counted_by_how_it_ended(letters, text, outcome):
    with moved("events_handled", service="letters", type="note.written.v1", outcome=outcome):
        letters.hear(note(text))


def test_a_timer_that_rang_is_counted(letters):
    with moved("timers_run", service="letters", kind=RING, outcome="done"):
        with letters.app.app_context(), in_region("demo"), db.transaction():
            timers.set_timer(RING, "letter/1", now())
        letters.drain()


def test_a_job_that_ended_is_counted(letters):
    with moved("jobs_run", service="letters", kind=COPYING, outcome="done"):
        with letters.app.app_context(), in_region("demo"):
            JOBS.begin(COPYING, owner_id=uuid4(), arguments={})
        letters.drain()


def test_a_loop_that_raised_is_counted(letters):
    def fail() -> bool:
        raise ZeroDivisionError

    with moved("loop_failures", service="letters", loop="failing"):
        worker._turn(letters.app, worker.Loop("failing", fail))


def test_what_is_stuck_is_shown(letters):
    letters.hear(note("nonsense", subject="note/2"))
    with letters.app.app_context(), in_region("demo"):
        write("nobody publishes me")
        keep(letters.runtime, [note("nobody handles me"), replace(note(), type="note.drawn.v1")])
    with (
        moved("events_parked", service="letters"),
        moved("events_waiting", service="letters"),
        moved("events_unpublished", service="letters"),
        moved("events_unknown", service="letters"),
        moved("oldest_waiting_seconds", service="letters"),
        moved("oldest_unpublished_seconds", service="letters"),
        time_machine.travel(now() + timedelta(seconds=90)),
    ):
        letters.call("GET", "/metrics")


def test_what_waits_on_the_broker_is_shown_as_long_as_it_answers(letters):
    letters.runtime.bus = bus = Deep(good=0)
    with moved("queue_messages", service="letters"):
        letters.call("GET", "/metrics")
    bus.depth_of_queue = None

    assert letters.call("GET", "/metrics").status_code == 200
    assert value_of("queue_messages", service="letters") == 7


def test_the_connections_a_process_holds_are_shown(letters):
    with letters.app.app_context():
        held = [db.engine.connect() for _ in range(3)]
        with moved("database_connections", service="letters", state="in_use"):
            letters.call("GET", "/metrics")
        for connection in held:
            connection.close()
