"""A broker of our own, and somebody who hears from it."""

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pika
from pika.adapters.blocking_connection import BlockingChannel

from chassis.events.bus import Bus, BusUnavailable
from chassis.events.bus.amqp import RabbitBus
from chassis.events.envelope import Event
from chassis.process.manifest import discover
from ops.engines.process import find
from ops.engines.rabbit import BrokerUser, Rabbit

TYPES = ("note.written.v1",)


def a_broker(folder: Path) -> Rabbit:
    """A broker, not yet started, that knows the tiny services and the real ones."""
    users = {
        "notes": BrokerUser("secret-1", publishes=(*TYPES, "note.sung.v1")),
        "letters": BrokerUser("secret-2", publishes=("letter.written.v1",)),
    }
    for name, manifest in discover().items():
        users[name] = BrokerUser(f"secret-of-{name}", publishes=manifest.may_publish)
    return Rabbit(folder / "rabbit", users)


def control(broker: Rabbit, *words: str) -> str:
    """Have the broker's own tool do something, and return what it printed."""
    program = Path("/usr/lib/rabbitmq/bin/rabbitmqctl")
    done = subprocess.run(
        [str(program) if program.exists() else find("rabbitmqctl", "rabbitmq-server"), *words],
        env={**os.environ, **broker.environment()},
        user=broker.user,
        cwd=broker.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


class Ear:
    """Hears into a list, as a worker's loop does; can be told to fail or to dawdle in storing."""

    def __init__(self, bus: RabbitBus) -> None:
        self.events: list[Event] = []
        self.failures = 0
        self.pauses: list[float] = []
        self.bus = bus
        bus.declare("letters", TYPES)
        (self.loop,) = bus.hear("letters", TYPES, self._store)

    def _store(self, events: Sequence[Event]) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the inbox could not be written")
        if self.pauses:
            time.sleep(self.pauses.pop())
        self.events.extend(events)

    def until(self, count: int, seconds: float = 60) -> list[str]:
        deadline = time.monotonic() + seconds
        while len({e.id for e in self.events}) < count and time.monotonic() < deadline:
            try:
                self.loop.run()
            except (BusUnavailable, RuntimeError):
                time.sleep(0.2)
        return [str(event.data["text"]) for event in self.events]

    def close(self) -> None:
        self.until(10**6, seconds=0.6)
        self.loop.stop()
        self.bus.close()


def publish(bus: Bus, *events: Event) -> list[bool]:
    """Publish events together; say of each whether somebody hears it."""
    return list(bus.publish(events))


def publish_all(bus: RabbitBus, events: list[Event]) -> None:
    """Publish as the relay does: again until confirmed."""
    deadline = time.monotonic() + 120
    for event in events:
        while True:
            try:
                if publish(bus, event) != [True]:
                    raise AssertionError(f"nobody hears {event.type}")
                break
            except BusUnavailable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)


@contextmanager
def channel_of(broker: Rabbit, user: str) -> Iterator[BlockingChannel]:
    connection = pika.BlockingConnection(pika.URLParameters(broker.url(user)))
    try:
        yield connection.channel()
    finally:
        connection.close()
