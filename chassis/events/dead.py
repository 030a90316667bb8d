"""The dead list: events a service gave up on, and old ones it was told to skip."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from chassis.data.claims import again
from chassis.process.runtime import Runtime

STATUSES = ("parked", "suppressed")


def listed(runtime: Runtime, status: str = "parked", limit: int = 100) -> list[dict[str, Any]]:
    """Describe the newest events of a status, without their data."""
    inbox = runtime.db.plumbing.inbox
    rows = runtime.db.session.execute(
        select(inbox).where(inbox.c.status == status).order_by(inbox.c.sequence.desc()).limit(limit)
    )
    return [
        {
            "event_id": row.event_id,
            "type": row.type,
            "source": row.source,
            "subject": row.subject,
            "region": row.region,
            "position": row.position,
            "attempts": row.attempts,
            "error": row.error,
            "received_at": row.received_at,
        }
        for row in rows
    ]


def replay(runtime: Runtime, event_id: UUID | None = None, status: str = "parked") -> int:
    """Have one event, or all of a status, handled again; return how many."""
    inbox = runtime.db.plumbing.inbox
    chosen = update(inbox).where(inbox.c.status == status)
    if event_id is not None:
        chosen = chosen.where(inbox.c.event_id == event_id)
    with runtime.db.transaction() as session:
        result: Any = session.execute(chosen.values(again()))
        runtime.wake_at_commit("dispatcher")
    return int(result.rowcount)
