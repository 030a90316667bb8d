"""What clients get of what happened: lines of the history, and the notes of each office."""

from collections.abc import Sequence
from typing import Any

from marshmallow import fields

from chassis.http.api import Schema
from services.proposal.api.views.texts import (
    acting_label,
    action_label,
    done_label,
    label,
    picked,
    said,
    stage_label,
)
from services.proposal.domain.stages import NOTE_SLOTS, SYSTEM, NoteSlot, Stage
from services.proposal.domain.standing import DELEGATE
from services.proposal.models import HistoryEntry
from services.proposal.queries.revisions import open_round

_ENTRY = (
    "sequence",
    "at",
    "from_stage",
    "actor_id",
    "actor_name",
    "role",
    "acting",
    "acting_for",
    "note",
    "changes",
)


class ReasonView(Schema):
    code = fields.String(required=True)
    label = fields.String(required=True)
    target = fields.String(required=True, allow_none=True)


AS = fields.String(
    required=True,
    allow_none=True,
    data_key="as",
    metadata={"description": "definitive, plt, plh, pj, tt or delegate; null of no office (R41)"},
)
DECIDED_BY = fields.String(
    required=True, metadata={"description": "Who did it and as whom, with both names (R41)"}
)


class NoteView(Schema):
    at = fields.AwareDateTime(required=True)
    action = fields.String(required=True)
    stage = fields.String(required=True)
    stage_label = fields.String(required=True)
    slot_label = fields.String(required=True)
    role = fields.String(required=True)
    actor_name = fields.String(required=True)
    acting = fields.String(required=True, allow_none=True)
    acting_label = fields.String(required=True)
    as_ = AS
    decided_by = DECIDED_BY
    note = fields.String(required=True, allow_none=True)
    reasons = fields.List(fields.Nested(ReasonView), required=True)
    open = fields.Boolean(
        required=True, metadata={"description": "Whether the revision waited for now asks for it"}
    )


Notes: Any = Schema.from_dict(
    {str(slot): fields.List(fields.Nested(NoteView), required=True) for slot in NoteSlot},
    name="Notes",
)


class HistoryView(Schema):
    """One thing that happened; written once, never changed."""

    sequence = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    action = fields.String(required=True)
    action_label = fields.String(required=True)
    cause = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why it happened, where no person did it"},
    )
    done_label = fields.String(
        required=True, metadata={"description": "The action as something that was done"}
    )
    from_stage = fields.String(required=True)
    from_stage_label = fields.String(required=True)
    to_stage = fields.String(required=True)
    to_stage_label = fields.String(required=True)
    actor_id = fields.UUID(required=True, allow_none=True)
    actor_name = fields.String(required=True)
    role = fields.String(required=True)
    acting = fields.String(required=True, allow_none=True)
    acting_label = fields.String(required=True)
    as_ = AS
    decided_by = DECIDED_BY
    acting_for = fields.UUID(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    reasons = fields.List(fields.Nested(ReasonView), required=True)
    changes = fields.Dict(required=True)


class HistoryList(Schema):
    data = fields.List(fields.Nested(HistoryView), required=True)


def entry_view(entry: HistoryEntry) -> dict[str, Any]:
    """Show one line of the history."""
    return {
        **picked(entry, _ENTRY),
        "actor_name": _actor_name(entry),
        "action": entry.what,
        "cause": _cause(entry),
        "action_label": action_label(entry.what),
        "done_label": done_label(entry.what),
        "from_stage_label": stage_label(entry.from_stage),
        "to_stage": entry.led_to,
        "to_stage_label": stage_label(entry.led_to),
        "acting_label": acting_label(entry.acting),
        **standing_view(entry),
        "reasons": reasons_view(entry),
    }


def standing_view(entry: HistoryEntry) -> dict[str, Any]:
    """Say who acted and as whom; entries of before know less."""
    standing = entry.standing or {}
    name, said_as = _actor_name(entry), said(standing.get("named"))
    known = f"{name}, {said_as}" if said_as else f"{acting_label(entry.acting)} {name}".strip()
    return {"as_": standing.get("as") or _code(entry), "decided_by": known}


def _code(entry: HistoryEntry) -> str | None:
    return DELEGATE if entry.acting_for else entry.acting


def _actor_name(entry: HistoryEntry) -> str:
    return label("author", entry.role) if entry.role == SYSTEM else entry.actor_name


def _cause(entry: HistoryEntry) -> str | None:
    """Say from where to where the register moved an applicant; early entries do not know it."""
    if entry.role != SYSTEM:
        return None
    names = entry.changes.get("from_opd_name"), entry.changes.get("to_opd_name")
    if not all(names):
        return label("cause", "moved")
    return label("cause", "moved_from_to").format(before=names[0], after=names[1])


def notes_view(entries: Sequence[HistoryEntry]) -> dict[str, list[dict[str, Any]]]:
    """Newest first, in the slot of the office that wrote them (R13)."""
    slots: dict[str, list[dict[str, Any]]] = {str(slot): [] for slot in NoteSlot}
    asked = open_round(entries)
    for entry in reversed(entries):
        slot = NOTE_SLOTS.get(Stage(entry.from_stage))
        if slot is not None and entry.role != "applicant" and (entry.note or entry.reasons):
            slots[slot].append(_note(entry, slot, is_open=entry is asked))
    return slots


def _note(entry: HistoryEntry, slot: NoteSlot, *, is_open: bool) -> dict[str, Any]:
    return {
        "at": entry.at,
        "action": entry.what,
        "stage": entry.from_stage,
        "stage_label": stage_label(entry.from_stage),
        "slot_label": label("note_slot", slot),
        "role": entry.role,
        "actor_name": entry.actor_name,
        "acting": entry.acting,
        "acting_label": acting_label(entry.acting),
        **standing_view(entry),
        "note": entry.note,
        "reasons": reasons_view(entry),
        "open": is_open,
    }


def reasons_view(entry: HistoryEntry) -> list[dict[str, Any]]:
    """Show the reasons that were ticked with a decision."""
    return [{**reason, "label": label("reason", reason["code"])} for reason in entry.reasons]
