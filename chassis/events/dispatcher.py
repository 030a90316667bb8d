"""Works the inbox off: in order per subject, each effect in one transaction with its "done".

A failure is tried again on one schedule and holds back only its own subject; after the last try
the event is parked in the dead list, visible and replayable, and later events go on.
"""

from contextvars import copy_context
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select

from chassis.data.claims import ClaimLost, Claims
from chassis.events.envelope import EnvelopeInvalid, Event, FieldMissing
from chassis.events.inbox import Unprocessable
from chassis.http.problems import is_without_room
from chassis.process.context import caused_by
from chassis.process.failpoints import failpoint
from chassis.process.regions import in_region
from chassis.process.runtime import Runtime
from chassis.process.telemetry import HANDLED, log

BATCH = 50


@dataclass(frozen=True)
class Dispatcher:
    """One worker's way through the inbox; several may work side by side."""

    runtime: Runtime
    worker: str

    @cached_property
    def _claims(self) -> Claims:
        db, schedule = self.runtime.db, self.runtime.settings.retry_schedule
        return Claims(db, db.plumbing.inbox, "sequence", self.worker, schedule)

    def run(self) -> bool:
        """Handle what is due; True when there was something."""
        rows = self.runtime.db.session.execute(self._due()).all()
        self.runtime.db.session.rollback()
        for row in rows:
            if self._claims.claim(row):
                copy_context().run(self._handle, row)
        return bool(rows)

    def due(self) -> float:
        """Return in how many seconds an event can be handled that waits for no earlier one."""
        return self._claims.until_due(self._first_of_subject())

    def _due(self) -> Select[Any]:
        inbox = self.runtime.db.plumbing.inbox
        due = select(inbox).where(self._claims.due, self._first_of_subject())
        return due.order_by(inbox.c.sequence).limit(BATCH)

    def _first_of_subject(self) -> ColumnElement[bool]:
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
        return inbox.c.type.in_(self.runtime.heard) & ~blocked

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
        with in_region(event.region), self.runtime.db.transaction() as session:
            self._claims.finish(session, row)
            self.runtime.heard[event.type].handle(event)
            failpoint("dispatcher.before_commit")

    def _failed(self, row: Any, error: Exception) -> None:
        for_good = isinstance(error, Unprocessable | EnvelopeInvalid | FieldMissing)
        parked = self._claims.fail(row, error, for_good=for_good)
        HANDLED.labels(self.runtime.name, row.type, "parked" if parked else "failed").inc()
        log.error(
            "event_parked" if parked else "event_failed",
            event_id=str(row.event_id),
            type=row.type,
            attempts=row.attempts + 1,
            exc_info=error,
        )
