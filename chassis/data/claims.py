"""Rows that are worked off once: one worker claims one, failures are tried again on a schedule.

The effect of a row and its "done" are one transaction. What fails to the end of the schedule is
parked: visible, and tried again when an operator says so.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from math import inf
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from chassis.data.tables import UTCDateTime
from chassis.data.versioned import count_changed
from chassis.process.clock import now
from chassis.process.parts import Database

CLAIM = timedelta(seconds=60)
PENDING, DONE, PARKED = "pending", "done", "parked"
_JITTER = 0.2
_OUTAGE_PAUSE = 5.0
# What is due later than any wait explains was written by a clock that ran ahead and was set back.
_SKEW = timedelta(seconds=5)
_LONGEST_CLAIM = 2 * CLAIM
_ERROR_LENGTH = 500


class ClaimLost(Exception):
    """Another worker took the row over; its work stands, ours is rolled back."""


@dataclass(frozen=True)
class Claims:
    """One worker's claims on a table with the columns of `chassis.data.tables.claimed_columns`.

    `schedule` has the seconds before each try. With `from_the_start`, a row is due as soon as it
    is there; else its first try may be set for any time.
    """

    db: Database
    table: Table
    key: str
    worker: str
    schedule: Sequence[float]
    from_the_start: bool = True

    @cached_property
    def due(self) -> ColumnElement[bool]:
        """What waits, is due and in nobody's hands, whenever a statement with it is executed."""
        columns = self.table.c
        is_due = or_(columns.due_at <= from_now(), *self._beyond_any_wait())
        return (columns.status == PENDING) & is_due & self._unclaimed

    def until_due(self, among: ColumnElement[bool]) -> float:
        """Return in how many seconds the first of these rows can be claimed; infinity for none."""
        return seconds_until(self.db, self.first_due(among))

    def first_due(self, among: ColumnElement[bool]) -> Select[Any]:
        """Ask when the first of these rows can be claimed."""
        columns = self.table.c
        in_hands = (columns.claimed_until > columns.due_at) & (columns.claimed_by != self.worker)
        free_at = case((in_hands, columns.claimed_until), else_=columns.due_at)
        return select(func.min(free_at)).where(columns.status == PENDING, among)

    def claim(self, *rows: Row[Any]) -> list[Row[Any]]:
        """Take rows into this worker's hands, at once; return those that are still due.

        They come as they are now: another worker may have tried one since it was read.
        """
        statement = (
            update(self.table)
            .where(self._among(rows), self.due)
            .values(claimed_by=self.worker, claimed_until=now() + CLAIM)
            .returning(*self.table.c)
        )
        with self.db.transaction() as session:
            taken = session.execute(statement).all()
        return sorted(taken, key=attrgetter(self.key))

    def finish(self, session: Session, *rows: Row[Any], **values: Any) -> None:
        """Write "done" in the transaction of the effects. Raises `ClaimLost` when one is lost."""
        statement = (
            update(self.table)
            .where(self._among(rows), self.table.c.status == PENDING)
            .where(self.table.c.claimed_by == self.worker)
            .values(values or {"status": DONE, "done_at": now(), "error": None})
        )
        if count_changed(session, statement) != len(rows):
            raise ClaimLost

    def fail(
        self,
        row: Row[Any],
        error: Exception,
        *,
        for_good: bool = False,
        outage: bool = False,
    ) -> bool:
        """Have a row tried again when the schedule says, or park it; True when it was parked.

        An `outage` of what the row needs is waited out, however long it takes. What somebody
        cancelled meanwhile stays so.
        """
        attempts = row.attempts + 1
        parked = for_good or (attempts >= len(self.schedule) and not outage)
        wait = max(self._wait(attempts), _OUTAGE_PAUSE if outage else 0.0)
        with self.db.transaction() as session:
            session.execute(
                update(self.table)
                .where(self._among([row]), self.table.c.status == PENDING)
                .where(self.table.c.claimed_by == self.worker)
                .values(
                    status=PARKED if parked else PENDING,
                    attempts=attempts,
                    due_at=now() if parked else _next_try(wait),
                    claimed_by=None,
                    claimed_until=None,
                    error=f"{type(error).__name__}: {error}"[:_ERROR_LENGTH],
                )
            )
        return parked

    @cached_property
    def _unclaimed(self) -> ColumnElement[bool]:
        """A claim of our own is left from a turn that lost its database in the middle."""
        columns = self.table.c
        return or_(
            columns.claimed_until.is_(None),
            columns.claimed_until < from_now(),
            columns.claimed_until > from_now(lambda: _LONGEST_CLAIM),
            columns.claimed_by == self.worker,
        )

    def _wait(self, attempts: int) -> float:
        return self.schedule[min(attempts, len(self.schedule) - 1)]

    def _beyond_any_wait(self) -> list[ColumnElement[bool]]:
        """Say for each number of failed tries when a row is due later than its wait explains."""
        columns, last = self.table.c, max(1, len(self.schedule) - 1)
        tries = [columns.attempts == 0] if self.from_the_start else []
        tries += [columns.attempts == number for number in range(1, last)]
        tries.append(columns.attempts >= last)
        first = 0 if self.from_the_start else 1
        return [
            and_(tried, columns.due_at > from_now(partial(self._longest_wait, number)))
            for number, tried in enumerate(tries, start=first)
        ]

    def _longest_wait(self, attempts: int) -> timedelta:
        wait = max(self._wait(attempts), _OUTAGE_PAUSE) * (1 + _JITTER) if attempts else 0.0
        return timedelta(seconds=wait) + _SKEW

    def _among(self, rows: Sequence[Row[Any]]) -> ColumnElement[bool]:
        return self.table.c[self.key].in_([getattr(row, self.key) for row in rows])


def seconds_until(db: Database, first: Select[Any]) -> float:
    """Return in how many seconds the instant comes that a statement finds; infinity for none."""
    instant = db.session.scalar(first)
    db.session.rollback()
    return (instant - now()).total_seconds() if instant else inf


def from_now(wait: Callable[[], timedelta] = timedelta) -> BindParameter[datetime]:
    """Stand for an instant that is read when a statement is executed, so that one is made once."""
    return bindparam(None, callable_=lambda: now() + wait(), type_=UTCDateTime(), unique=True)


def again() -> dict[str, Any]:
    """Return what a row is set to that is to be tried anew."""
    return {
        "status": PENDING,
        "attempts": 0,
        "due_at": now(),
        "claimed_by": None,
        "claimed_until": None,
    }


def _next_try(wait: float) -> datetime:
    return now() + timedelta(seconds=wait * random.uniform(1 - _JITTER, 1 + _JITTER))  # noqa: S311 - spreads load
