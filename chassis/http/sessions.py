"""Which sessions were ended while tokens that came from them may still be in somebody's hands."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from chassis.data.opening import ENDED
from chassis.process.clock import now
from chassis.process.runtime import Runtime

# No person's token is issued for longer.
LONGEST_LIFE = timedelta(minutes=10)
# Nor is anything that stands for a token: leave to upload.
LONGEST_LEAVE = timedelta(minutes=15)
# The services' clocks may differ, and a token is dated up to a second after its issue.
_KEPT = LONGEST_LEAVE + timedelta(minutes=2)


def end(runtime: Runtime, session_id: UUID, ended_at: datetime) -> None:
    """Refuse tokens of a session from now on; call it inside a transaction, as often as you like.

    One that ended long ago has no living token left, so nothing is kept of it.
    """
    if _is_over(ended_at):
        return
    table = runtime.db.plumbing.ended_sessions
    dialect: Any = sqlite if runtime.db.engine.dialect.name == "sqlite" else postgresql
    row = dialect.insert(table).values(id=session_id, ended_at=ended_at)
    runtime.db.session.execute(row.on_conflict_do_nothing(index_elements=["id"]))


def is_ended(runtime: Runtime, session_id: UUID) -> bool:
    """Say whether the session that a token names was ended."""
    return runtime.db.opening.told(ENDED, session=session_id) is not None


def forget_old(runtime: Runtime) -> None:
    """Delete what no living token can come from."""
    table = runtime.db.plumbing.ended_sessions
    with runtime.db.transaction() as session:
        session.execute(delete(table).where(table.c.ended_at < now() - _KEPT))


def _is_over(ended_at: datetime) -> bool:
    return ended_at < now() - _KEPT
