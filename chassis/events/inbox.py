"""What a service has heard: stored once per event id, before anything is done about it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from types import NoneType
from typing import Any, Literal, get_args
from uuid import UUID

import marshmallow
from flask import Flask
from marshmallow import fields
from sqlalchemy.dialects import postgresql, sqlite

from chassis.events.envelope import Event
from chassis.http.values import Truth
from chassis.process import runtime as runtimes
from chassis.process.clock import now
from chassis.process.failpoints import failpoint
from chassis.process.runtime import Runtime

Handler = Callable[[Event], None]
Together = Callable[[Sequence[Event]], None]
Replay = Literal["rebuild", "skip"]
NOTHING_IS_OLD: Mapping[str, int] = {}


class Unprocessable(Exception):
    """The event can never be handled as it is: park it at once, do not try again."""


class EventData(marshmallow.Schema):
    """What a handler reads of an event's data, and as what. Further fields are tolerated."""

    class Meta:
        unknown = marshmallow.EXCLUDE


_KINDS: dict[Any, Callable[..., fields.Field[Any]]] = {
    UUID: fields.UUID,
    str: fields.String,
    bool: Truth,
    int: partial(fields.Integer, strict=True),
    date: fields.Date,
    datetime: fields.AwareDateTime,
}


def reading(**kinds: Any) -> EventData:
    """Say what a handler reads: each member with its type, `X | None` where null is fine."""
    made = {name: _field(kind) for name, kind in kinds.items()}
    schema: EventData = type("Reading", (EventData,), made)()
    return schema


def _field(kind: Any) -> fields.Field[Any]:
    (known, *_), null = get_args(kind) or (kind,), NoneType in get_args(kind)
    return _KINDS[known](required=True, allow_none=null)


@dataclass(frozen=True)
class Hearing:
    """A handler, whether history is replayed into it when the service is rebuilt, what it reads."""

    handler: Together
    replay: Replay
    reads: EventData

    def handle(self, events: Sequence[Event]) -> None:
        """Handle events whose data is what the handler reads. Raises `Unprocessable` if not."""
        for event in events:
            if faults := self.reads.validate(event.data):
                raise Unprocessable(f"malformed: {faults}")
        self.handler(events)


def hear(handler: Handler, *, replay: Replay, reads: EventData) -> Hearing:
    """Pair a handler with its replay rule and what it reads.

    "rebuild": history builds the service's copies. "skip": old events are only listed, so that
    a rebuilt service does not, for example, send last year's notices again. An event that is not
    what `reads` says is parked at once: no later try would find it better.
    """
    return Hearing(partial(_one_by_one, handler), replay, reads)


def hear_together(handler: Together, *, replay: Replay, reads: EventData) -> Hearing:
    """As `hear`, with a handler that takes events of different subjects at once.

    It handles all of them or raises; then each comes to it alone. What it does for one of them
    that others can see is done within that event's `as_cause`.
    """
    return Hearing(handler, replay, reads)


def _one_by_one(handler: Handler, events: Sequence[Event]) -> None:
    for event in events:
        # What the handler binds for an event is gone with it.
        copy_context().run(_caused, handler, event)


def _caused(handler: Handler, event: Event) -> None:
    with event.as_cause():
        handler(event)


def store_into(app: Flask) -> Callable[[Collection[Event]], None]:
    """Return what the bus calls with the messages that came: store them, then return."""

    def store(events: Collection[Event]) -> None:
        with app.app_context():
            keep(runtimes.of(app), events)

    return store


def keep(
    runtime: Runtime, events: Collection[Event], *, born_at: Mapping[str, int] = NOTHING_IS_OLD
) -> int:
    """Store the events not known yet, in one transaction; return how many.

    Also of types this release does not hear: a later one bound them to the queue that both read.
    An event at or before position `born_at` of its type happened before this service heard that
    type: its handler's replay rule decides whether it waits to be handled or is only listed.
    """
    rows = [_row(runtime, event, born_at) for event in events]
    if not rows:
        return 0
    with runtime.db.transaction() as session:
        dialect: Any = sqlite if runtime.db.engine.dialect.name == "sqlite" else postgresql
        stored = session.execute(
            dialect.insert(runtime.db.plumbing.inbox)
            .on_conflict_do_nothing(index_elements=["event_id"])
            .returning(runtime.db.plumbing.inbox.c.event_id),
            rows,
        ).all()
        runtime.wake_at_commit("dispatcher")
        failpoint("inbox.before_commit")
    return len(stored)


def _row(runtime: Runtime, event: Event, born_at: Mapping[str, int]) -> dict[str, Any]:
    position = event.position or 0
    old = 0 < position <= born_at.get(event.type, 0)
    hearing = runtime.heard.get(event.type)
    suppressed = old and hearing is not None and hearing.replay == "skip"
    return {
        "event_id": event.id,
        "source": event.source,
        "subject": event.subject,
        "position": position,
        "type": event.type,
        "region": event.region,
        "body": event.to_json(),
        "status": "suppressed" if suppressed else "pending",
        "received_at": now(),
        "due_at": now(),
    }
