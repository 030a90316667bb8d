"""From a fact to its effect: what must hold on the way, whatever goes wrong."""

import itertools
import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from math import inf
from uuid import UUID, uuid4

import pytest
import time_machine
from marshmallow import fields
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from chassis.data import leases
from chassis.events import dead
from chassis.events.bus import BusUnavailable
from chassis.events.contracts import ContractBroken
from chassis.events.dispatcher import Dispatcher
from chassis.events.envelope import EnvelopeInvalid, Event
from chassis.events.inbox import EventData, Handler, Truth, hear, keep
from chassis.events.outbox import NotInTransaction, record
from chassis.events.relay import Relay
from chassis.events.sequencer import LeadershipLost, sequence
from chassis.process import runtime as runtimes
from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.process.regions import RegionNotBound, in_region
from chassis.run import worker
from tests.builders.letters.app import tell, write
from tests.builders.letters.models import Heard, Letter, db
from tests.builders.service import Service


def note(text: str = "hello", *, subject: str = "note/1", position: int = 1, **more) -> Event:
    return Event(
        type="note.written.v1",
        subject=subject,
        data={"text": text},
        version=position,
        region="demo",
        source="notes",
        position=position,
        **more,
    )


def heard(letters: Service) -> list[str]:
    with letters.app.app_context(), in_region("demo"):
        return [row.text for row in db.session.scalars(select(Heard).order_by(Heard.id))]


def inbox(letters: Service) -> list:
    table = db.plumbing.inbox
    with letters.app.app_context():
        return list(db.session.execute(table.select().order_by(table.c.sequence)))


def outbox(letters: Service) -> list:
    table = db.plumbing.outbox
    with letters.app.app_context():
        return list(db.session.execute(table.select().order_by(table.c.position)))


def hears(letters: Service, handler: Handler) -> None:
    letters.runtime.heard = {"note.written.v1": hear(handler, replay="rebuild", reads=EventData())}


class FlakyBus:
    """Takes `good` events, then is gone; remembers what it took."""

    def __init__(self, good: int, *, routed: bool = True) -> None:
        self.good = good
        self.routed = routed
        self.taken: list[Event] = []

    def publish(self, events: Sequence[Event]) -> Iterator[bool]:
        for event in events:
            if len(self.taken) >= self.good:
                raise BusUnavailable("gone")
            self.taken.append(event)
            yield self.routed

    keep_alive_every = inf

    def keep_alive(self) -> None:
        """Nothing to keep alive."""


def write_and_fail() -> None:
    with db.transaction() as session:
        letter = Letter(text="lost")
        session.add(letter)
        session.flush()
        tell(letter)
        raise ZeroDivisionError


def test_an_event_is_saved_with_the_change_or_not_at_all(letters):
    with letters.app.app_context(), in_region("demo"):
        write("kept")
        with pytest.raises(ZeroDivisionError):
            write_and_fail()

    assert [event.data["text"] for event in letters.recorded()] == ["kept"]


def test_recording_outside_a_transaction_is_refused(letters):
    with letters.app.app_context(), in_region("demo"), pytest.raises(NotInTransaction):
        record(Event(type="letter.written.v1", subject="x", data={}, version=1))


@pytest.mark.parametrize("data", [{}, {"letter_id": "no uuid", "text": "x"}, {"text": 5}])
def test_an_event_that_breaks_its_contract_takes_the_change_with_it(letters, data):
    region = in_region("demo")
    with letters.app.app_context(), region, pytest.raises(ContractBroken), db.transaction():
        record(Event(type="letter.written.v1", subject="x", data=data, version=1))

    assert letters.recorded() == []


@pytest.mark.parametrize(
    ("subject", "region", "text"),
    [
        ("x" * 121, "demo", "x"),
        ("a\0b", "demo", "x"),
        ("x", "r" * 17, "x"),
        ("x", "demo", "\ud800"),
    ],
    ids=["long subject", "zero in the subject", "long region", "half a character"],
)
def test_an_event_that_no_inbox_could_store_takes_the_change_with_it(
    letters, subject, region, text
):
    data = {"letter_id": str(uuid7()), "text": text}
    with letters.app.app_context(), in_region(region), pytest.raises(EnvelopeInvalid):
        with db.transaction():
            record(Event(type="letter.written.v1", subject=subject, data=data, version=1))

    assert letters.recorded() == []


