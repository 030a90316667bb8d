"""Works the inbox off: in order per subject, each effect in one transaction with its "done".

Events of many subjects share a transaction. Where one of them fails, each has one of its own. A
failure is tried again on one schedule and holds back only its own subject; after the last try
the event is parked in the dead list, visible and replayable, and later events go on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, select

from chassis.data.claims import ClaimLost, Claims, seconds_until
from chassis.events.envelope import EnvelopeInvalid, Event, FieldMissing
from chassis.events.inbox import Unprocessable
from chassis.http.problems import is_without_room
from chassis.process.failpoints import failpoint
from chassis.process.regions import in_region
from chassis.process.runtime import Runtime
from chassis.process.telemetry import HANDLED, log

BATCH = 50
_REGION, _TYPE = attrgetter("region"), attrgetter("type")


@dataclass
class Dispatcher:
    """One worker's way through the inbox; several may work side by side."""

    runtime: Runtime
    worker: str
    _more: bool = field(default=False, init=False)  # than one batch is due

    @cached_property
    def _claims(self) -> Claims:
        db, schedule = self.runtime.db, self.runtime.settings.retry_schedule
        return Claims(db, db.plumbing.inbox, "sequence", self.worker, schedule)

    def run(self) -> bool:
        """Handle what is due; True when there was something."""
        rows = self.runtime.db.session.execute(self._due).all()
        self.runtime.db.session.rollback()
        self._more = len(rows) == BATCH
        for batch in _batches(self._claims.claim(*rows)) if rows else ():
            self._handle(batch)
        return bool(rows)

    def due(self) -> float:
        """Return in how many seconds an event can be handled that waits for no earlier one."""
        return 0.0 if self._more else seconds_until(self.runtime.db, self._next_due)

    @cached_property
    def _due(self) -> Select[Any]:
        inbox = self.runtime.db.plumbing.inbox
        due = select(inbox).where(self._claims.due, self._first_of_subject)
        return due.order_by(inbox.c.sequence).limit(BATCH)

    @cached_property
    def _next_due(self) -> Select[Any]:
        return self._claims.first_due(self._first_of_subject)

    @cached_property
    def _first_of_subject(self) -> ColumnElement[bool]:
        """What another release hears and this one does not waits for it, and holds back nobody."""
        inbox, runtime = self.runtime.db.plumbing.inbox, self.runtime
        heard: Any = bindparam("heard", callable_=lambda: list(runtime.heard), expanding=True)
        earlier = inbox.alias("earlier")
        blocked = exists(
            select(earlier.c.sequence).where(
                earlier.c.status == "pending",
                earlier.c.type.in_(heard),
                earlier.c.source == inbox.c.source,
                earlier.c.subject == inbox.c.subject,
                earlier.c.position < inbox.c.position,
            )
        )
        return inbox.c.type.in_(heard) & ~blocked

    def _handle(self, rows: Sequence[Any]) -> None:
        """Handle events of one region: all together, or each by itself where one fails."""
        failpoint("dispatcher.after_claim")
        try:
            self._apply(rows)
        except Exception as error:
            # Without room no event can be handled, so that is nobody's failed attempt.
            if is_without_room(error):
                raise
            if len(rows) == 1:
                self._failed(rows[0], error)
            else:
                for row in rows:
                    self._handle([row])
        else:
            failpoint("dispatcher.after_commit")
            for row in rows:
                HANDLED.labels(self.runtime.name, row.type, "done").inc()

    def _apply(self, rows: Sequence[Any]) -> None:
        with in_region(rows[0].region), self.runtime.db.transaction() as session:
            self._claims.finish(session, *rows)
            self._take_effect(rows)
            failpoint("dispatcher.before_commit")

    def _take_effect(self, rows: Sequence[Any]) -> None:
        # They are of different subjects, so they need no order among themselves.
        for event_type, alike in groupby(sorted(rows, key=_TYPE), key=_TYPE):
            self.runtime.heard[event_type].handle([Event.from_json(row.body) for row in alike])

    def _failed(self, row: Any, error: Exception) -> None:
        if isinstance(error, ClaimLost):
            log.warning("event_claim_lost", event_id=str(row.event_id), type=row.type)
            return
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


def _batches(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Put together what one transaction can hold; what failed before is alone."""
    fresh = [row for row in rows if not row.attempts]
    for _, together in groupby(sorted(fresh, key=_REGION), key=_REGION):
        yield list(together)
    yield from ([row] for row in rows if row.attempts)
