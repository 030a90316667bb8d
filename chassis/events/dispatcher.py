"""Works the inbox off: in order per subject, each effect in one transaction with its "done".

A failure is tried again on one schedule and holds back only its own subject; after the last try
the event is parked in the dead list, visible and replayable, and later events go on.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from chassis.events.envelope import EnvelopeInvalid, Event, FieldMissing
from chassis.events.inbox import Unprocessable
from chassis.http.problems import is_without_room
from chassis.process.clock import now
from chassis.process.context import caused_by
from chassis.process.failpoints import failpoint
from chassis.process.regions import in_region
from chassis.process.runtime import Runtime
from chassis.process.telemetry import HANDLED, log

CLAIM = timedelta(seconds=60)
BATCH = 50
_JITTER = 0.2
_ERROR_LENGTH = 500


class ClaimLost(Exception):
    """Another worker took the event over; its work stands, ours is rolled back."""


@dataclass(frozen=True)
class Dispatcher:
    """One worker's way through the inbox; several may work side by side."""

    runtime: Runtime
    worker: str

    def run(self) -> bool:
        """Handle what is due; True when there was something."""
        rows = self.runtime.db.session.execute(self._due()).all()
        self.runtime.db.session.rollback()
        for row in rows:
            if self._claim(row.sequence):
                self._handle(row)
        return bool(rows)

    def _due(self) -> Select[Any]:
        """What another release hears and this one does not waits for it, and holds back nobody."""
        inbox = self.runtime.db.plumbing.inbox
        earlier = inbox.alias("earlier")
        blocked = exists(
            select(earlier.c.sequence).where(
                earlier.c.status == "pending",
                earlier.c.type.in_(self.runtime.heard),
                earlier.c.source == inbox.c.source,
                earlier.c.subject == inbox.c.subject,
                earlier.c.position < inbox.c.position,
            )
        )
        return (
            select(inbox)
            .where(inbox.c.status == "pending", inbox.c.due_at <= now(), self._unclaimed())
            .where(inbox.c.type.in_(self.runtime.heard), ~blocked)
            .order_by(inbox.c.sequence)
            .limit(BATCH)
        )

    def _unclaimed(self) -> ColumnElement[bool]:
        """A claim of our own is left from a turn that lost its database in the middle."""
        inbox = self.runtime.db.plumbing.inbox
        return or_(
            inbox.c.claimed_until.is_(None),
            inbox.c.claimed_until < now(),
            inbox.c.claimed_by == self.worker,
        )

    def _claim(self, sequence: int) -> bool:
        inbox = self.runtime.db.plumbing.inbox
        with self.runtime.db.transaction() as session:
            result: Any = session.execute(
                update(inbox)
                .where(inbox.c.sequence == sequence, inbox.c.status == "pending")
                .where(self._unclaimed())
                .values(claimed_by=self.worker, claimed_until=now() + CLAIM)
            )
        return bool(result.rowcount == 1)

    def _handle(self, row: Any) -> None:
        failpoint("dispatcher.after_claim")
        try:
            event = Event.from_json(row.body)
            with caused_by(str(event.id), event.request_id, event.correlation_id):
                self._apply(row, event)
        except ClaimLost:
            log.warning("event_claim_lost", event_id=str(row.event_id), type=row.type)
        except Exception as error:
            # Without room no event can be handled, so that is nobody's failed attempt.
            if is_without_room(error):
                raise
            self._failed(row, error)
        else:
            failpoint("dispatcher.after_commit")
            HANDLED.labels(self.runtime.name, row.type, "done").inc()

    def _apply(self, row: Any, event: Event) -> None:
        inbox = self.runtime.db.plumbing.inbox
        with in_region(event.region), self.runtime.db.transaction() as session:
            result: Any = session.execute(
                update(inbox)
                .where(inbox.c.sequence == row.sequence, inbox.c.status == "pending")
                .where(inbox.c.claimed_by == self.worker)
                .values(status="done", done_at=now(), error=None)
            )
            if result.rowcount != 1:
                raise ClaimLost
            self.runtime.heard[event.type].handle(event)
            failpoint("dispatcher.before_commit")

    def _failed(self, row: Any, error: Exception) -> None:
        attempts = row.attempts + 1
        permanent = isinstance(error, Unprocessable | EnvelopeInvalid | FieldMissing)
        schedule = self.runtime.settings.retry_schedule
        parked = permanent or attempts >= len(schedule)
        inbox = self.runtime.db.plumbing.inbox
        with self.runtime.db.transaction() as session:
            session.execute(
                update(inbox)
                .where(inbox.c.sequence == row.sequence, inbox.c.claimed_by == self.worker)
                .values(
                    status="parked" if parked else "pending",
                    attempts=attempts,
                    due_at=now() if parked else _next_try(schedule[attempts]),
                    claimed_by=None,
                    claimed_until=None,
                    error=f"{type(error).__name__}: {error}"[:_ERROR_LENGTH],
                )
            )
        HANDLED.labels(self.runtime.name, row.type, "parked" if parked else "failed").inc()
        log.error(
            "event_parked" if parked else "event_failed",
            event_id=str(row.event_id),
            type=row.type,
            attempts=attempts,
            exc_info=error,
        )


def _next_try(wait: float) -> datetime:
    return now() + timedelta(seconds=wait * random.uniform(1 - _JITTER, 1 + _JITTER))  # noqa: S311 - spreads load