def test_an_event_without_a_region_cannot_be_made():
    with pytest.raises(RegionNotBound):
        Event(type="letter.written.v1", subject="x", data={}, version=1)


def test_an_event_survives_its_journey_as_json():
    event = note(request_id="r" * 8, correlation_id="c" * 8)

    assert Event.from_json(event.to_json()) == event


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"id":"x"}', "not json"])
def test_what_is_not_an_event_is_refused(text):
    with pytest.raises(EnvelopeInvalid):
        Event.from_json(text)


def test_positions_have_no_holes_whatever_order_was_committed(letters):
    with letters.app.app_context(), in_region("demo"):
        for number in range(450):
            write(str(number))
    letters.drain()

    assert [row.position for row in outbox(letters)] == list(range(1, 451))
    assert all(row.published_at for row in outbox(letters))


def test_one_subjects_events_are_numbered_in_its_own_order_despite_clocks(letters):
    subject = uuid4()
    with letters.app.app_context(), in_region("demo"), db.transaction():
        for version in (3, 1, 2):
            data = {"letter_id": str(subject), "text": str(version)}
            record(Event(type="letter.written.v1", subject="s", version=version, data=data))
    letters.drain()

    assert [Event.from_json(row.body).version for row in outbox(letters)] == [1, 2, 3]


def test_only_one_of_two_relays_leads_and_the_other_takes_over(letters):
    runtime = letters.runtime
    with letters.app.app_context(), in_region("demo"):
        first, second = Relay(runtime, "first"), Relay(runtime, "second")
        write("a")
        assert first.run()
        write("b")
        assert not second.run()
        first.stop()
        assert second.run()
        write("c")
        with pytest.raises(LeadershipLost):
            sequence(db, leases.Lease("relay", "first", 1, now() + timedelta(days=1)))
        assert second.run()

    assert [row.position for row in outbox(letters)] == [1, 2, 3]


def test_a_term_that_is_over_counts_for_nothing_even_for_the_leader_of_today(letters):
    runtime = letters.runtime
    with letters.app.app_context(), in_region("demo"):
        for holder in ("first", "second", "first"):
            relay = Relay(runtime, holder)
            write(holder)
            assert relay.run()
            relay.stop()
        write("late")
        with pytest.raises(LeadershipLost):
            sequence(db, leases.Lease("relay", "first", 1, now() + timedelta(days=1)))


def test_a_leader_that_died_is_succeeded_when_its_term_ends(letters):
    with letters.app.app_context():
        assert leases.take(db, "relay", "dead") is not None
        assert leases.take(db, "relay", "heir") is None
        with time_machine.travel(now() + timedelta(seconds=20)):
            heir = leases.take(db, "relay", "heir")

    assert heir is not None
    assert heir.epoch == 2


def test_a_bus_that_goes_away_delays_and_loses_nothing(letters):
    runtime = letters.runtime
    runtime.bus = FlakyBus(good=2)
    with letters.app.app_context(), in_region("demo"):
        for text in "abcd":
            write(text)
        relay = Relay(runtime, "me")
        assert relay.run()
        with pytest.raises(BusUnavailable):
            relay.publish()
        assert [bool(row.published_at) for row in outbox(letters)] == [True, True, False, False]
        runtime.bus.good = 99
        assert relay.publish()

    assert [event.position for event in runtime.bus.taken] == [1, 2, 3, 4]
    assert all(row.published_at for row in outbox(letters))


class DeafBus(FlakyBus):
    """Takes an event and never confirms it."""

    def __init__(self) -> None:
        super().__init__(good=0)
        self.asked, self.end = threading.Event(), threading.Event()

    def publish(self, _events: Sequence[Event]) -> Iterator[bool]:
        self.asked.set()
        assert self.end.wait(60)
        raise BusUnavailable("never confirmed")


