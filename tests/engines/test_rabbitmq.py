"""The bus on a real broker."""

import socket
import time
from contextlib import suppress

import pika
import pytest

from chassis.events.bus import BusUnavailable
from chassis.events.bus.amqp import EXCHANGE, RabbitBus, queue_of
from chassis.events.envelope import Event
from tests.builders.rabbit import TYPES, publish, publish_all
from tests.chassis.test_events import note

pytestmark = pytest.mark.live


def test_what_is_confirmed_arrives_whole(publisher, ear):
    event = note("halo", request_id="request-1")

    assert publish(publisher, event) == [True]
    assert ear.until(1) == ["halo"]
    assert ear.events[0] == event


def test_what_nobody_hears_is_told_and_not_lost_silently(broker, publisher, ear):
    unheard = RabbitBus(broker.url("letters"), "letters")
    event = Event.from_cloudevent(note().to_cloudevent() | {"type": "letter.written.v1"})

    assert publish(unheard, event) == [False]
    unheard.close()


def test_of_many_under_way_each_is_told_by_itself(broker, publisher, ear):
    events = [note(str(n), subject=f"note/{n}", position=n) for n in range(1, 201)]
    deaf = [
        Event.from_cloudevent(each.to_cloudevent() | {"type": "note.sung.v1"}) for each in events
    ]
    mixed = [deaf[n] if n % 10 == 0 else events[n] for n in range(200)]

    assert publish(publisher, *mixed) == [n % 10 != 0 for n in range(200)]
    assert publish(publisher, note("behind them", subject="note/0")) == [True]
    assert ear.until(181) == [*(str(n + 1) for n in range(200) if n % 10), "behind them"]


def test_a_broker_that_dies_with_many_under_way_loses_none_that_it_confirmed(
    broker, publisher, ear
):
    time.sleep(2)  # a quorum queue killed within a second of its declaration is another test
    events = [note(str(n), subject=f"note/{n}", position=n) for n in range(1, 101)]
    confirmed: list[bool] = []
    with suppress(BusUnavailable):
        for outcome in publisher.publish(events):
            confirmed.append(outcome)
            if len(confirmed) == 40:
                broker.kill()
    broker.start()

    assert all(confirmed)
    assert len(confirmed) >= 40
    heard = ear.until(len(confirmed))
    assert set(heard) >= {str(n) for n in range(1, len(confirmed) + 1)}


def test_what_a_hearer_had_in_hand_when_it_broke_off_comes_back_in_its_order(
    broker, publisher, ear
):
    ear.failures = 1
    publish(publisher, *[note(str(n), subject=f"note/{n}", position=n) for n in range(1, 31)])
    with pytest.raises(RuntimeError):
        ear.loop.run()
    ear.loop.stop()

    assert [int(text) for text in ear.until(30)] == list(range(1, 31))


def test_a_service_may_not_publish_another_services_events(broker, ear):
    intruder = RabbitBus(broker.url("letters"), "letters")

    with pytest.raises(BusUnavailable, match="403"):
        publish(intruder, note("forged"))
    intruder.close()
    assert ear.until(1, seconds=1) == []


def test_a_wrong_password_is_a_clear_error(broker):
    with pytest.raises(BusUnavailable):
        RabbitBus(broker.url("notes").replace("secret-1", "wrong"), "notes").check()


def test_what_waits_for_a_hearer_can_be_counted(broker, publisher, ear):
    publish_all(publisher, [note(str(n), position=n) for n in range(1, 4)])

    assert ear.bus.depth("letters") == 3
    assert ear.until(3) == ["1", "2", "3"]


def test_an_event_that_could_not_be_stored_comes_again(publisher, ear):
    ear.failures = 1
    publish(publisher, note("again"))

    assert ear.until(1) == ["again"]


def test_many_failures_to_store_do_not_make_a_hearer_deaf_or_change_the_order(publisher, ear):
    ear.failures = 15
    publish_all(publisher, [note(str(n), position=n) for n in range(1, 31)])

    assert [int(text) for text in ear.until(30)] == list(range(1, 31))


def test_a_message_that_is_no_event_is_set_aside_and_blocks_nobody(broker, publisher, ear):
    connection = pika.BlockingConnection(pika.URLParameters(broker.url("notes")))
    connection.channel().basic_publish(EXCHANGE, TYPES[0], b"not an event")
    connection.close()
    publish(publisher, note("behind it"))

    assert ear.until(1) == ["behind it"]


def test_a_lost_queue_and_exchange_are_declared_again(broker, publisher, ear):
    connection = pika.BlockingConnection(pika.URLParameters(broker.url("letters")))
    channel = connection.channel()
    channel.queue_delete(queue_of("letters"))
    channel.exchange_delete(EXCHANGE)
    connection.close()

    with pytest.raises(BusUnavailable):
        publish(publisher, note("into nothing"))
    ear.until(1, seconds=4)
    publish_all(publisher, [note("and on", position=2)])

    assert "and on" in ear.until(1)


def test_a_broker_killed_and_started_again_loses_nothing_confirmed(broker, publisher, ear):
    events = [note(str(n), subject=f"note/{n}", position=n) for n in range(1, 201)]
    time.sleep(2)  # a quorum queue killed within a second of its declaration is another test
    publish_all(publisher, events[:100])
    broker.kill()
    with pytest.raises(BusUnavailable):
        publish(publisher, events[100])
    broker.start()
    publish_all(publisher, events[100:])

    assert sorted(set(map(int, ear.until(200)))) == list(range(1, 201))


def test_an_idle_publisher_survives_a_dropped_connection(publisher, ear):
    publish(publisher, note("before", position=1))
    publisher._publishing._connection._impl._transport._sock.shutdown(socket.SHUT_RDWR)
    publish_all(publisher, [note("after", subject="note/2", position=2)])

    assert "after" in ear.until(2)
