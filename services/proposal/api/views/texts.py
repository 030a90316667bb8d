"""Texts of the service in the reader's language, and picking members of a row."""

from collections.abc import Mapping
from typing import Any

from chassis.http.languages import language
from services.proposal.manifest import MANIFEST
from services.proposal.models import Proposal


def said(text: Mapping[str, str] | None) -> str:
    """Return a text in the reader's language; "" for none."""
    return (text or {}).get(language()) or (text or {}).get("id", "")


def label(kind: str, code: str) -> str:
    """Return what a code is called. Raises `KeyError` for one that `texts/` does not name."""
    return MANIFEST.texts.label(kind, code, language())


def stage_label(stage: str) -> str:
    return label("stage", stage)


def present_stage(proposal: Proposal) -> dict[str, str]:
    stage = proposal.present_stage
    return {"stage": stage, "stage_label": stage_label(stage)}


def action_label(action: str) -> str:
    return label("action", action)


def done_label(action: str) -> str:
    """Say that an action was done, as the history tells it: not what the button said."""
    return label("done", action)


def acting_label(kind: str | None) -> str:
    """Return what stands before the name of who acts for a holder, "" for a holder."""
    return said(MANIFEST.texts.labels["acting"].get(kind or ""))


def picked(thing: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names}
