"""What clients get of how a case ended before its time, or may end."""

from collections.abc import Mapping, Sequence
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


class WithdrawalView(Schema):
    """The applicant's wish to withdraw, while it waits for an answer (R34)."""

    asked_at = fields.String(required=True, metadata={"format": "date-time"})
    note = fields.String(required=True, allow_none=True)


def withdrawal_view(wish: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Show a wish that waits for an answer."""
    return {"asked_at": wish["at"], "note": wish["note"]} if wish else None


def closing_view(proposal: Proposal, entries: Sequence[HistoryEntry]) -> dict[str, Any] | None:
    """Show why a case was closed, None for every other."""
    if proposal.closed_reason is None:
        return None
    return {
        "reason": proposal.closed_reason,
        "label": label("closing_reason", proposal.closed_reason),
        "note": entries[-1].note,
    }
