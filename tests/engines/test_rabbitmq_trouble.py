"""The bus on a broker in trouble, and on one that people have changed by hand."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pika.adapters.blocking_connection import BlockingChannel

from chassis.events.bus import BusUnavailable
from chassis.events.bus.amqp import PREFETCH, RabbitBus, queue_of
from chassis.events.envelope import Event
from chassis.events.inbox import EventData, hear
from chassis.process.manifest import discover
from chassis.process.telemetry import LOOP_FAILURES
from chassis.run.worker import Worker
from ops.engines.rabbit import Rabbit
from ops.migrate import migrate
from tests.builders.letters.app import create_app, keep_note
from tests.builders.letters.models import db
from tests.builders.rabbit import Ear, channel_of, control, publish, publish_all
from tests.builders.service import Service, settings_for, under_test
from tests.chassis.test_events import heard, inbox, note, outbox

pytestmark = pytest.mark.live
ROOT = Path(__file__).parents[2]


def until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def drop(line: Any) -> None:
    """Cut a connection as a network would: nobody says goodbye."""
    line._connection._impl._transport._sock.shutdown(2)


@pytest.fixture
def letters(broker, ear, tmp_path) -> Iterator[Service]:
    """The tiny service with the broker as its bus; a test starts its worker itself."""
    ear.close()
    settings = settings_for("letters", tmp_path) | {"BUS_URL": broker.url("letters")}
    service = under_test(create_app(settings))
    with service.app.app_context():
        db.metadata.create_all(db.engine)
    yield service
    with service.app.app_context():
        service.runtime.bus.close()
        db.session.remove()
        db.engine.dispose()


@contextmanager
def at_work(service: Service) -> Iterator[Worker]:
    worker = Worker(service.app)
    worker.start()
    try:
        yield worker
    finally:
        assert worker.stop(30)


def test_of_two_hearers_one_stands_by_so_that_the_order_stays(broker, publisher, ear):
    other = Ear(RabbitBus(broker.url("letters"), "letters"))
    other.events = ear.events  # one list for both: the order in which things were stored
    threads = [threading.Thread(target=item.until, args=(200, 90)) for item in (ear, other)]
    for thread in threads:
        thread.start()
    publish_all(publisher, [note(str(n), position=n) for n in range(1, 101)])
    assert until(lambda: len(ear.events) >= 50)
    drop(ear.loop.run.__self__.link)
    publish_all(publisher, [note(str(n), position=n) for n in range(101, 201)])
    for thread in threads:
        thread.join(100)
    other.loop.stop()
    other.bus.close()

    first_times = list(dict.fromkeys(int(event.data["text"]) for event in ear.events))
    assert first_times == list(range(1, 201))
    assert len(ear.events) <= 200 + PREFETCH


def test_sigterm_finishes_what_is_in_hand_and_gives_the_rest_back(broker, tmp_path):
    manifest = discover()["notification"]
    settings = settings_for("notification", tmp_path) | {
        "BUS_URL": broker.url("notification"),
        "PEERS_URL": "http://127.0.0.1:1",
    }
    migrate(manifest, settings)
    identity = RabbitBus(broker.url("identity"), "identity")
    told = [
        Event(
            type="unit.changed.v1",
            subject=f"unit/{n}",
            data={},
            version=1,
            region="demo",
            source="identity",
            position=n,
        )
        for n in range(1, 31)
    ]
    with channel_of(broker, "notification") as channel:
        queue = queue_of("notification")
        process = worker_process("notification", settings)
        assert until(lambda: consumers(channel, queue) == 1)
        lock = sqlite3.connect(tmp_path / "notification.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        publish_all(identity, told)
        identity.close()
        assert until(lambda: waiting(channel, queue) == len(told) - PREFETCH)
        process.terminate()
        with pytest.raises(subprocess.TimeoutExpired):  # it does not leave what it has in hand
            process.wait(1)
        lock.execute("ROLLBACK")

        assert process.wait(30) == 0
        stored = [
            UUID(row[0]) for row in lock.execute("SELECT event_id FROM inbox ORDER BY sequence")
        ]
        lock.close()
        assert until(lambda: waiting(channel, queue) == len(told) - len(stored))
        given_back = [Event.from_json(body).id for body in taken(channel, queue)]

    assert stored + given_back == [event.id for event in told]
    assert 1 <= len(stored) <= PREFETCH


def worker_process(service: str, settings: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "ops", "work", service],
        env=os.environ | settings,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def consumers(channel: BlockingChannel, queue: str) -> int:
    return int(channel.queue_declare(queue, passive=True).method.consumer_count)


def waiting(channel: BlockingChannel, queue: str) -> int:
    return int(channel.queue_declare(queue, passive=True).method.message_count)


def taken(channel: BlockingChannel, queue: str) -> Iterator[bytes]:
    for method, _, body in channel.consume(queue, auto_ack=True, inactivity_timeout=2):
        if method is None:
            return
        yield body


def test_a_store_longer_than_the_heartbeat_loses_nothing(broker, publisher, ear):
    ear.bus._parameters.heartbeat = 1
    ear.pauses = [5.0]
    publish_all(publisher, [note(str(n), position=n) for n in range(1, 13)])

    ear.until(12)
    first_times = list(dict.fromkeys(int(event.data["text"]) for event in ear.events))
    assert first_times == list(range(1, 13))


def test_a_handler_longer_than_the_heartbeat_keeps_the_connection(letters, publisher):
    letters.runtime.bus._parameters.heartbeat = 1
    patience = threading.Event()

    def dawdle(event: Event) -> None:
        patience.wait(5)
        keep_note(event)

    slow = hear(dawdle, replay="rebuild", reads=EventData())
    letters.runtime.heard["note.written.v1"] = slow  # type: ignore[index]
    consumer = next(loop for loop in letters.runtime.loops if loop.name == "consumer").run.__self__
    with at_work(letters):
        publish_all(publisher, [note("1", position=1)])
        assert until(lambda: bool(inbox(letters)))
        connection = consumer.link._connection
        assert until(lambda: len(heard(letters)) == 1)
        patience.set()
        publish_all(publisher, [note("2", position=2)])
        assert until(lambda: len(heard(letters)) == 2)

        assert consumer.link._connection is connection
    assert heard(letters) == ["1", "2"]


@contextmanager
def memory_alarm(broker: Rabbit) -> Iterator[None]:
    """The broker takes nothing from publishers meanwhile, and does not say no either."""
    control(broker, "set_vm_memory_high_watermark", "0")
    try:
        yield
    finally:
        control(broker, "set_vm_memory_high_watermark", "absolute", "512MB")


def test_a_blocked_broker_fails_a_publish_soon_and_holds_no_request(broker, letters):
    publisher = RabbitBus(broker.url("notes"), "notes")
    token = letters.person(uuid4(), "letters")
    publish(publisher, note("before"))
    with memory_alarm(broker):
        began = time.monotonic()
        with pytest.raises(BusUnavailable, match="Blocked"):
            publish(publisher, note("during", position=2))
        refused_after = time.monotonic() - began
        with at_work(letters):
            began = time.monotonic()
            made = letters.call("POST", "/api/letters/v1/letters", token=token, json={"text": "x"})
            looked = letters.call("GET", "/readyz")
            held_for = time.monotonic() - began
            failures = LOOP_FAILURES.labels("letters", "publisher")._value
            so_far = failures.get()
            assert until(lambda: failures.get() > so_far)
            assert [row.published_at for row in outbox(letters)] == [None]
    with at_work(letters):
        assert until(lambda: all(row.published_at for row in outbox(letters)))
    publish_all(publisher, [note("after", position=3)])
    publisher.close()

    assert held_for < refused_after
    assert (made.status_code, looked.status_code) == (201, 200)
    assert looked.json["checks"]["bus"] == "ok"


def test_a_worker_comes_back_by_itself_and_does_not_hammer(broker, letters, publisher):
    failures = LOOP_FAILURES.labels("letters", "consumer")._value
    with at_work(letters):
        publish_all(publisher, [note("before")])
        assert until(lambda: heard(letters) == ["before"])
        before = failures.get()
        broker.kill()
        time.sleep(8)  # the outage itself
        tried = failures.get() - before
        broker.start()
        publish_all(publisher, [note("after", position=2)])
        assert until(lambda: heard(letters) == ["before", "after"])

    assert 1 <= tried <= 12
