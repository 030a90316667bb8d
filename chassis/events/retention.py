"""How long copies of events are kept: what they said goes when nobody needs it any more.

A heard event keeps its row, which tells that it was handled, and loses what it said; one of the
log goes as a whole, but for the newest state of each subject, from which copies are built anew.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, select, update

from chassis.data.claims import DONE, PARKED
from chassis.data.versioned import count_changed
from chassis.process import config
from chassis.process.clock import now
from chassis.process.runtime import Runtime

FORGOTTEN = "forgotten"
SUPPRESSED = "suppressed"
_EMPTY = "{}"
# `employee.changed.v1` and its like carry the whole state of their subject.
STATES = "%.changed.v%"
BATCH = 1000


def forget_old(runtime: Runtime) -> int:
    """Forget what is older than the settings say, a batch of each kind; return how many."""
    handled = _heard(runtime, config.EVENTS_HEARD_DAYS, DONE)
    given_up = _heard(runtime, config.EVENTS_PARKED_DAYS, PARKED, SUPPRESSED)
    said = _said(runtime, _before(runtime, config.EVENTS_SAID_DAYS))
    inbox, outbox = runtime.db.plumbing.inbox, runtime.db.plumbing.outbox
    with runtime.db.transaction() as session:
        statements: list[Any] = [
            update(inbox)
            .where(_among(inbox, "sequence", which))
            .values(body=_EMPTY, status=FORGOTTEN)
            for which in (handled, given_up)
        ]
        statements.append(delete(outbox).where(_among(outbox, "position", said)))
        return sum(count_changed(session, statement) for statement in statements)


def _heard(runtime: Runtime, setting: config.Setting, *statuses: str) -> ColumnElement[bool]:
    inbox = runtime.db.plumbing.inbox
    before = _before(runtime, setting)
    # By `due_at` an index finds them; one that was tried again is due later than received.
    old = (inbox.c.due_at < before) & (inbox.c.received_at < before)
    return inbox.c.status.in_(statuses) & old


def _said(runtime: Runtime, before: datetime) -> ColumnElement[bool]:
    """What was published long ago, and is neither a newest state nor the end of the log.

    Who reads the log knows by its end that it goes on and did not begin anew.
    """
    outbox = runtime.db.plumbing.outbox
    later = outbox.alias("later")
    states = later.c.type.like(STATES) & later.c.position.is_not(None)
    newest = select(func.max(later.c.position)).where(states)
    is_replaced = outbox.c.position.not_in(newest.group_by(later.c.type, later.c.subject))
    return (
        (outbox.c.recorded_at < before)
        & outbox.c.published_at.is_not(None)
        & (outbox.c.position < select(func.max(outbox.c.position)).scalar_subquery())
        & (outbox.c.type.not_like(STATES) | is_replaced)
    )


def _among(table: Table, key: str, which: ColumnElement[bool]) -> ColumnElement[bool]:
    column = table.c[key]
    return column.in_(select(column).where(which).order_by(column).limit(BATCH))


def _before(runtime: Runtime, setting: config.Setting) -> datetime:
    return now() - timedelta(days=runtime.settings[setting.name])
