"""A service's log, served to authorised readers: the truth the bus only hurries along.

`GET /api/<service>/v1/events?after=<position>&types=a,b&limit=100` answers CloudEvents in
position order. Another service reconciles from it; another region's app can follow it.
"""

import json
from typing import Any

from marshmallow import fields, validate
from sqlalchemy import func, select

from chassis.http.api import Blueprint, Schema
from chassis.http.auth import requires
from chassis.http.fields import Exact
from chassis.process import regions
from chassis.process.runtime import Runtime, here


class FeedArgs(Schema):
    """Where to go on reading, and what to read."""

    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=2**53))
    types = Exact(load_default="", validate=validate.Length(max=1000))
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=500))


class FeedPage(Schema):
    """Events after a position. Go on with `next_after`; `head` is the log's last position."""

    data = fields.List(fields.Dict(), required=True)
    next_after = fields.Integer(required=True)
    has_more = fields.Boolean(required=True)
    head = fields.Integer(required=True)


def blueprint(service: str) -> Blueprint:
    """Make the feed's route for a service."""
    blp = Blueprint("events", url_prefix=f"/api/{service}/v1", description="The event log")

    @blp.route("/events")
    @requires("events.read")
    @blp.arguments(FeedArgs, location="query")
    @blp.response(200, FeedPage)
    def events(args: dict[str, Any]) -> dict[str, Any]:
        """Read the log of events in order."""
        types = [part for part in args["types"].split(",") if part]
        return page(here(), args["after"], types, args["limit"])

    return blp


def page(runtime: Runtime, after: int, types: list[str], limit: int) -> dict[str, Any]:
    """Read numbered events after a position, of the bound region or of all."""
    outbox = runtime.db.plumbing.outbox
    statement = select(outbox.c.position, outbox.c.body).where(outbox.c.position > after)
    if types:
        statement = statement.where(outbox.c.type.in_(types))
    if regions.bound() != regions.ALL:
        statement = statement.where(outbox.c.region == regions.current_region())
    session = runtime.db.session
    head = session.scalar(select(func.max(outbox.c.position))) or 0
    rows = session.execute(statement.order_by(outbox.c.position).limit(limit + 1)).all()
    has_more = len(rows) > limit
    rows = rows[:limit]
    return {
        "data": [json.loads(row.body) | {"position": row.position} for row in rows],
        "next_after": rows[-1].position if has_more else max(head, after),
        "has_more": has_more,
        "head": head,
    }
