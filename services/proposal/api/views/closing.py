"""What clients get of how a case ended before its time, or may end."""

from collections.abc import Sequence
from typing import Any

from marshmallow import fields

from chassis.http.api import Schema
from services.proposal.api.views.texts import label
from services.proposal.models import HistoryEntry, Proposal


class ClosingView(Schema):
    """Why a case was closed (R34)."""

    reason = fields.String(required=True)
    label = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)


def closing_view(proposal: Proposal, entries: Sequence[HistoryEntry]) -> dict[str, Any] | None:
    """Show why a case was closed, None for every other."""
    if proposal.closed_reason is None:
        return None
    return {
        "reason": proposal.closed_reason,
        "label": label("closing_reason", proposal.closed_reason),
        "note": entries[-1].note,
    }
