"""At a time do something once, unless its subject moves on first.

A timer is set and cancelled in the transaction of the change it belongs to; when it is due, its
effect and its "done" are one transaction too. So a process that dies leaves it either to do or
done, and one that is due while nobody works is late, not lost.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, bindparam, delete, insert, select, update

from chassis.data.claims import DONE, PARKED, PENDING, ClaimLost, Claims, again
from chassis.data.reading import Reading
from chassis.data.versioned import count_changed
from chassis.data.writing import Writing
from chassis.events.outbox import NotInTransaction
from chassis.http.problems import is_without_room
from chassis.kernel.errors import Unavailable
from chassis.process.clock import now
from chassis.process.context import caused_by
from chassis.process.failpoints import failpoint
from chassis.process.ids import uuid7
from chassis.process.loops import LONGEST_REST
from chassis.process.regions import current_region, in_region
from chassis.process.runtime import Runtime, here
from chassis.process.telemetry import TIMERS, log
from chassis.run.asking import Asking, answered

LOOP = "timers"
CANCELLED = "cancelled"
KEPT = timedelta(days=90)  # of what has ended
# One that was set so long after now was set by a clock that ran ahead.
SKEW = timedelta(minutes=1)
LOOK_EVERY = 60.0  # seconds between two looks for those
BATCH = 50


class TimerUnknown(Exception):
    """A timer was set that its service does not handle."""


@dataclass(frozen=True)
class Timer:
    """Something that is due. `data` is what it was set with: plain JSON values."""

    kind: str
    subject: str
    due_at: datetime
    data: Mapping[str, Any]


Handle = Callable[[Timer], None] | Asking[Timer, None]


def set_timer(kind: str, subject: str, due_at: datetime, **data: Any) -> None:
    """Have a service's `timers[kind]` called once at `due_at`, in the bound region.

    Set by a clock that ran ahead, it rings after the wait that was asked for once that was mended.
    Must be called inside `db.transaction()`, else raises `NotInTransaction`. Raises `TimerUnknown`
    for a kind the service does not handle.
    """
    set_timers([Timer(kind, subject, due_at, data)])


def set_timers(timers: Sequence[Timer]) -> None:
    """Set several timers at once; see `set_timer`."""
    runtime = here()
    for timer in timers:
        if timer.kind not in runtime.timers:
            raise TimerUnknown(timer.kind)
    table, at, region = _writable(runtime), now(), current_region()
    same = {"region": region, "set_at": at, "status": PENDING}
    rows = [{"id": uuid7(), **vars(timer), **same} for timer in timers]
    _setting(table).run_each(runtime.db.session, rows)
    if any(timer.due_at <= at + timedelta(seconds=LONGEST_REST) for timer in timers):
        runtime.wake_at_commit(LOOP)


def cancel_timers(subject: str) -> None:
    """Cancel what is still to happen to a subject of the bound region.

    Must be called inside `db.transaction()`, else raises `NotInTransaction`.
    """
    runtime = here()
    cancelling = _cancelling(_writable(runtime))
    cancelling.run(runtime.db.session, **_of(subject), status=CANCELLED, done_at=now())


def is_set(kind: str, subject: str) -> bool:
    """Tell whether a timer of the bound region is still to ring."""
    runtime = here()
    waiting = _waiting(runtime.db.plumbing.timers)
    return waiting.value(runtime.db.session, **_of(subject), kind=kind) is not None


def _of(subject: str) -> Mapping[str, str]:
    return {"of_region": current_region(), "of_subject": subject, "pending": PENDING}


def _is_pending(timers: Table) -> tuple[ColumnElement[bool], ...]:
    return (
        timers.c.region == bindparam("of_region"),
        timers.c.subject == bindparam("of_subject"),
        timers.c.status == bindparam("pending"),
    )


@cache
def _setting(timers: Table) -> Writing:
    return Writing(insert(timers))


@cache
def _cancelling(timers: Table) -> Writing:
    return Writing(update(timers).where(*_is_pending(timers)))


@cache
def _waiting(timers: Table) -> Reading:
    of_kind = (*_is_pending(timers), timers.c.kind == bindparam("kind"))
    return Reading(select(timers.c.id).where(*of_kind).limit(1))


def _writable(runtime: Runtime) -> Table:
    if not runtime.db.in_transaction:
        raise NotInTransaction("a timer")
    return runtime.db.plumbing.timers


@dataclass
class TimerLoop:
    """One worker's way through the timers that are due; several may work side by side."""

    runtime: Runtime
    worker: str
    _looked_at: float = field(default=float("-inf"), init=False)

    @cached_property
    def _claims(self) -> Claims:
        db, schedule = self.runtime.db, self.runtime.settings.retry_schedule
        return Claims(db, db.plumbing.timers, "id", self.worker, schedule, from_the_start=False)

    def run(self) -> bool:
        """Do what is due; True when there was something."""
        timers = self.runtime.db.plumbing.timers
        if time.monotonic() - self._looked_at > LOOK_EVERY:
            self._pull_back()
            self._looked_at = time.monotonic()
        due = select(timers).where(self._claims.due, self._known).order_by(timers.c.due_at)
        due = due.limit(BATCH)
        rows = self.runtime.db.session.execute(due).all()
        self.runtime.db.session.rollback()
        for row in rows:
            for taken in self._claims.claim(row):
                copy_context().run(self._handle, taken)
        return bool(rows)

    def due(self) -> float:
        """Return in how many seconds the next timer is due."""
        return self._claims.until_due(self._known)

    @property
    def _known(self) -> ColumnElement[bool]:
        """What only another release knows waits for it."""
        return self.runtime.db.plumbing.timers.c.kind.in_(self.runtime.timers)

    def _pull_back(self) -> None:
        """Have what a clock set that ran ahead ring after the wait that it was set with."""
        timers, at = self.runtime.db.plumbing.timers, now()
        ahead = (timers.c.status == PENDING) & (timers.c.set_at > at + SKEW)
        rows = self.runtime.db.session.execute(select(timers).where(ahead)).all()
        self.runtime.db.session.rollback()
        for row in rows:
            due_at = at + max(row.due_at - row.set_at, timedelta())
            statement = update(timers).where(timers.c.id == row.id, ahead)
            with self.runtime.db.transaction() as session:
                session.execute(statement.values(set_at=at, due_at=due_at))
            log.warning("timer_set_by_a_clock_ahead", timer_id=str(row.id), kind=row.kind)

    def _handle(self, row: Row[Any]) -> None:
        failpoint("timers.after_claim")
        try:
            with caused_by(str(row.id), None, None):
                self._apply(row)
        except ClaimLost:
            log.warning("timer_claim_lost", timer_id=str(row.id), kind=row.kind)
        except Exception as error:
            if is_without_room(error):
                raise
            self._failed(row, error)
        else:
            failpoint("timers.after_commit")
            TIMERS.labels(self.runtime.name, row.kind, DONE).inc()

    def _apply(self, row: Row[Any]) -> None:
        timer = Timer(row.kind, row.subject, row.due_at, row.data)
        with in_region(row.region):
            effect = answered(self.runtime.timers[row.kind], timer)
            with self.runtime.db.transaction() as session:
                self._claims.finish(session, row)
                effect(timer)
                failpoint("timers.before_commit")

    def _failed(self, row: Row[Any], error: Exception) -> None:
        parked = self._claims.fail(row, error, outage=isinstance(error, Unavailable))
        outcome = PARKED if parked else "failed"
        TIMERS.labels(self.runtime.name, row.kind, outcome).inc()
        log.error(f"timer_{outcome}", timer_id=str(row.id), kind=row.kind, exc_info=error)


def parked(runtime: Runtime, limit: int = 100) -> list[Mapping[str, Any]]:
    """List the timers a service gave up on, the newest first."""
    timers = runtime.db.plumbing.timers
    statement = select(timers).where(timers.c.status == PARKED)
    rows = runtime.db.session.execute(statement.order_by(timers.c.due_at.desc()).limit(limit))
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 - the documented way


def retry_parked(runtime: Runtime) -> int:
    """Have every timer a service gave up on tried again; return how many."""
    timers = runtime.db.plumbing.timers
    with runtime.db.transaction() as session:
        runtime.wake_at_commit(LOOP)
        return count_changed(
            session, update(timers).where(timers.c.status == PARKED).values(again())
        )


def forget_old(runtime: Runtime) -> None:
    """Delete timers that ended long ago."""
    timers = runtime.db.plumbing.timers
    with runtime.db.transaction() as session:
        session.execute(
            delete(timers)
            .where(timers.c.status.in_((DONE, CANCELLED)))
            .where(timers.c.done_at < now() - KEPT)
        )
