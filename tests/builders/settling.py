"""Is anything still under way? Asked of the databases, so that nothing hides between two of them."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import select

from chassis.process import runtime as runtimes
from chassis.process.clock import now
from chassis.process.regions import all_regions

_UNSENT = ("pending", "sending")


def under_way(apps: Mapping[str, Flask]) -> list[str]:
    """Name what was said and not yet handled by all who hear it, what is due, what is not delivered.

    While nobody makes a request an empty list is certain, although no two databases are read at
    one instant: what a service says and sends because of an event is committed together with
    "handled", and that is read first.
    """
    handled: dict[str, set[Any]] = {}
    said: list[tuple[Any, str]] = []
    found: list[str] = []
    for name, app in apps.items():
        with app.app_context(), all_regions():
            handled[name] = _handled(app)
            said += _said(app)
            found += [f"{name}: a message by {channel}" for channel in _unsent(app)]
            found += [f"{name}: a timer of {kind}" for kind in _due(app)]
            found += [f"{name}: a job of {kind}" for kind in _at_work(app)]
    for name, app in apps.items():
        heard = runtimes.of(app).heard
        found += [
            f"{name}: {kind}" for id_, kind in said if kind in heard and id_ not in handled[name]
        ]
    return found


def _handled(app: Flask) -> set[Any]:
    inbox = runtimes.of(app).db.plumbing.inbox
    finished = select(inbox.c.event_id).where(inbox.c.status != "pending")
    return set(runtimes.of(app).db.session.scalars(finished))


def _said(app: Flask) -> list[tuple[Any, str]]:
    outbox = runtimes.of(app).db.plumbing.outbox
    rows = runtimes.of(app).db.session.execute(select(outbox.c.id, outbox.c.type))
    return [(row.id, row.type) for row in rows]


def _due(app: Flask) -> list[str]:
    """What is to happen now, and what did not succeed at once."""
    timers = runtimes.of(app).db.plumbing.timers
    is_due = (timers.c.due_at <= now()) | (timers.c.attempts > 0)
    due = select(timers.c.kind).where(timers.c.status == "pending", is_due)
    return list(runtimes.of(app).db.session.scalars(due))


def _at_work(app: Flask) -> list[str]:
    jobs = runtimes.of(app).db.metadata.tables.get("jobs")
    if jobs is None:
        return []
    pending = select(jobs.c.kind).where(jobs.c.status == "pending")
    return list(runtimes.of(app).db.session.scalars(pending))


def _unsent(app: Flask) -> list[str]:
    db = runtimes.of(app).db
    deliveries = db.metadata.tables.get("deliveries")
    if deliveries is None:
        return []
    unsent = select(deliveries.c.channel).where(deliveries.c.state.in_(_UNSENT))
    return list(db.session.scalars(unsent))
