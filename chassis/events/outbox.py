"""Facts are recorded in the same transaction as the change they tell of.

Nothing here talks to a bus: the sequencer and the publisher take it from the table.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import Table, insert

from chassis.data.writing import Writing
from chassis.events.envelope import Event, check_room
from chassis.process.clock import now
from chassis.process.context import current
from chassis.process.runtime import here


class NotInTransaction(Exception):
    """An event was recorded outside the transaction of the change it tells of."""


def record(event: Event) -> Event:
    """Put an event into the log of the current service.

    Must be called inside `db.transaction()`; raises `NotInTransaction` otherwise and
    `ContractBroken` when `event.data` is not what the service's contract promises, and
    `EnvelopeInvalid` when no hearer could store it.
    Returns the event as it was written.
    """
    [written] = record_all([event])
    return written


def record_all(events: Sequence[Event]) -> list[Event]:
    """Put events into the log by one statement, in their order. Raises what `record` does."""
    runtime = here()
    if events and not runtime.db.in_transaction:
        raise NotInTransaction(events[0].type)
    for event in events:
        runtime.contracts.check(event.type, event.data)
    written = [_with_context(replace(event, source=runtime.name)) for event in events]
    if written:
        rows = [_row(event) for event in written]
        _recording(runtime.db.plumbing.outbox).run_each(runtime.db.session, rows)
        runtime.wake_at_commit("relay")
    return written


def _row(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type,
        "subject": event.subject,
        "region": event.region,
        "body": check_room(event),
        "recorded_at": now(),
    }


@cache
def _recording(outbox: Table) -> Writing:
    return Writing(insert(outbox))


def _with_context(event: Event) -> Event:
    context = current()
    if context is None:
        return event
    return replace(
        event,
        request_id=event.request_id or context.request_id,
        correlation_id=event.correlation_id or context.correlation_id,
        causation_id=event.causation_id or context.causation_id,
    )
