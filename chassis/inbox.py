"""What a service has heard: stored once per event id, before anything is done about it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal

from flask import Flask
from sqlalchemy.dialects import postgresql, sqlite

from chassis import runtime as runtimes
from chassis.clock import now
from chassis.envelope import Event
from chassis.failpoints import reach
from chassis.runtime import Runtime

Handler = Callable[[Event], None]
Replay = Literal["rebuild", "skip"]


class Unprocessable(Exception):
    """This event can never be handled as it is: park it at once, do not try again."""


@dataclass(frozen=True)
class Hearing:
    """A handler, and whether history is replayed into it when the service is rebuilt."""

    handler: Handler
    replay: Replay


def hear(handler: Handler, *, replay: Replay) -> Hearing:
    """This function will pair a handler with its replay rule.

    "rebuild": history builds the service's copies. "skip": old events are only listed, so that
    a rebuilt service does not, for example, send last year's notices again.
    """
    return Hearing(handler, replay)


def store_into(app: Flask) -> Callable[[Event], None]:
    """This function will return what the bus calls for each message: store it, then return."""

    def store(event: Event) -> None:
        with app.app_context():
            keep(runtimes.of(app), [event])

    return store


def keep(runtime: Runtime, events: Collection[Event], *, born_at: int = 0) -> int:
    """This function will store the events not known yet, in one transaction; returns how many.

    Also of types this release does not hear: a later one bound them to the queue that both read.
    An event at or before position `born_at` happened before this service's database began: its
    handler's replay rule decides whether it waits to be handled or is only listed.
    """
    rows = [_row(runtime, event, born_at) for event in events]
    if not rows:
        return 0
    with runtime.db.transaction() as session:
        dialect: Any = sqlite if runtime.db.engine.dialect.name == "sqlite" else postgresql
        stored = session.execute(
            dialect.insert(runtime.db.plumbing.inbox)
            .values(rows)
            .on_conflict_do_nothing(index_elements=["event_id"])
            .returning(runtime.db.plumbing.inbox.c.event_id)
        ).all()
        runtime.db.after_commit(runtime.wake_dispatcher)
        runtime.db.wake_elsewhere("dispatcher")
        reach("inbox.before_commit")
    return len(stored)


def _row(runtime: Runtime, event: Event, born_at: int) -> dict[str, Any]:
    position = event.position or 0
    old = 0 < position <= born_at
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
