"""What clients get of alarms."""

from typing import Any

from marshmallow import fields

from chassis.http.api import Schema
from chassis.http.paging import page_schema
from services.proposal.api.views.proposals import ProposalRow, row
from services.proposal.api.views.texts import label, stage_label
from services.proposal.domain.stages import Stage
from services.proposal.queries.proposals import Alarm


class AlarmView(Schema):
    """A proposal that nobody can decide today."""

    raised_at = fields.AwareDateTime(required=True)
    stage = fields.String(required=True)
    stage_label = fields.String(required=True)
    cause = fields.String(
        required=True, metadata={"description": "Why nobody goes on with it, in words"}
    )
    proposal = fields.Nested(ProposalRow, required=True)


AlarmPage = page_schema(AlarmView)


def alarm_view(alarm: Alarm) -> dict[str, Any]:
    return {
        "raised_at": alarm.unattended.raised_at,
        "stage": alarm.unattended.stage,
        "stage_label": stage_label(alarm.unattended.stage),
        "cause": label("alarm", _cause(alarm)),
        "proposal": row(alarm),
    }


def _cause(alarm: Alarm) -> str:
    in_revision = alarm.unattended.stage == Stage.REVISION
    return "applicant_left" if in_revision else "nobody_decides"
