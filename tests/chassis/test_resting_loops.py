"""A loop rests while nothing is due, and whoever commits work for it ends that rest."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from chassis.data import leases
from chassis.events.dead import replay
from chassis.events.inbox import keep
from chassis.events.relay import Relay
from chassis.process.clock import now
from chassis.process.loops import LONGEST_REST, Loop
from chassis.process.regions import in_region
from chassis.run import timers, worker
from chassis.run.jobs import Part
from tests.builders.letters.app import write
from tests.builders.letters.jobs import COPYING, make_jobs
from tests.builders.letters.models import db
from tests.builders.service import Service
from tests.chassis.test_events import FlakyBus, note

RING = "letters.ring"
JOBS = make_jobs(lambda _job: Part(done=1))
OPTIONS = {"jobs": JOBS, "at_times": {RING: lambda _timer: None}}


@pytest.fixture
def letters(make_letters: Callable[..., Service]) -> Service:
    made: Service = make_letters(options=OPTIONS, RETRY_SCHEDULE="0,5,30")
    made.drain()
    return made


def loop(letters: Service, name: str) -> Loop:
    (named,) = [each for each in letters.runtime.loops if each.name == name]
    return named


def rest(letters: Service, name: str) -> float:
    with letters.app.app_context():
        return loop(letters, name).rest()


def ring_in(seconds: float) -> None:
    with db.transaction():
        timers.set_timer(RING, "letter/1", now() + timedelta(seconds=seconds))


def commits(letters: Service) -> dict[str, Callable[[], object]]:
    """Everything that gives a loop something to do, by the loop's name."""
    job = {"owner_id": uuid4(), "arguments": {}}
    return {
        "relay": lambda: write("a fact"),
        "dispatcher": lambda: keep(letters.runtime, [note()]),
        "jobs": lambda: JOBS.begin(COPYING, **job),
        "timers": lambda: ring_in(LONGEST_REST / 2),
    }


def test_every_loop_that_waits_for_commits_has_a_commit_that_wakes_it(letters):
    waiting = {each.name for each in letters.runtime.loops if each.due is not None}

    # The publisher waits for the relay, and what notes refusals for a request that is refused.
    assert waiting - {"publisher", "refusals"} == set(commits(letters))


@pytest.mark.parametrize("name", ["relay", "dispatcher", "jobs", "timers"])
def test_a_commit_ends_the_rest_of_the_loop_it_gives_work(letters, name):
    assert rest(letters, name) == LONGEST_REST
    with letters.app.app_context(), in_region("demo"):
        commits(letters)[name]()

    assert loop(letters, name).wake.is_set()
    assert rest(letters, name) < LONGEST_REST


@pytest.mark.parametrize("again", [replay, timers.retry_parked])
def test_what_an_operator_has_tried_again_is_tried_at_once(letters, again):
    name = "dispatcher" if again is replay else "timers"
    with letters.app.app_context():
        again(letters.runtime)

    assert loop(letters, name).wake.is_set()


def test_what_is_not_committed_wakes_nobody(letters):
    def fail() -> None:
        with db.transaction():
            write("never")
            raise ZeroDivisionError

    with letters.app.app_context(), in_region("demo"), pytest.raises(ZeroDivisionError):
        fail()

    assert not loop(letters, "relay").wake.is_set()


def test_a_loop_rests_until_the_next_try_that_a_failure_is_due(letters):
    with time_machine.travel(now(), tick=False):
        letters.hear(note("poison"), note("behind", position=2))

        assert 3 < rest(letters, "dispatcher") < 7


def test_what_another_worker_has_in_hand_is_looked_at_when_its_claim_runs_out(letters):
    inbox = db.plumbing.inbox
    with letters.app.app_context(), time_machine.travel(now(), tick=False):
        keep(letters.runtime, [note()])
        with db.transaction() as session:
            until = now() + timedelta(seconds=20)
            session.execute(inbox.update().values(claimed_by="another", claimed_until=until))

        assert rest(letters, "dispatcher") == 20


def test_a_timer_is_waited_for_to_the_second_and_looked_for_again_in_between(letters):
    with letters.app.app_context(), in_region("demo"), time_machine.travel(now(), tick=False):
        ring_in(10 * LONGEST_REST)
        assert rest(letters, "timers") == LONGEST_REST
        ring_in(10)
        assert rest(letters, "timers") == 10


def test_the_relay_keeps_its_lease_until_everything_is_published(letters):
    letters.runtime.bus = FlakyBus(good=0)
    with letters.app.app_context(), in_region("demo"):
        write("waits for the broker")
        loop(letters, "relay").run()

    assert 0 < rest(letters, "relay") <= leases.TERM.total_seconds() / 2


def test_a_lease_that_ages_is_renewed_behind_an_event_so_that_none_waits_for_it(letters):
    relay = Relay(letters.runtime, "me")
    with letters.app.app_context(), in_region("demo"):
        write("one")
        assert relay.run()
        first = relay.lease
        with time_machine.travel(now() + leases.TERM / 3):
            assert not relay.run()
            assert relay.lease == first
            write("two")
            assert relay.run()

    assert relay.lease is not None
    assert first is not None
    assert relay.lease.expires_at > first.expires_at


def test_whoever_let_the_lease_run_out_while_idle_publishes_nothing_any_more(letters):
    letters.runtime.bus = bus = FlakyBus(good=9)
    idle, other = Relay(letters.runtime, "idle"), Relay(letters.runtime, "other")
    with letters.app.app_context(), in_region("demo"):
        write("one")
        assert idle.run()
        assert idle.publish()
        with time_machine.travel(now() + 2 * leases.TERM):
            assert not idle.run()  # there is nothing to lead
            write("another")
            assert other.run()
            assert not idle.publish()
            assert not idle.run()
            assert other.publish()

    assert [event.data["text"] for event in bus.taken] == ["one", "another"]


def test_who_begins_to_lead_has_published_what_the_last_one_numbered(letters):
    letters.runtime.bus = FlakyBus(good=9)
    with letters.app.app_context(), in_region("demo"):
        write("numbered and not published")
        assert Relay(letters.runtime, "dies").run()
        loop(letters, "publisher").wake.clear()
        with time_machine.travel(now() + 2 * leases.TERM):
            Relay(letters.runtime, "follows").run()

    assert loop(letters, "publisher").wake.is_set()


def test_where_nobody_tells_of_a_commit_loops_look_as_often_as_they_can(make_letters):
    """A SQLite file that several processes share has no way to wake another one's loop."""
    shared = make_letters(options=OPTIONS, BUS_URL="amqp://guest:guest@127.0.0.1:1/")
    look = loop(shared, "timers")

    assert worker._turn(shared.app, look) == (look.every, False)
