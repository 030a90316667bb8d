"""A RabbitMQ that neither answers nor refuses: frozen, without a leader, behind a bad link."""

import threading
import time
from contextlib import contextmanager

import pytest

from chassis.events.bus import BusUnavailable, amqp
from chassis.events.bus import link as lines
from chassis.events.bus.amqp import RabbitBus, queue_of
from chassis.process.telemetry import BUS_UNANSWERED, QUEUES_REPLACED
from ops.engines.rabbit import VHOST, BrokerUser, Rabbit
from tests.builders.beside import BESIDE
from tests.builders.engines import engine_folder, or_skipped
from tests.builders.rabbit import control, publish
from tests.chassis.test_events import note
from tests.faults.links import Link
from tests.faults.processes import family, frozen, wait_for

pytestmark = pytest.mark.live
TYPES = ("note.written.v1",)
STUCK = 30.0  # seconds that no thread may wait


@pytest.fixture(scope="module")
def broker():
    users = {"notes": BrokerUser("one", publishes=TYPES), "letters": BrokerUser("two")}
    with or_skipped(), engine_folder() as folder:
        server = Rabbit(folder / "rabbit", users)
        server.start()
        RabbitBus(server.url("letters"), "letters").declare("letters", TYPES)
        yield server
        server.stop()


@pytest.fixture
def link(broker):
    one = Link(broker.port)
    yield one
    one.close()


def through(link, broker, user):
    return RabbitBus(broker.url(user).replace(str(broker.port), str(link.port)), user)


def test_publisher_and_hearer_give_up_a_silent_line_and_go_on_by_another(broker, link):
    notes, letters = through(link, broker, "notes"), through(link, broker, "letters")
    arrived, stop = [], threading.Event()
    [hearing] = letters.hear("letters", TYPES, arrived.extend)
    ear = threading.Thread(target=listen, args=(hearing, stop))
    ear.start()
    assert publish(notes, note("before")) == [True]
    wait_for(lambda: len(arrived) == 1, 30)

    link.half_open()
    began = time.monotonic()
    with pytest.raises(BusUnavailable):
        publish(notes, note("meanwhile", position=2))
    gave_up = time.monotonic() - began
    link.heal()
    publishing = wait_for(lambda: published(notes, note("meanwhile", position=2)), 15)
    hearing_again = wait_for(lambda: len({item.position for item in arrived}) == 2, 15)
    stop.set()
    ear.join(10)
    notes.close()

    print(f"gave up after {gave_up:.1f} s; back {publishing:.1f} and {hearing_again:.1f} s later")
    assert gave_up < STUCK + BESIDE
    assert not ear.is_alive()


def test_a_silent_broker_does_not_hold_up_who_asks_whether_a_service_can_serve(broker, link):
    notes = through(link, broker, "notes")
    link.half_open()
    began = time.monotonic()
    with pytest.raises(BusUnavailable):
        notes.check()

    assert time.monotonic() - began < 2.0 + BESIDE


def test_an_idle_publisher_stays_connected(broker, link):
    notes = through(link, broker, "notes")
    notes._parameters.heartbeat = 2  # the broker lets go of a silent publisher after 4 s
    publish(notes, note("first"))
    end = time.monotonic() + 7
    wait_for(lambda: notes.keep_alive() or time.monotonic() > end, 20)
    publish(notes, note("second", position=2))
    notes.close()

    assert link.accepted == 1


@pytest.fixture
def impatient(monkeypatch):
    """What would take ten seconds and a minute takes three."""
    monkeypatch.setattr(lines, "PATIENCE", 3)
    monkeypatch.setattr(amqp, "OUT_OF_REACH", 3.0)


@contextmanager
def heard_from(broker):
    """What a hearer at work has stored meanwhile."""
    letters, stop, arrived = RabbitBus(broker.url("letters"), "letters"), threading.Event(), []
    [loop] = letters.hear("letters", TYPES, arrived.extend)
    ear = threading.Thread(target=listen, args=(loop, stop))
    ear.start()
    try:
        yield arrived
    finally:
        stop.set()
        ear.join(30)
    assert not ear.is_alive()


@pytest.fixture
def arrived(broker):
    with heard_from(broker) as arrived:
        yield arrived


def texts(arrived):
    return {event.data["text"] for event in arrived}


def count(metric, service):
    return metric.labels(service)._value.get()


def test_a_broker_that_lives_and_confirms_nothing_is_given_up_and_asked_by_another_line(
    broker, link, impatient, arrived
):
    notes, before = through(link, broker, "notes"), count(BUS_UNANSWERED, "notes")
    notes._parameters.heartbeat = 1  # what comes back at all comes through
    publish(notes, note("before"))
    link.keep_confirms()
    with pytest.raises(BusUnavailable, match="NoAnswer"):
        publish(notes, note("unconfirmed", position=2))
    wait_for(lambda: "unconfirmed" in texts(arrived), 10)
    link.heal()
    wait_for(lambda: published(notes, note("after", position=3)), 10)
    notes.close()

    wait_for(lambda: texts(arrived) >= {"before", "unconfirmed", "after"}, 10)
    assert count(BUS_UNANSWERED, "notes") == before + 1
    assert link.accepted == 2


def test_a_frozen_broker_holds_nobody_and_loses_nothing(broker, impatient, arrived):
    notes, replaced = RabbitBus(broker.url("notes"), "notes"), count(QUEUES_REPLACED, "letters")
    publish(notes, note("before"))
    with frozen(family(broker.child.pid)):
        for _ in range(3):
            with pytest.raises(BusUnavailable):
                publish(notes, note("meanwhile", position=2))
    wait_for(lambda: published(notes, note("meanwhile", position=2)), 30)
    notes.close()

    wait_for(lambda: texts(arrived) >= {"before", "meanwhile"}, 30)
    assert count(QUEUES_REPLACED, "letters") == replaced


def test_a_queue_without_a_leader_holds_the_publisher_for_seconds_only(broker, impatient):
    notes = RabbitBus(broker.url("notes"), "notes")
    publish(notes, note("before"))
    leader = f"whereis('{VHOST}_{queue_of('letters')}')"
    control(broker, "eval", f"sys:suspend({leader}).")
    try:
        with pytest.raises(BusUnavailable, match="NoAnswer"):
            publish(notes, note("meanwhile", position=2))
    finally:
        control(broker, "eval", f"sys:resume({leader}).")
    wait_for(lambda: published(notes, note("meanwhile", position=2)), 20)
    notes.close()


def test_a_queue_that_the_broker_cannot_reach_any_more_is_declared_anew(broker, impatient):
    """As after a broker's death within seconds of a declaration: the queue is known, and gone."""
    notes, before = RabbitBus(broker.url("notes"), "notes"), count(QUEUES_REPLACED, "letters")
    server = f"{{'{VHOST}_{queue_of('letters')}', node()}}"
    control(broker, "eval", f"ra:force_delete_server(quorum_queues, {server}).")
    with pytest.raises(BusUnavailable):
        publish(notes, note("refused"))
    with heard_from(broker) as arrived:
        wait_for(lambda: published(notes, note("after", position=2)), 60)
        wait_for(lambda: "after" in texts(arrived), 20)
    notes.close()

    assert count(QUEUES_REPLACED, "letters") == before + 1


def listen(hearing, stop):
    while not stop.wait(0.05):
        try:
            hearing.run()
        except BusUnavailable:
            stop.wait(0.2)
    hearing.stop()


def published(bus, event):
    try:
        return publish(bus, event) == [True]
    except BusUnavailable:
        return False
