"""Hands numbered events to the bus, in order, and marks what the bus has confirmed.

The mark comes after the confirm: a crash between the two sends an event again, and the hearer's
inbox knows it already. Many are under way at once, but never two of one subject: a bus that loses
the first and keeps the second would turn them round. An event nobody hears is marked `unrouted`
and never blocks the rest; there is a warning of it, unless the manifest says that nobody is meant
to hear it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from chassis.events.bus import BusUnavailable
from chassis.events.envelope import Event
from chassis.process.clock import now
from chassis.process.failpoints import failpoint
from chassis.process.runtime import Runtime
from chassis.process.telemetry import PUBLISHED, log

BATCH = 100


def publish(runtime: Runtime) -> int:
    """Publish up to `BATCH` numbered events; return how many it did.

    Raises `BusUnavailable` after marking what was confirmed before the bus went away.
    """
    rows = _waiting(runtime)
    if not rows:
        return 0
    done: dict[Any, bool] = {}
    try:
        for window in _windows(rows):
            failpoint("publisher.before_publish")
            outcomes = runtime.bus.publish([_event(row) for row in window])
            for row, routed in zip(window, outcomes, strict=True):
                failpoint("publisher.after_confirm")
                done[row.id] = routed
                _tell(runtime, row, routed=routed)
    finally:
        _mark(runtime, done)
    failpoint("publisher.after_mark")
    return len(done)


def _windows(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Part events so that one is confirmed before the next of its subject is sent."""
    window: dict[str, Any] = {}
    for row in rows:
        if row.subject in window:
            yield list(window.values())
            window = {}
        window[row.subject] = row
    yield list(window.values())


def _tell(runtime: Runtime, row: Any, *, routed: bool) -> None:
    meant = row.type in runtime.manifest.unheard
    if not routed and not meant:
        log.warning("event_unrouted", type=row.type, event_id=str(row.id))
    outcome = "routed" if routed else "unheard" if meant else "unrouted"
    PUBLISHED.labels(runtime.name, outcome).inc()


def _waiting(runtime: Runtime) -> Sequence[Any]:
    outbox = runtime.db.plumbing.outbox
    rows = runtime.db.session.execute(
        select(outbox.c.id, outbox.c.type, outbox.c.subject, outbox.c.position, outbox.c.body)
        .where(outbox.c.published_at.is_(None), outbox.c.position.is_not(None))
        .order_by(outbox.c.position)
        .limit(BATCH)
    ).all()
    # Publishing waits for other machines; no transaction stays open meanwhile.
    runtime.db.session.rollback()
    return rows


def _event(row: Any) -> Event:
    return replace(Event.from_json(row.body), position=row.position)


def _mark(runtime: Runtime, done: dict[Any, bool]) -> None:
    outbox = runtime.db.plumbing.outbox
    for outcome in sorted(set(done.values())):
        ids = [event_id for event_id, routed in done.items() if routed == outcome]
        marked = update(outbox).where(outbox.c.id.in_(ids))
        with runtime.db.transaction() as session:
            session.execute(marked.values(published_at=now(), unrouted=int(not outcome)))


__all__ = ["BusUnavailable", "publish"]
