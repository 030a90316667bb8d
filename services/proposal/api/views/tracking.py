"""What clients get of where a proposal is, and with whom."""

from datetime import date
from typing import Any

from marshmallow import fields

from chassis.http.api import Schema
from services.proposal.api.views.texts import stage_label
from services.proposal.domain.schedule import stage_due
from services.proposal.domain.workflow import decider_of
from services.proposal.queries.proposals import Viewed, names_of


class HolderView(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    acting = fields.String(required=True)


class TrackingView(Schema):
    """Where a proposal is, with whom, since when, and when it should be finished."""

    stage = fields.String(required=True)
    stage_label = fields.String(required=True)
    decider = fields.String(required=True, allow_none=True)
    holders = fields.List(fields.Nested(HolderView), required=True)
    since = fields.AwareDateTime(required=True)
    due = fields.Date(required=True, allow_none=True)
    expected_end = fields.Date(required=True, allow_none=True)


def tracking_view(viewed: Viewed) -> dict[str, Any]:
    """Say where a proposal is, with whom, since when, and when it should be finished."""
    proposal = viewed.proposal
    return {
        "stage": proposal.stage,
        "stage_label": stage_label(proposal.stage),
        "decider": decider_of(viewed.layanan, viewed.position.stage),
        "holders": _holders(viewed),
        "since": proposal.stage_since,
        "due": _due(viewed),
        "expected_end": None if proposal.closed_at else proposal.expected_end,
    }


def _holders(viewed: Viewed) -> list[dict[str, Any]]:
    holders = viewed.deciders.holders
    names = names_of(holders)
    return [
        {
            "id": holder.employee_id,
            "name": names.get(holder.employee_id, ""),
            "role": holder.role,
            "acting": holder.acting,
        }
        for holder in holders
    ]


def _due(viewed: Viewed) -> date | None:
    moment = viewed.moment
    since = viewed.proposal.stage_since.astimezone(moment.zone).date()
    stage = viewed.position.stage
    return stage_due(viewed.layanan, stage=stage, since=since, holidays=moment.holidays)
