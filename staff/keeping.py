"""Keeps a service's copies of identity's people: the newest version wins.

The order of arrival does not matter. An equal version is written again: it is the same state
heard twice, or what identity says after its database was restored from a backup.
"""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from chassis.events.envelope import Event
from chassis.events.inbox import Hearing, hear
from staff.tables import Kept, People

# Told, in the same transaction, of each row that differs from what was kept before, and in which
# columns it holds something else; of a new row there is none.
Changed = Callable[[Session, Kept, Collection[str]], None]


def heard(people: People, *, changed: Changed | None = None) -> dict[str, Hearing]:
    """Subscribe to the events that fill a service's tables of people."""
    return {
        table.heard_as: hear(
            partial(keep, people=people, table=table, changed=changed),
            replay="rebuild",
            reads=table.reads,
        )
        for table in people.tables
    }


def keep(event: Event, *, people: People, table: type[Kept], changed: Changed | None) -> None:
    """Keep what an event tells, unless what is kept is newer.

    The row is locked while it is compared. Of two that bring a subject's first state at once,
    one fails on the key and is tried again on the inbox's schedule.
    """
    with people.db.transaction() as session:
        key = UUID(event.data["id"])
        row: Any = session.get(table, key, with_for_update=True, populate_existing=True)
        if row is None:
            row = table()
            session.add(row)
        elif _is_late(event.version, kept=row.version):
            return
        for column, value in (table.columns_of(event.data) | {"version": event.version}).items():
            setattr(row, column, value)
        differs = session.is_modified(row)
        replaced = [part.key for part in inspect(row).attrs if part.history.deleted]
        session.flush()
        if changed and differs:
            changed(session, row, replaced)


def _is_late(version: int, *, kept: int) -> bool:
    return version < kept
