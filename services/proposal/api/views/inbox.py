"""What clients get of an officer's work."""

from typing import Any

from marshmallow import fields

from chassis.http.api import Schema
from chassis.http.paging import page_schema
from services.proposal.api.views.proposals import ProposalRow, row
from services.proposal.api.views.texts import picked
from services.proposal.domain.stages import OFFICER_STAGES
from services.proposal.queries.inbox import Decided

Counts: Any = Schema.from_dict(
    {str(stage): fields.Integer() for stage in OFFICER_STAGES}, name="InboxCounts"
)


class DecidedRow(Schema):
    """A decision of the person who asks, with the proposal as it is now."""

    at = fields.AwareDateTime(required=True)
    action = fields.String(required=True)
    from_stage = fields.String(required=True)
    to_stage = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)
    proposal = fields.Nested(ProposalRow, required=True)


DecidedPage = page_schema(DecidedRow)


def decided_view(decided: Decided) -> dict[str, Any]:
    """Show a decision with the proposal as it is now."""
    shown = picked(decided.entry, ("at", "action", "from_stage", "to_stage", "note"))
    return {**shown, "proposal": row(decided)}
