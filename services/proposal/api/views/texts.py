"""Texts of the service in the reader's language, and picking members of a row."""

from collections.abc import Mapping
from typing import Any

from chassis.http.languages import language
from services.proposal.domain.stages import ACTION_LABELS, STAGE_LABELS, Action, Stage, Text

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


def picked(thing: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names}
