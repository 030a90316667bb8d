"""What clients get of a revision: each marked part, how it was dealt with, old beside new (R35)."""

from collections.abc import Sequence
from typing import Any

from marshmallow import fields

from chassis.http.api import Schema
from services.proposal.api.views.documents import DocumentView, document_view
from services.proposal.api.views.history import ReasonView, reasons_view
from services.proposal.api.views.texts import label, said, stage_label
from services.proposal.domain.answering import PartState
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.stages import Stage
from services.proposal.models import HistoryEntry
from services.proposal.queries.dossier import Papers
from services.proposal.queries.filed import Filed
from services.proposal.queries.proposals import Viewed
from services.proposal.queries.revisions import last_round, marked_parts


class PartView(Schema):
    """A marked part. A field has values, a document has versions; null is where there was none."""

    target = fields.String(required=True)
    name = fields.String(required=True)
    reasons = fields.List(fields.Nested(ReasonView), required=True)
    state = fields.String(required=True, metadata={"enum": [str(state) for state in PartState]})
    state_label = fields.String(required=True)
    answer = fields.String(required=True, allow_none=True)
    values = fields.Dict(required=True, metadata={"description": "Of a field: `before` and `now`"})
    document_before = fields.Nested(DocumentView, required=True, allow_none=True)
    document_now = fields.Nested(DocumentView, required=True, allow_none=True)


class RevisionView(Schema):
    """The last revision that marked something; `resent_at` is null while it is waited for."""

    asked_at = fields.AwareDateTime(required=True)
    stage = fields.String(required=True)
    stage_label = fields.String(required=True)
    resent_at = fields.AwareDateTime(required=True, allow_none=True)
    parts = fields.List(fields.Nested(PartView), required=True)


def revision_view(
    viewed: Viewed, entries: Sequence[HistoryEntry], filed: Filed
) -> dict[str, Any] | None:
    """Show the last revision; None where none was asked for or nothing was marked."""
    found = last_round(entries)
    if found is None:
        return None
    asked, sent = found
    parts = sent.changes.get("parts", []) if sent else _waited_for(viewed, filed)
    if not parts:
        return None
    return {
        "asked_at": asked.at,
        "stage": asked.from_stage,
        "stage_label": stage_label(asked.from_stage),
        "resent_at": sent.at if sent else None,
        "parts": [_part(part, asked, viewed.layanan, filed.papers) for part in parts],
    }


def _waited_for(viewed: Viewed, filed: Filed) -> list[dict[str, Any]]:
    """What is marked now; how it is being dealt with knows only who writes it."""
    if viewed.position.stage is not Stage.REVISION:
        return []
    parts = marked_parts(viewed.proposal, filed.papers)
    return [(part if viewed.writes_it else part.untouched()).stored() for part in parts]


def _part(
    part: dict[str, Any], asked: HistoryEntry, layanan: LayananDefinition, filed: Papers
) -> dict[str, Any]:
    kind, _, code = part["target"].partition(":")
    before, now = part["before"], part["now"]
    return {
        "target": part["target"],
        "name": _name(layanan, kind, code),
        "reasons": [reason for reason in reasons_view(asked) if reason["target"] == part["target"]],
        "state": part["state"],
        "state_label": label("part", part["state"]),
        "answer": part["answer"],
        "values": {"before": before, "now": now} if kind == "field" else {},
        "document_before": _document(code, before, filed) if kind == "document" else None,
        "document_now": _document(code, now, filed) if kind == "document" else None,
    }


def _name(layanan: LayananDefinition, kind: str, code: str) -> str:
    if kind == "field":
        marked_field = layanan.field_named(code)
        return said(marked_field.label) if marked_field else code
    requirement = layanan.requirement(code)
    return said(requirement.name) if requirement else code


def _document(code: str, revision: int | None, filed: Papers) -> dict[str, Any] | None:
    versions = (row for row in filed if (row.requirement, row.revision) == (code, revision))
    found = next(versions, None)
    return document_view(found) if found else None
