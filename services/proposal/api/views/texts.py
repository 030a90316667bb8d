"""Texts of the service in the reader's language, and picking members of a row."""

from collections.abc import Mapping
from typing import Any

from chassis.http.languages import language
from services.proposal.domain.stages import (
    ACTING_LABELS,
    ACTION_LABELS,
    DONE_LABELS,
    STAGE_LABELS,
    Action,
    Stage,
    Text,
)

_OTHER_ACTIONS: Mapping[str, Text] = {
    "sub_status": {"id": "Status pemrosesan", "en": "Processing status"},
}


def said(text: Text | None) -> str:
    """Return a text in the reader's language; "" for none."""
    return (text or {}).get(language()) or (text or {}).get("id", "")


def stage_label(stage: str) -> str:
    return said(STAGE_LABELS[Stage(stage)])


def action_label(action: str) -> str:
    return said(_OTHER_ACTIONS.get(action) or ACTION_LABELS[Action(action)])


def done_label(action: str) -> str:
    """Say that an action was done, as the history tells it."""
    return said(_OTHER_ACTIONS.get(action) or DONE_LABELS[Action(action)])


def acting_label(kind: str | None) -> str:
    """Return what stands before the name of who acts for a holder, "" for a holder."""
    return said(ACTING_LABELS.get(kind or ""))


def picked(thing: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names}