def test_numbering_does_not_wait_for_a_broker_that_does_not_answer(letters):
    bus = letters.runtime.bus = DeafBus()
    running = worker.Worker(letters.app)
    running.start()
    with letters.app.app_context(), in_region("demo"):
        write("one")
        assert bus.asked.wait(10)
        write("two")
    deadline = time.monotonic() + 10
    while not all(row.position for row in outbox(letters)) and time.monotonic() < deadline:
        time.sleep(0.05)
    numbered = {row.position for row in outbox(letters)}
    bus.end.set()
    assert running.stop()

    assert numbered == {1, 2}


@pytest.mark.parametrize(
    ("error", "longest"),
    [
        (BusUnavailable("gone"), 5.0),
        (OperationalError("SELECT 1", {}, Exception("gone")), 5.0),
        (RuntimeError("a fault"), 30.0),
    ],
)
def test_what_is_away_is_asked_more_often_than_what_is_broken(letters, error, longest):
    def fail() -> bool:
        raise error

    assert worker._turn(letters.app, worker.Loop("failing", fail)) == (longest, True)
    assert longest / 2 <= worker._pause(50, longest) <= longest


def test_a_crash_between_publishing_and_marking_sends_again_and_has_one_effect(letters):
    event = note()

    letters.hear(event, event, event)

    assert heard(letters) == ["hello"]


def test_an_event_nobody_hears_is_marked_and_blocks_nobody(letters):
    letters.runtime.bus = FlakyBus(good=99, routed=False)
    with letters.app.app_context(), in_region("demo"):
        write("into the void")
        relay = Relay(letters.runtime, "me")
        assert relay.run()
        assert relay.publish()

    assert [row.unrouted for row in outbox(letters)] == [1]


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
def test_one_subjects_events_are_handled_in_their_order_when_all_have_arrived(letters, order):
    letters.hear(*[note(str(position), position=position) for position in order])

    assert heard(letters) == ["1", "2", "3"]


def test_a_poisoned_event_is_parked_and_only_its_subject_waited(letters):
    poison = note("poison", subject="note/bad", position=1)
    behind = note("behind", subject="note/bad", position=2)
    others = [note(str(n), subject=f"note/{n}", position=n) for n in range(3, 8)]

    letters.hear(poison, behind, *others)

    assert sorted(heard(letters)) == ["3", "4", "5", "6", "7", "behind"]
    with letters.app.app_context():
        (parked,) = dead.listed(letters.runtime)
    assert parked["event_id"] == poison.id
    assert parked["attempts"] == 3
    assert parked["error"] == "RuntimeError: poisoned"


def test_an_event_that_can_never_be_handled_is_parked_at_once(letters):
    letters.hear(note("nonsense"))

    assert [(row.status, row.attempts) for row in inbox(letters)] == [("parked", 1)]


class NoteData(EventData):
    text = fields.String(required=True)
    read = Truth()


@pytest.mark.parametrize("data", [{}, {"text": 7}, {"text": None}, {"text": "x", "read": "yes"}])
def test_an_event_that_is_not_what_its_hearer_reads_is_parked_at_once_and_not_handled(
    letters, data
):
    handled: list[Event] = []
    reading = hear(handled.append, replay="rebuild", reads=NoteData())
    letters.runtime.heard = {"note.written.v1": reading}

    letters.hear(replace(note(), data=data), replace(note(subject="note/2"), data={"text": "x"}))

    assert [(row.status, row.attempts) for row in inbox(letters)] == [("parked", 1), ("done", 0)]
    assert [event.subject for event in handled] == ["note/2"]


@pytest.mark.parametrize("data", [{}, {"text": {}}, {"text": {"parts": [{}]}}])
def test_an_event_that_lacks_a_key_the_handler_needs_is_parked_at_once(make_letters, data):
    letters = make_letters()

    def needs_everything(event: Event) -> None:
        for part in event.data["text"]["parts"]:
            part["words"]

    hears(letters, needs_everything)
    letters.hear(replace(note(), data=data))

    assert [(row.status, row.attempts) for row in inbox(letters)] == [("parked", 1)]


def test_a_key_missing_in_our_own_tables_is_a_fault_of_ours_and_is_tried_again(letters):
    labels = {"known": "diketahui"}
    hears(letters, lambda event: labels[event.data["text"]])

    letters.hear(note("unknown"))

    (row,) = inbox(letters)
    assert (row.status, row.attempts, row.error) == ("parked", 3, "KeyError: 'unknown'")


