"""Keeps a service's copies of identity's people: the newest version wins.

The order of arrival does not matter. An equal version is written again: it is the same state
heard twice, or what identity says after its database was restored from a backup.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from chassis.events.envelope import Event
from chassis.events.inbox import Hearing, hear_together
from staff.tables import Change, Kept, People

# Told, in the same transaction, of the rows that differ from what was kept before.
Changed = Callable[[Session, Sequence[Change]], None]


def heard(people: People, *, changed: Changed | None = None) -> dict[str, Hearing]:
    """Subscribe to the events that fill a service's tables of people."""
    return {
        table.heard_as: hear_together(
            partial(keep, people=people, table=table, changed=changed),
            replay="rebuild",
            reads=table.reads,
        )
        for table in people.tables
    }


def keep(
    events: Sequence[Event], *, people: People, table: type[Kept], changed: Changed | None
) -> None:
    """Keep what events tell, but for those of which something newer is kept.

    The rows are locked while they are compared. Of two that bring a subject's first state at
    once, one fails on the key and is tried again on the inbox's schedule.
    """
    with people.db.transaction() as session:
        kept = _locked(session, table, {UUID(event.data["id"]) for event in events})
        changes = list(_changes(session, events, table, kept))
        session.flush()
        if changed and changes:
            changed(session, changes)


def _locked(session: Session, table: type[Kept], keys: Collection[UUID]) -> dict[UUID, Any]:
    # In one order, so that two who keep the same rows wait for each other and go on.
    rows = select(table).where(table.id.in_(keys)).order_by(table.id).with_for_update()
    found = session.scalars(rows.execution_options(populate_existing=True))
    return {row.id: row for row in found}


def _changes(
    session: Session, events: Sequence[Event], table: type[Kept], kept: dict[UUID, Any]
) -> Iterator[Change]:
    for event in events:
        row = kept.get(key := UUID(event.data["id"]))
        if row is None:
            row = kept[key] = table()
            session.add(row)
        elif _is_late(event.version, kept=row.version):
            continue
        for column, value in (table.columns_of(event.data) | {"version": event.version}).items():
            setattr(row, column, value)
        if session.is_modified(row):
            replaced = [part.key for part in inspect(row).attrs if part.history.deleted]
            yield Change(row, replaced, event)


def _is_late(version: int, *, kept: int) -> bool:
    return version < kept
