"""Events go their way many at a time: what a batch costs, and that one of it harms only itself."""

import threading
from collections import Counter

import pytest
from sqlalchemy import select

from chassis.events.dispatcher import Dispatcher
from chassis.events.envelope import Event
from chassis.events.inbox import EventData, hear, keep
from chassis.events.relay import Relay
from chassis.process.context import current
from chassis.process.loops import Loop, SharedWake
from chassis.process.regions import in_region
from chassis.run.worker import Worker
from tests.builders.counting import Asked, counted
from tests.builders.letters.app import tell, write
from tests.builders.letters.models import Heard, db
from tests.builders.service import Service
from tests.chassis.test_events import FlakyBus, heard, inbox, note, outbox


def notes(count: int, **more: str) -> list[Event]:
    return [
        note(more.get(str(n), str(n)), subject=f"note/{n}", position=n) for n in range(1, count + 1)
    ]


def handled(letters: Service, events: list[Event]) -> Asked:
    """Handle events that have arrived, in one turn, and count what it asks."""
    with letters.app.app_context():
        keep(letters.runtime, events)
        with counted() as asked:
            assert Dispatcher(letters.runtime, "me").run()
    return asked


def hears_nothing(letters: Service) -> None:
    silent = hear(lambda _event: None, replay="rebuild", reads=EventData())
    letters.runtime.heard = {"note.written.v1": silent}


@pytest.mark.parametrize("count", [1, 50])
def test_a_batch_is_found_claimed_and_done_by_one_statement_each(letters, count):
    hears_nothing(letters)

    assert handled(letters, notes(count)) == Asked(statements=3, commits=2)
    assert {row.status for row in inbox(letters)} == {"done"}


@pytest.mark.parametrize("count", [1, 50])
def test_a_batch_that_arrives_is_stored_by_one_statement(letters, count):
    with letters.app.app_context(), counted() as asked:
        assert keep(letters.runtime, notes(count)) == count

    assert asked == Asked(statements=1, commits=1)


def test_what_comes_twice_in_one_batch_or_in_two_is_stored_once(letters):
    one, two = notes(2)
    with letters.app.app_context():
        assert keep(letters.runtime, [one, one]) == 1
        assert keep(letters.runtime, [one, two]) == 1

    assert [row.event_id for row in inbox(letters)] == [one.id, two.id]


@pytest.mark.parametrize("count", [1, 50])
def test_a_batch_is_numbered_by_three_statements_and_published_by_two(letters, count):
    letters.runtime.bus = FlakyBus(good=99)
    relay = Relay(letters.runtime, "me")
    with letters.app.app_context(), in_region("demo"):
        write("the lease is taken")
        relay.run()
        relay.publish()
        for number in range(count):
            write(str(number))
        with counted() as numbering:
            assert relay.run()
        with counted() as publishing:
            assert relay.publish()

    assert numbering == Asked(statements=3, commits=1)
    assert publishing == Asked(statements=2, commits=1)
    assert all(row.published_at for row in outbox(letters))


@pytest.mark.parametrize(("poison", "attempts"), [("poison", 3), ("nonsense", 1)])
def test_a_poisoned_event_among_fifty_harms_only_itself(letters, poison, attempts):
    with letters.app.app_context():
        keep(letters.runtime, notes(50, **{"25": poison}))
    letters.drain()

    assert sorted(map(int, heard(letters))) == [n for n in range(1, 51) if n != 25]
    ended = Counter((row.status, row.attempts) for row in inbox(letters))
    assert ended == {("done", 0): 49, ("parked", attempts): 1}


def test_what_failed_once_is_tried_alone_and_the_others_stay_together(letters):
    with letters.app.app_context():
        keep(letters.runtime, notes(50, **{"25": "poison"}))
        Dispatcher(letters.runtime, "me").run()
    hears_nothing(letters)
    later = [note(str(n), subject=f"later/{n}", position=n) for n in range(51, 100)]

    # Found and claimed together, then "done" of the one and of the others.
    assert handled(letters, later) == Asked(statements=4, commits=3)


def test_each_event_of_a_batch_is_handled_as_the_cause_of_its_own_effects(letters):
    causes: list[str | None] = []

    def note_cause(_event: Event) -> None:
        context = current()
        causes.append(context and context.causation_id)

    letters.runtime.heard = {
        "note.written.v1": hear(note_cause, replay="rebuild", reads=EventData())
    }
    events = notes(20)
    handled(letters, events)

    assert sorted(map(str, causes)) == sorted(str(event.id) for event in events)


def test_events_of_several_regions_are_handled_each_in_its_own(letters):
    regions = ("demo", "north", "south")
    mixed = [
        Event.from_cloudevent(each.to_cloudevent() | {"region": regions[number % 3]})
        for number, each in enumerate(notes(30))
    ]
    handled(letters, mixed)

    for number, region in enumerate(regions):
        with letters.app.app_context(), in_region(region):
            mine = {each.data["text"] for each in mixed[number::3]}
            assert set(db.session.scalars(select(Heard.text))) == mine


class RecordingBus(FlakyBus):
    """Remembers which events were under way together."""

    def __init__(self) -> None:
        super().__init__(good=99)
        self.windows: list[list[str]] = []

    def publish(self, events):
        self.windows.append([event.subject for event in events])
        return super().publish(events)


def test_never_two_events_of_one_subject_are_under_way_at_once(letters):
    bus = letters.runtime.bus = RecordingBus()
    with letters.app.app_context(), in_region("demo"):
        letter = write("first")
        others = [write(str(number)) for number in range(3)]
        for text in ("second", "third"):
            with db.transaction():
                letter.change(text=text)
                tell(letter)
    letters.drain()

    mine = f"letter/{letter.id}"
    assert bus.windows == [[mine, *(f"letter/{each.id}" for each in others)], [mine], [mine]]
    assert [event.position for event in bus.taken] == [1, 2, 3, 4, 5, 6]


def test_a_wake_up_that_loops_share_is_for_one_of_them_and_all_end_when_told(letters):
    turns, wake, looked = Counter[str](), SharedWake(), threading.Semaphore(0)

    def look(name: str) -> bool:
        turns[name] += 1
        looked.release()
        return False

    letters.runtime.loops[:] = [
        Loop(name, lambda name=name: look(name), every=30.0, topic="work", wake=wake)
        for name in ("one", "two", "three")
    ]
    running = Worker(letters.app)
    running.start()
    for _ in range(3):
        assert looked.acquire(timeout=10)
    letters.runtime.wake("work")
    assert looked.acquire(timeout=10)

    assert running.stop(10)
    assert sum(turns.values()) == 4