def test_a_type_this_release_does_not_know_waits_for_one_that_does_and_blocks_nobody(letters):
    """While two releases run, or after one was taken back, the queue brings the other's events."""
    unknown = replace(note("of the next release", position=1), type="note.drawn.v1")
    letters.hear(unknown, note("known", position=2))

    assert heard(letters) == ["known"]
    assert [(row.type, row.status, row.attempts) for row in inbox(letters)] == [
        ("note.drawn.v1", "pending", 0),
        ("note.written.v1", "done", 0),
    ]
    told: list[str] = []
    letters.runtime.heard = {
        **letters.runtime.heard,
        "note.drawn.v1": hear(
            lambda event: told.append(event.data["text"]), replay="skip", reads=EventData()
        ),
    }
    letters.drain()
    assert told == ["of the next release"]


def measured(letters: Service) -> dict[str, float]:
    lines = letters.call("GET", "/metrics").text.splitlines()
    mine = [line.split('{service="letters"} ') for line in lines]
    return {line[0].removeprefix("simpul_"): float(line[1]) for line in mine if len(line) == 2}


def test_what_is_stuck_grows_older_in_the_metrics_and_nothing_stuck_is_zero(letters):
    known = measured(letters)
    assert (known["oldest_unpublished_seconds"], known["oldest_waiting_seconds"]) == (0, 0)
    with letters.app.app_context(), in_region("demo"):
        write("nobody publishes me")
        keep(letters.runtime, [note("nobody handles me"), replace(note(), type="note.drawn.v1")])
    with time_machine.travel(now() + timedelta(seconds=90)):
        stuck = measured(letters)
    letters.drain()
    freed = measured(letters)

    assert 90 <= stuck["oldest_unpublished_seconds"] < 900
    assert 90 <= stuck["oldest_waiting_seconds"] < 900
    assert (stuck["events_waiting"], stuck["events_unknown"]) == (1, 1)
    assert (freed["oldest_unpublished_seconds"], freed["oldest_waiting_seconds"]) == (0, 0)
    assert (freed["events_waiting"], freed["events_unknown"]) == (0, 1)


def test_a_failed_event_waits_as_the_schedule_says_and_holds_back_its_subject(make_letters):
    letters = make_letters(RETRY_SCHEDULE="0,5,30")
    with time_machine.travel(now(), tick=False):
        letters.hear(note("poison"), note("behind", position=2))
        row, behind = inbox(letters)
        wait = (row.due_at - now()).total_seconds()

    assert (row.status, row.attempts) == ("pending", 1)
    assert 3 < wait < 7
    assert behind.status == "pending"
    with time_machine.travel(now() + timedelta(seconds=10)):
        letters.drain()
    assert inbox(letters)[0].attempts == 2


def test_a_parked_event_can_be_replayed_after_the_cause_is_mended(letters, monkeypatch):
    letters.hear(note("poison"))
    told: list[str] = []
    hears(letters, lambda event: told.append(event.subject))

    token = letters.client("svc-ops", "ops")
    answer = letters.call("POST", "/api/letters/v1/dead/replay", token=token, json={})
    letters.drain()

    assert answer.json == {"count": 1}
    assert told == ["note/1"]


def test_the_dead_list_is_for_operators_only(letters):
    path = "/api/letters/v1/dead"

    assert letters.call("GET", path).status_code == 401
    assert letters.call("GET", path, token=letters.person(uuid4(), "letters")).status_code == 403
    assert letters.call("GET", path, token=letters.client("svc-ops", "ops")).json == {"data": []}


def test_a_worker_that_lost_its_claim_changes_nothing(letters):
    store = letters.runtime
    with letters.app.app_context():
        letters.hear()
        from chassis.events import inbox as inboxes

        inboxes.keep(store, [note()])
        slow = Dispatcher(store, "slow")
        (row,) = slow._claims.claim(db.session.execute(slow._due).one())
        table = db.plumbing.inbox
        with db.transaction() as session:
            session.execute(update(table).values(claimed_by="quick"))
        slow._handle([row])

    assert heard(letters) == []
    assert inbox(letters)[0].status == "pending"


