"""What clients get of an officer's work."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from chassis.http.api import Schema
from services.proposal.api.views.history import AS, DECIDED_BY, standing_view
from services.proposal.api.views.proposals import ProposalRow, row
from services.proposal.api.views.texts import done_label, label, picked, stage_label
from services.proposal.domain.stages import OFFICER_STAGES, Stage
from services.proposal.queries.inbox import Decided

# In revision are the cases whose applicant asks for a withdrawal (R34).
_QUEUES = (*OFFICER_STAGES, Stage.REVISION)

Counts: Any = Schema.from_dict(
    {str(stage): fields.Integer() for stage in _QUEUES}, name="InboxCounts"
)


class QueueView(Schema):
    """A stage whose decision the person who asks may take today, and how many wait there."""

    stage = fields.String(required=True)
    label = fields.String(required=True)
    waiting = fields.Integer(required=True)


class QueueList(Schema):
    """Every queue of the person; none means that there is nothing to decide from."""

    data = fields.List(fields.Nested(QueueView), required=True)


class DecidedRow(Schema):
    """A decision of the person who asks, with the proposal as it is now."""

    at = fields.AwareDateTime(required=True)
    action = fields.String(required=True)
    done_label = fields.String(required=True)
    from_stage = fields.String(required=True)
    from_stage_label = fields.String(required=True)
    to_stage = fields.String(required=True)
    as_ = AS
    decided_by = DECIDED_BY
    note = fields.String(required=True, allow_none=True)
    proposal = fields.Nested(ProposalRow, required=True)


def decided_view(decided: Decided) -> dict[str, Any]:
    """Show a decision with the proposal as it is now."""
    shown = picked(decided.entry, ("at", "from_stage", "note"))
    return {
        **shown,
        "action": decided.entry.what,
        "done_label": done_label(decided.entry.what),
        **standing_view(decided.entry),
        "to_stage": decided.entry.led_to,
        "from_stage_label": stage_label(decided.entry.from_stage),
        "proposal": row(decided),
    }


def queues_view(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Show queues in the order in which a proposal comes to them."""
    return [
        {"stage": str(stage), "label": _queue_label(stage), "waiting": counts[stage]}
        for stage in _QUEUES
        if stage in counts
    ]


def _queue_label(stage: Stage) -> str:
    return label("queue", stage) if stage is Stage.REVISION else stage_label(stage)
