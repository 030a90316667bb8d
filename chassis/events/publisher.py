"""Hands numbered events to the bus, in order, and marks what the bus has confirmed.

The mark comes after the confirm: a crash between the two sends an event again, and the hearer's
inbox knows it already. An event nobody hears is marked `unrouted` and never blocks the rest; there
is a warning of it, unless the manifest says that nobody is meant to hear it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select, update

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
    done: list[dict[str, Any]] = []
    try:
        for row in rows:
            failpoint("publisher.before_publish")
            routed = runtime.bus.publish(_event(row))
            failpoint("publisher.after_confirm")
            done.append({"event": row.id, "unrouted": 0 if routed else 1})
            _tell(runtime, row, routed=routed)
    finally:
        _mark(runtime, done)
    failpoint("publisher.after_mark")
    return len(done)


def _tell(runtime: Runtime, row: Any, *, routed: bool) -> None:
    meant = row.type in runtime.manifest.unheard
    if not routed and not meant:
        log.warning("event_unrouted", type=row.type, event_id=str(row.id))
    outcome = "routed" if routed else "unheard" if meant else "unrouted"
    PUBLISHED.labels(runtime.name, outcome).inc()


def _waiting(runtime: Runtime) -> Sequence[Any]:
    outbox = runtime.db.plumbing.outbox
    rows = runtime.db.session.execute(
        select(outbox.c.id, outbox.c.type, outbox.c.position, outbox.c.body)
        .where(outbox.c.published_at.is_(None), outbox.c.position.is_not(None))
        .order_by(outbox.c.position)
        .limit(BATCH)
    ).all()
    # Publishing waits for other machines; no transaction stays open meanwhile.
    runtime.db.session.rollback()
    return rows


def _event(row: Any) -> Event:
    return replace(Event.from_json(row.body), position=row.position)


def _mark(runtime: Runtime, done: list[dict[str, Any]]) -> None:
    if not done:
        return
    outbox = runtime.db.plumbing.outbox
    with runtime.db.transaction() as session:
        session.execute(
            update(outbox)
            .where(outbox.c.id == bindparam("event"))
            .values(published_at=now(), unrouted=bindparam("unrouted")),
            done,
            execution_options={"synchronize_session": None},
        )


__all__ = ["BusUnavailable", "publish"]
