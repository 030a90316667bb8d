"""A RabbitMQ that neither answers nor refuses, behind a link that swallows."""

import threading
import time

import pytest

from chassis.events.bus import BusUnavailable
from chassis.events.bus.amqp import RabbitBus
from ops.engines.rabbit import BrokerUser, Rabbit
from tests.builders.beside import BESIDE
from tests.builders.engines import engine_folder, or_skipped
from tests.chassis.test_events import note
from tests.faults.links import Link
from tests.faults.processes import wait_for

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
    [hearing] = letters.hear("letters", TYPES, arrived.append)
    ear = threading.Thread(target=listen, args=(hearing, stop))
    ear.start()
    assert notes.publish(note("before")) is True
    wait_for(lambda: len(arrived) == 1, 30)

    link.half_open()
    began = time.monotonic()
    with pytest.raises(BusUnavailable):
        notes.publish(note("meanwhile", position=2))
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
    notes.publish(note("first"))
    end = time.monotonic() + 7
    wait_for(lambda: notes.keep_alive() or time.monotonic() > end, 20)
    notes.publish(note("second", position=2))
    notes.close()

    assert link.accepted == 1


def listen(hearing, stop):
    while not stop.wait(0.05):
        try:
            hearing.run()
        except BusUnavailable:
            stop.wait(0.2)
    hearing.stop()


def published(bus, event):
    try:
        return bus.publish(event)
    except BusUnavailable:
        return False
