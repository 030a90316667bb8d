"""From rows to the shapes of answers, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from chassis.http.problems import language
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.reasons import REASON_LABELS
from services.proposal.domain.stages import ACTION_LABELS, STAGE_LABELS, Action, Stage, Text
from services.proposal.models import HistoryEntry, Proposal, ProposalDocument
from services.proposal.queries.region_snapshot import RegionSnapshot

_OTHER_ACTIONS: Mapping[str, Text] = {
    "sub_status": {"id": "Status pemrosesan", "en": "Processing status"},
}
_ROW = (
    "id",
    "number",
    "version",
    "applicant",
    "stage",
    "result",
    "late",
    "created_at",
    "submitted_at",
    "stage_since",
    "expected_end",
    "closed_at",
)
_DOCUMENT = (
    "revision",
    "document_id",
    "name",
    "sha256",
    "size",
    "content_type",
    "pages",
    "attached_at",
)
_ENTRY = (
    "sequence",
    "at",
    "action",
    "from_stage",
    "to_stage",
    "actor_id",
    "actor_name",
    "role",
    "acting",
    "acting_for",
    "note",
    "changes",
)


def said(text: Text | None) -> str:
    """Return a text in the reader's language; "" for none."""
    return (text or {}).get(language()) or (text or {}).get("id", "")


def stage_label(stage: str) -> str:
    return said(STAGE_LABELS[Stage(stage)])


def action_label(action: str) -> str:
    return said(_OTHER_ACTIONS.get(action) or ACTION_LABELS[Action(action)])


def layanan_name(layanan: LayananDefinition) -> dict[str, Any]:
    return {
        "code": layanan.code,
        "version": layanan.version,
        "name": said(layanan.name),
        "short_name": said(layanan.short_name),
        "sensitive": layanan.sensitive,
    }


def row(proposal: Proposal, snapshot: RegionSnapshot) -> dict[str, Any]:
    """Show a proposal as a line of a list."""
    return {
        **_picked(proposal, _ROW),
        "layanan": layanan_name(snapshot.layanan[proposal.definition_id]),
        "stage_label": stage_label(proposal.stage),
    }


def document(paper: ProposalDocument) -> dict[str, Any]:
    return _picked(paper, _DOCUMENT)


def entry(one: HistoryEntry) -> dict[str, Any]:
    """Show one line of the history."""
    return {
        **_picked(one, _ENTRY),
        "action_label": action_label(one.action),
        "reasons": reasons(one),
    }


def reasons(one: HistoryEntry) -> list[dict[str, Any]]:
    return [{**reason, "label": said(REASON_LABELS[reason["code"]])} for reason in one.reasons]


def _picked(thing: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names}
