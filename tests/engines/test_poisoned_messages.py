"""Whatever lies in a service's queue, its consumer goes on: it stores the message or puts it away."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from chassis.events.bus.amqp import _Consumer, _Message
from chassis.events.inbox import store_into
from tests.builders.service import Service
from tests.chassis.test_events import heard, note

pytestmark = pytest.mark.live
ATTRIBUTES = sorted(note().to_cloudevent())
WRONG: tuple[Any, ...] = (
    None, True, -1, 1.5, 2**70, float("inf"), "", "x" * 200, "a\0b", "\ud800", {}, ["x"],
    {"text": "\ud800"}, "2026-11-02T01:00:00",
)  # fmt: skip


@dataclass
class Channel:
    """What a broker is told about its messages."""

    settled: list[str] = field(default_factory=list)

    def basic_ack(self, _tag: int, *, multiple: bool) -> None:
        assert multiple
        self.settled.append("stored")

    def basic_reject(self, _tag: int, *, requeue: bool) -> None:
        self.settled.append("comes again" if requeue else "put away")


def bring(letters: Service, body: bytes) -> str:
    """Let the consumer have one message; says what became of it."""
    channel: Any = Channel()
    consumer = _Consumer(None, None, "letters", (), store_into(letters.app))  # type: ignore[arg-type]
    consumer._settle([_Message(channel, 1, body)])
    (settled,) = channel.settled
    return str(settled)


def broken(attribute: str) -> list[bytes]:
    whole = note(f"{attribute} is broken").to_cloudevent()
    rest = {name: value for name, value in whole.items() if name != attribute}
    return [
        json.dumps(message).encode() for message in (rest, *({**rest, attribute: v} for v in WRONG))
    ]


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_an_envelope_with_a_broken_attribute_is_stored_or_put_away(letters, attribute):
    ends = {bring(letters, body) for body in broken(attribute)}
    letters.drain()

    assert ends <= {"stored", "put away"}
    assert bring(letters, note("good", subject="note/good").to_json().encode()) == "stored"
    letters.drain()
    assert "good" in heard(letters)


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"null", b"[]", b"7", b"[" * 100_000, b'{"data":' * 5_000 + b"1" + b"}" * 5_000],
    ids=["empty", "no text", "null", "a list", "a number", "deep", "deep objects"],
)  # fmt: skip
def test_what_is_no_event_at_all_is_put_away(letters, body):
    assert bring(letters, body) == "put away"