def test_what_a_worker_claimed_before_its_database_went_away_does_not_wait_for_the_claim(letters):
    with letters.app.app_context():
        from chassis.events import inbox as inboxes

        inboxes.keep(letters.runtime, [note()])
        mine, other = Dispatcher(letters.runtime, "mine"), Dispatcher(letters.runtime, "other")
        assert mine._claims.claim(db.session.execute(mine._due).one())
        db.session.rollback()
        assert not other.run()
        assert mine.run()

    assert heard(letters) == ["hello"]


def test_two_dispatchers_at_once_do_everything_once(letters):
    events = [note(str(n), subject=f"note/{n % 7}", position=n) for n in range(1, 61)]
    random.Random(7).shuffle(events)
    with letters.app.app_context():
        from chassis.events import inbox as inboxes

        inboxes.keep(letters.runtime, events)

    def work(name: str) -> None:
        with letters.app.app_context():
            while Dispatcher(letters.runtime, name).run():
                pass

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    letters.drain()

    done = heard(letters)
    assert sorted(map(int, done)) == list(range(1, 61))
    for subject in range(7):
        mine = [int(text) for text in done if int(text) % 7 == subject]
        assert mine == sorted(mine)


def test_the_feed_gives_the_whole_log_in_order_to_those_who_may_read_it(letters):
    with letters.app.app_context():
        for region in ("demo", "other"):
            with in_region(region):
                write(f"in {region}")
    letters.drain()
    path = "/api/letters/v1/events"

    everything = letters.call("GET", path, token=letters.client("svc-x", "events.read")).json
    one_region = letters.client("app-other", "events.read", region="other")
    theirs = letters.call("GET", path, token=one_region).json
    nobody = letters.call("GET", path, token=letters.person(uuid4(), "letters"))

    assert [event["position"] for event in everything["data"]] == [1, 2]
    assert [event["region"] for event in theirs["data"]] == ["other"]
    assert everything["head"] == theirs["next_after"] == 2
    assert nobody.status_code == 403


def test_the_feed_is_read_in_pages_that_miss_nothing(letters):
    with letters.app.app_context(), in_region("demo"):
        for number in range(25):
            write(str(number))
    letters.drain()
    token = letters.client("svc-x", "events.read")

    seen: list[int] = []
    after, more = 0, True
    while more:
        query = {"after": after, "limit": 10}
        page = letters.call("GET", "/api/letters/v1/events", token=token, query_string=query).json
        seen += [event["position"] for event in page["data"]]
        after, more = page["next_after"], page["has_more"]

    assert seen == list(range(1, 26))


def test_a_loop_that_fails_is_tried_again_and_stops_when_told(letters):
    turns: list[int] = []
    done = threading.Event()

    def stumbling() -> bool:
        turns.append(1)
        if len(turns) < 3:
            raise RuntimeError("stumbled")
        done.set()
        return False

    letters.runtime.loops[:] = [worker.Loop("stumbling", stumbling, every=0.01)]
    running = worker.Worker(letters.app)
    running.start()

    assert done.wait(10)
    assert running.stop(5)


def test_what_is_committed_travels_without_waiting_for_the_next_turn(letters):
    for loop in letters.runtime.loops:
        loop.every = 60.0
    running = worker.Worker(letters.app)
    running.start()
    arrived = threading.Event()
    runtimes.of(letters.app).bus.hear("ear", ["letter.written.v1"], lambda _events: arrived.set())
    with letters.app.app_context(), in_region("demo"):
        write("quickly")

    assert arrived.wait(5)
    assert running.stop(5)


def test_a_clock_that_was_wrong_once_does_not_date_later_ids_into_the_future():
    with time_machine.travel(now() + timedelta(days=400)):
        ahead = uuid7()

    assert uuid7() < ahead


def test_a_clock_set_back_a_little_does_not_turn_ids_around():
    before = uuid7()
    with time_machine.travel(now() - timedelta(seconds=30)):
        assert uuid7() > before


def test_ids_made_here_grow(letters):
    ids = [UUID(int=0)]
    ids += [uuid7() for _ in range(20_000)]

    assert ids == sorted(set(ids))
    assert {item.version for item in ids[1:]} == {7}
