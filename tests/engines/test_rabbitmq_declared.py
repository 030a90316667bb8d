"""What the bus declares on a broker, and what it says where somebody declared otherwise."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from pika.adapters.blocking_connection import BlockingChannel

from chassis.events.bus import BusMisconfigured
from chassis.events.bus.amqp import PREFETCH, RabbitBus, queue_of
from chassis.process.manifest import discover
from ops.migrate import migrate
from ops.speech import Stop
from tests.builders.rabbit import Ear, channel_of, control, publish
from tests.builders.service import settings_for
from tests.chassis.test_events import note

TYPES = ("note.written.v1",)
EARLIER = {
    "x-queue-type": "quorum",
    "x-delivery-limit": 100,
    "x-dead-letter-exchange": "simpul.dead",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}
pytestmark = pytest.mark.live


def test_a_queue_with_other_arguments_stops_the_deploy_step_and_says_what_to_do(broker, tmp_path):
    manifest = discover()["documents"]
    queue = queue_of("documents")
    settings = settings_for("documents", tmp_path) | {"BUS_URL": broker.url("documents")}
    with channel_of(broker, "documents") as channel:
        channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
        bus = RabbitBus(broker.url("documents"), "documents")
        with pytest.raises(BusMisconfigured, match="x-"):
            bus.declare("documents", ())
        with pytest.raises(Stop, match=f"{queue}.*delete_queue"):
            migrate(manifest, settings)
        channel.queue_delete(queue)

    migrate(manifest, settings)


def test_a_queue_of_the_first_release_keeps_working_and_is_named(broker, monkeypatch):
    queue, told = queue_of("documents"), []
    listening = SimpleNamespace(warning=lambda event, **_facts: told.append(event))
    monkeypatch.setattr("chassis.events.bus.amqp.log", listening)
    with channel_of(broker, "documents") as channel:
        channel.queue_delete(queue)
        channel.queue_declare(queue, durable=True, arguments=EARLIER)
        bus = RabbitBus(broker.url("documents"), "documents")
        bus.declare("documents", TYPES)
        channel.queue_delete(queue)

    assert told == ["queue_without_single_active_consumer"]


@pytest.fixture
def declared(broker, publisher, ear, monkeypatch) -> list[tuple[str, tuple[Any, ...], Any]]:
    """Every declaration that the bus makes of exchanges, queues and prefetch."""
    made: list[tuple[str, tuple[Any, ...], Any]] = []
    for name in ("exchange_declare", "queue_declare", "basic_qos"):
        monkeypatch.setattr(BlockingChannel, name, recording(name, made))
    fresh = Ear(RabbitBus(broker.url("letters"), "letters"))
    publish(publisher, note("halo"))
    fresh.until(1)
    fresh.close()
    return made


def test_the_next_major_version_takes_everything_that_is_declared(declared):
    queues = {words[0]: given for name, words, given in declared if name == "queue_declare"}
    rest = [(name, words, given) for name, words, given in declared if name != "queue_declare"]

    assert set(queues) == {"letters.inbox", "dead"}
    for given in queues.values():
        assert given["durable"] is True
        assert given["arguments"]["x-queue-type"] == "quorum"
        assert set(given) == {"durable", "arguments"}  # neither exclusive nor auto-delete
        assert not {"x-queue-mode", "x-ha-policy", "x-max-priority"} & set(given["arguments"])
    assert sorted({(name, words, *given.items()) for name, words, given in rest}) == [
        ("basic_qos", (), ("prefetch_count", PREFETCH)),  # of the consumer, not global
        ("exchange_declare", ("simpul.dead", "fanout"), ("durable", True)),
        ("exchange_declare", ("simpul.events", "topic"), ("durable", True)),
    ]


def test_the_broker_holds_durable_quorum_queues_and_nothing_else(broker, ear):
    kept = control(broker, "-q", "list_queues", "-p", "simpul", "name", "durable", "type")
    rows = [line.split() for line in kept.splitlines()[1:]]

    assert rows
    assert {(durable, kind) for _, durable, kind in rows} == {("true", "quorum")}


def recording(name: str, into: list[Any]) -> Callable[..., Any]:
    """The real method, which also notes how it was called."""
    real = getattr(BlockingChannel, name)

    def call(channel: BlockingChannel, *words: Any, **options: Any) -> Any:
        into.append((name, words, options))
        return real(channel, *words, **options)

    return call
