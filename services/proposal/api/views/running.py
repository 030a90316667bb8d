"""What clients get of what somebody has running already, before anything is typed (R40)."""

from collections.abc import Iterable
from typing import Any

from marshmallow import fields

from chassis.http.api import Schema
from services.proposal.api.views.texts import picked, present_stage
from services.proposal.models import Proposal


class RunningView(Schema):
    """Another proposal of the same person for the same layanan that has not ended; or a draft."""

    id = fields.UUID(required=True)
    number = fields.String(required=True, allow_none=True)
    stage = fields.String(required=True)
    stage_label = fields.String(required=True)
    submitted_at = fields.AwareDateTime(required=True, allow_none=True)


def running_view(proposals: Iterable[Proposal]) -> list[dict[str, Any]]:
    return [
        {**picked(proposal, ("id", "number", "submitted_at")), **present_stage(proposal)}
        for proposal in proposals
    ]
