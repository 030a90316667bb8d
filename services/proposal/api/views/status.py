"""What anybody gets who has a number and its lookup code."""

from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import fields

from chassis.http.api import Schema
from services.proposal.api.views.texts import picked, present_stage
from services.proposal.models import Proposal

_DATES = ("number", "submitted_at", "stage_since", "expected_end", "closed_at")


class StatusView(Schema):
    """What anybody with number and code may know: stage and dates only (R20)."""

    number = fields.String(required=True)
    stage = fields.String(required=True)
    stage_label = fields.String(required=True)
    submitted_at = fields.AwareDateTime(required=True)
    stage_since = fields.AwareDateTime(required=True)
    expected_end = fields.Date(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    zone = fields.String(
        required=True,
        metadata={"description": "The region's, by which these are days"},
    )


def status_view(proposal: Proposal, zone: ZoneInfo) -> dict[str, Any]:
    return {**picked(proposal, _DATES), **present_stage(proposal), "zone": zone.key}
