"""The bus on a real broker."""

import socket
import time
from collections.abc import Iterator

import pika
import pytest

from chassis.bus import BusUnavailable
from chassis.bus.amqp import EXCHANGE, RabbitBus, queue_of
from chassis.envelope import Event
from ops.engines.rabbit import BrokerUser, Rabbit
from tests.builders.engines import engine_folder, or_skipped
from tests.chassis.test_events import note

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
TYPES = ("note.written.v1",)


@pytest.fixture(scope="module")
def broker() -> Iterator[Rabbit]:
    users = {
        "notes": BrokerUser("secret-1", publishes=TYPES),
        "letters": BrokerUser("secret-2", publishes=("letter.written.v1",)),
    }
    with or_skipped(), engine_folder() as folder:
        server = Rabbit(folder / "rabbit", users)
        server.start()
        yield server
        server.stop()


@pytest.fixture
def publisher(broker) -> Iterator[RabbitBus]:
    bus = RabbitBus(broker.url("notes"), "notes")
    yield bus
    bus.close()


@pytest.fixture
def ear(broker) -> Iterator["Ear"]:
    listening = Ear(RabbitBus(broker.url("letters"), "letters"))
    yield listening
    listening.close()


class Ear:
    """Hears into a list; can be told to fail while storing."""

    def __init__(self, bus: RabbitBus) -> None:
        self.events: list[Event] = []
        self.failures = 0
        self.bus = bus
        bus.declare("letters", TYPES)
        (self.loop,) = bus.hear("letters", TYPES, self._store)

    def _store(self, event: Event) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the inbox could not be written")
        self.events.append(event)

    def until(self, count: int, seconds: float = 60) -> list[str]:
        deadline = time.monotonic() + seconds
        while len({e.id for e in self.events}) < count and time.monotonic() < deadline:
            try:
                self.loop.run()
            except (BusUnavailable, RuntimeError):
                self.loop.stop()
                time.sleep(0.2)
        return [str(event.data["text"]) for event in self.events]

    def close(self) -> None:
        self.until(10**6, seconds=0.6)
        self.loop.stop()
        self.bus.close()


def publish_all(bus: RabbitBus, events: list[Event]) -> None:
    """Publish as the relay does: again until confirmed."""
    deadline = time.monotonic() + 120
    for event in events:
        while True:
            try:
                assert bus.publish(event) is True
                break
            except BusUnavailable:
                assert time.monotonic() < deadline
                time.sleep(0.3)


def test_what_is_confirmed_arrives_whole(publisher, ear):
    event = note("halo", request_id="request-1")

    assert publisher.publish(event) is True
    assert ear.until(1) == ["halo"]
    assert ear.events[0] == event


def test_what_nobody_hears_is_told_and_not_lost_silently(broker, publisher, ear):
    unheard = RabbitBus(broker.url("letters"), "letters")
    event = Event.from_cloudevent(note().to_cloudevent() | {"type": "letter.written.v1"})

    assert unheard.publish(event) is False
    unheard.close()


def test_a_service_may_not_publish_another_services_events(broker, ear):
    intruder = RabbitBus(broker.url("letters"), "letters")

    with pytest.raises(BusUnavailable, match="403"):
        intruder.publish(note("forged"))
    intruder.close()
    assert ear.until(1, seconds=1) == []


def test_a_wrong_password_is_a_clear_error(broker):
    with pytest.raises(BusUnavailable):
        RabbitBus(broker.url("notes").replace("secret-1", "wrong"), "notes").check()


def test_an_event_that_could_not_be_stored_comes_again(publisher, ear):
    ear.failures = 1
    publisher.publish(note("again"))

    assert ear.until(1) == ["again"]


def test_a_message_that_is_no_event_is_set_aside_and_blocks_nobody(broker, publisher, ear):
    connection = pika.BlockingConnection(pika.URLParameters(broker.url("notes")))
    connection.channel().basic_publish(EXCHANGE, TYPES[0], b"not an event")
    connection.close()
    publisher.publish(note("behind it"))

    assert ear.until(1) == ["behind it"]


def test_a_lost_queue_and_exchange_are_declared_again(broker, publisher, ear):
    connection = pika.BlockingConnection(pika.URLParameters(broker.url("letters")))
    channel = connection.channel()
    channel.queue_delete(queue_of("letters"))
    channel.exchange_delete(EXCHANGE)
    connection.close()

    with pytest.raises(BusUnavailable):
        publisher.publish(note("into nothing"))
    ear.until(1, seconds=4)
    publish_all(publisher, [note("and on", position=2)])

    assert "and on" in ear.until(1)


def test_a_broker_killed_and_started_again_loses_nothing_confirmed(broker, publisher, ear):
    events = [note(str(n), subject=f"note/{n}", position=n) for n in range(1, 201)]
    time.sleep(2)  # a quorum queue killed within a second of its declaration is another test
    publish_all(publisher, events[:100])
    broker.kill()
    with pytest.raises(BusUnavailable):
        publisher.publish(events[100])
    broker.start()
    publish_all(publisher, events[100:])

    assert sorted(set(map(int, ear.until(200)))) == list(range(1, 201))


def test_an_idle_publisher_survives_a_dropped_connection(publisher, ear):
    publisher.publish(note("before", position=1))
    publisher._publishing._connection._impl._transport._sock.shutdown(socket.SHUT_RDWR)
    publish_all(publisher, [note("after", subject="note/2", position=2)])

    assert "after" in ear.until(2)
