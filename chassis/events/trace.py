"""What one service knows of a subject's way: the events it recorded and those it heard.

An event belongs to the way when it is about the subject or its data names the subject's id; so
a result document's events belong to its proposal's. Event ids sort by time, which makes `after`
both the place to go on and a bound to the search.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy import Select, Table, or_, select
from sqlalchemy.sql.elements import ColumnElement

from chassis.data.claims import DONE, PARKED
from chassis.events.retention import FORGOTTEN
from chassis.http.api import Schema
from chassis.http.fields import Code
from chassis.process import regions
from chassis.process.runtime import Runtime

_FIRST = UUID(int=0)
_CAUSES = {
    "request_id": "requestid",
    "correlation_id": "correlationid",
    "causation_id": "causationid",
}


class TraceArgs(Schema):
    """Whose way, and from which event on."""

    subject = Code(
        "^[a-z_]{1,40}/[A-Za-z0-9_-]{1,64}$",
        required=True,
        metadata={"description": "e.g. proposal/<id>"},
    )
    after = fields.UUID(load_default=_FIRST, metadata={"description": "an event's id"})
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=500))


class TracedEvent(Schema):
    """An event without its data, and what set it off."""

    event_id = fields.UUID(required=True)
    type = fields.String(required=True)
    subject = fields.String(required=True)
    region = fields.String(required=True)
    position = fields.Integer(required=True, allow_none=True)
    time = fields.AwareDateTime(required=True)
    request_id = fields.String(required=True, allow_none=True)
    correlation_id = fields.String(required=True, allow_none=True)
    causation_id = fields.String(required=True, allow_none=True)


class RecordedEvent(TracedEvent):
    """An event of this service; `unrouted` when nobody's queue took it."""

    recorded_at = fields.AwareDateTime(required=True)
    published_at = fields.AwareDateTime(required=True, allow_none=True)
    unrouted = fields.Boolean(required=True)


class HeardEvent(TracedEvent):
    """An event of another service, and how far its handling has come."""

    source = fields.String(required=True)
    received_at = fields.AwareDateTime(required=True)
    status = fields.String(
        required=True, validate=validate.OneOf(["pending", "done", "parked", "suppressed"])
    )
    attempts = fields.Integer(required=True, metadata={"description": "failed tries so far"})
    due_at = fields.AwareDateTime(required=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)
    error = fields.String(required=True, allow_none=True)


class TracePage(Schema):
    """Both lists cover the same stretch of time. Go on with `next_after` while `has_more`."""

    recorded = fields.List(fields.Nested(RecordedEvent), required=True)
    heard = fields.List(fields.Nested(HeardEvent), required=True)
    next_after = fields.UUID(required=True, allow_none=True)
    has_more = fields.Boolean(required=True)


def page(runtime: Runtime, subject: str, after: UUID, limit: int) -> dict[str, Any]:
    """Read a subject's events, of the bound region or of all, oldest first."""
    outbox, inbox = runtime.db.plumbing.outbox, runtime.db.plumbing.inbox
    recorded = _read(runtime, _wanted(outbox, outbox.c.id, subject, after, limit))
    heard = _read(runtime, _wanted(inbox, inbox.c.event_id, subject, after, limit))
    ids = sorted([row.id for row in recorded] + [row.event_id for row in heard])
    has_more = len(ids) > limit
    last = ids[min(limit, len(ids)) - 1] if ids else None
    return {
        "recorded": [_recorded(row) for row in recorded if row.id <= last],
        "heard": [_heard(row) for row in heard if row.event_id <= last],
        "next_after": last,
        "has_more": has_more,
    }


def _read(runtime: Runtime, wanted: Select[Any]) -> Sequence[Any]:
    return runtime.db.session.execute(wanted).all()


def _wanted(
    table: Table, event_id: ColumnElement[UUID], subject: str, after: UUID, limit: int
) -> Select[Any]:
    _, _, name = subject.partition("/")
    statement = (
        select(table)
        .where(event_id > after)
        .where(or_(table.c.subject == subject, table.c.body.contains(f'"{name}"', autoescape=True)))
    )
    if regions.bound() != regions.ALL:
        statement = statement.where(table.c.region == regions.current_region())
    return statement.order_by(event_id).limit(limit + 1)


def _recorded(row: Any) -> dict[str, Any]:
    return {
        "event_id": row.id,
        **_traced(row),
        "recorded_at": row.recorded_at,
        "published_at": row.published_at,
        "unrouted": bool(row.unrouted),
    }


def _heard(row: Any) -> dict[str, Any]:
    return {
        "event_id": row.event_id,
        **_traced(row),
        "source": row.source,
        "received_at": row.received_at,
        "status": row.status if row.status != FORGOTTEN else DONE if row.done_at else PARKED,
        "attempts": row.attempts,
        "due_at": row.due_at,
        "done_at": row.done_at,
        "error": row.error,
    }


def _traced(row: Any) -> dict[str, Any]:
    envelope = json.loads(row.body)
    return {
        "type": row.type,
        "subject": row.subject,
        "region": row.region,
        "position": row.position,
        # What was forgotten of a heard event tells no time of its own any more.
        "time": datetime.fromisoformat(envelope.get("time") or row.received_at.isoformat()),
        **{name: envelope.get(key) for name, key in _CAUSES.items()},
    }
