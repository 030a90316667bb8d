"""What an operator can ask of a running service: dead list, replay, reconciliation, trace."""

from typing import Any

from marshmallow import fields, validate

from chassis.events import dead, trace
from chassis.events.reconcile import Reconciler
from chassis.http.api import Blueprint, Schema
from chassis.http.auth import requires
from chassis.http.fields import Exact
from chassis.http.values import Truth
from chassis.process.runtime import here
from chassis.run import timers


class DeadArgs(Schema):
    """Which of the events that were not handled."""

    status = Exact(load_default="parked", validate=validate.OneOf(dead.STATUSES))


class DeadEvent(Schema):
    """An event that was not handled, without its data."""

    event_id = fields.UUID(required=True)
    type = fields.String(required=True)
    source = fields.String(required=True)
    subject = fields.String(required=True)
    region = fields.String(required=True)
    position = fields.Integer(required=True)
    attempts = fields.Integer(required=True)
    error = fields.String(required=True, allow_none=True)
    received_at = fields.AwareDateTime(required=True)


class DeadList(Schema):
    """The newest first, at most 100."""

    data = fields.List(fields.Nested(DeadEvent), required=True)


class ReplayOrder(DeadArgs):
    """One event, or all of the status."""

    event_id = fields.UUID(load_default=None, allow_none=True)


class ParkedTimer(Schema):
    """A timer whose effect failed to the end of the schedule."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    subject = fields.String(required=True)
    region = fields.String(required=True)
    set_at = fields.AwareDateTime(required=True)
    attempts = fields.Integer(required=True)
    error = fields.String(required=True, allow_none=True)


class ParkedTimers(Schema):
    """The newest first, at most 100."""

    data = fields.List(fields.Nested(ParkedTimer), required=True)


class Outcome(Schema):
    """How many events or timers it concerned."""

    count = fields.Integer(required=True)


class ReconcileOrder(Schema):
    """Compare from where it stands, or from the first event again."""

    from_beginning = Truth(load_default=False)


def blueprint(service: str) -> Blueprint:
    """Make the operator's routes for a service."""
    blp = Blueprint("operations", url_prefix=f"/api/{service}/v1", description="For operators")
    _add_events(blp)
    _add_timers(blp)
    return blp


def _add_events(blp: Blueprint) -> None:
    @blp.route("/dead")
    @requires("ops")
    @blp.arguments(DeadArgs, location="query")
    @blp.response(200, DeadList)
    def list_dead(args: dict[str, Any]) -> dict[str, Any]:
        """List events that were not handled."""
        return {"data": dead.listed(here(), args["status"])}

    @blp.route("/dead/replay", methods=["POST"])
    @requires("ops")
    @blp.arguments(ReplayOrder)
    @blp.response(200, Outcome)
    def replay_dead(order: dict[str, Any]) -> dict[str, int]:
        """Hand events to their handlers again."""
        return {"count": dead.replay(here(), order["event_id"], order["status"])}

    @blp.route("/reconcile", methods=["POST"])
    @requires("ops")
    @blp.arguments(ReconcileOrder)
    @blp.response(200, Outcome)
    def reconcile(order: dict[str, Any]) -> dict[str, int]:
        """Compare with the other services' logs now."""
        reconciler = Reconciler(here())
        if order["from_beginning"]:
            return {"count": reconciler.from_the_beginning()}
        reconciler.compare_all()
        return {"count": reconciler.fetched}

    @blp.route("/trace")
    @requires("ops")
    @blp.arguments(trace.TraceArgs, location="query")
    @blp.response(200, trace.TracePage)
    def trace_subject(args: dict[str, Any]) -> dict[str, Any]:
        """Follow one subject: what was recorded and heard of it, and how it went."""
        return trace.page(here(), **args)


def _add_timers(blp: Blueprint) -> None:
    @blp.route("/timers/parked")
    @requires("ops")
    @blp.response(200, ParkedTimers)
    def list_parked_timers() -> dict[str, Any]:
        """List timers whose effect failed."""
        return {"data": timers.parked(here())}

    @blp.route("/timers/retry", methods=["POST"])
    @requires("ops")
    @blp.response(200, Outcome)
    def retry_timers() -> dict[str, int]:
        """Try the effect of every parked timer again."""
        return {"count": timers.retry_parked(here())}
