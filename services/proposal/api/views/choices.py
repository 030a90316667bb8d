"""What the person who asks may choose for a proposal now, in words."""

from collections.abc import Iterable
from typing import Any

from marshmallow import fields

from chassis.http.api import Schema
from services.proposal.api.views.texts import action_label, label
from services.proposal.domain.reasons import REASONS, REASONS_ABOUT
from services.proposal.domain.stages import DECISIONS, Action, Result


class Choice(Schema):
    code = fields.String(required=True)
    label = fields.String(required=True)


class ReasonChoice(Choice):
    """A reason, and what it can be ticked for: a document, a field, the proposal as a whole."""

    about = fields.List(fields.String(metadata={"enum": [*REASONS_ABOUT]}), required=True)


class ChoicesView(Schema):
    """The words for `allowed_actions`, for decisions of the person, for reasons and results."""

    actions = fields.List(fields.Nested(Choice), required=True)
    decisions = fields.List(fields.Nested(Choice), required=True)
    reasons = fields.List(fields.Nested(ReasonChoice), required=True)
    results = fields.List(fields.Nested(Choice), required=True)
    closings = fields.List(
        fields.Nested(Choice), required=True, metadata={"description": "Reasons to close (R34)"}
    )


def choices_view(actions: list[str], closings: Iterable[str]) -> dict[str, Any]:
    """Show in words what may be done; reasons only to who may refuse, results to who enters one."""
    refuses = Action.REVISE in actions or Action.REJECT in actions
    decisions = [action for action in DECISIONS if action in actions]
    return {
        "actions": [_choice(action, action_label(action)) for action in actions],
        "decisions": [_choice(action, action_label(action)) for action in decisions],
        "reasons": _reasons() if refuses else [],
        "results": _labelled("result", Result) if Action.ENTER_RESULT in actions else [],
        "closings": _labelled("closing_reason", closings),
    }


def _reasons() -> list[dict[str, Any]]:
    return [
        {**reason, "about": [about for about, codes in REASONS_ABOUT.items() if code in codes]}
        for code, reason in zip(REASONS, _labelled("reason", REASONS), strict=True)
    ]


def _labelled(kind: str, codes: Iterable[str]) -> list[dict[str, Any]]:
    return [_choice(code, label(kind, code)) for code in codes]


def _choice(code: str, words: str) -> dict[str, Any]:
    return {"code": str(code), "label": words}
