"""One proposal in full, for the person who asks."""

from collections.abc import Sequence
from typing import Any

from services.proposal.api.rendering import document, reasons, row, said, stage_label
from services.proposal.api.rendering_layanan import layanan_view
from services.proposal.domain.facts import period_of, with_computed
from services.proposal.domain.layanan import Requirement
from services.proposal.domain.numbering import printed_lookup_code
from services.proposal.domain.stages import NOTE_SLOTS, NoteSlot, Stage
from services.proposal.manifest import LABELS
from services.proposal.models import HistoryEntry, ProposalDocument
from services.proposal.queries.proposals import Seen, history, known_facts, papers
from services.proposal.usecases.attaching import RESULT

Papers = Sequence[ProposalDocument]


def proposal_view(seen: Seen) -> dict[str, Any]:
    """Show everything about a proposal that the person may know."""
    proposal = seen.proposal
    filed = papers(proposal.id)
    return {
        **row(proposal, seen.snapshot),
        "lookup_code": _lookup_code(seen),
        "period": proposal.period,
        "definition": layanan_view(seen.layanan, seen.moment),
        "fields": proposal.fields,
        "documents": _documents(seen, filed),
        "notes": _notes(history(proposal.id)),
        "opened": {
            "fields": sorted(seen.opened.fields),
            "documents": sorted(seen.opened.documents),
        },
        "allowed_actions": seen.actions(),
        "return_to": proposal.return_to,
        "outcome": _outcome(seen, filed),
        "sub_status": proposal.sub_status,
        "updated_at": proposal.updated_at,
    }


def _lookup_code(seen: Seen) -> str | None:
    code = seen.proposal.lookup_code
    return printed_lookup_code(code) if code and seen.is_applicant else None


def _documents(seen: Seen, filed: Papers) -> list[dict[str, Any]]:
    values = seen.proposal.fields
    period = seen.proposal.period or period_of(seen.layanan, values, seen.moment)
    facts = with_computed(known_facts(seen.proposal.applicant_id), period=period)
    return [
        _of_requirement(
            item,
            needed=item.upload and item.need.applies(values, facts),
            is_open=item.code in seen.opened.documents,
            filed=[one for one in filed if one.requirement == item.code],
        )
        for item in seen.layanan.requirements
    ]


def _of_requirement(
    item: Requirement, *, needed: bool, is_open: bool, filed: Papers
) -> dict[str, Any]:
    current = next((one for one in filed if one.current), None)
    return {
        "requirement": item.code,
        "name": said(item.name),
        "needed": needed,
        "upload": item.upload,
        "open": is_open,
        "current": document(current) if current else None,
        "previous": [document(one) for one in filed if not one.current],
    }


def _notes(entries: Sequence[HistoryEntry]) -> dict[str, list[dict[str, Any]]]:
    """Newest first, in the slot of the office that wrote them (R13)."""
    slots: dict[str, list[dict[str, Any]]] = {str(slot): [] for slot in NoteSlot}
    for one in reversed(entries):
        slot = NOTE_SLOTS.get(Stage(one.from_stage))
        if slot is not None and one.role != "applicant" and (one.note or one.reasons):
            slots[slot].append(_note(one))
    return slots


def _note(one: HistoryEntry) -> dict[str, Any]:
    return {
        "at": one.at,
        "action": one.action,
        "stage": one.from_stage,
        "stage_label": stage_label(one.from_stage),
        "role": one.role,
        "note": one.note,
        "reasons": reasons(one),
    }


def _outcome(seen: Seen, filed: Papers) -> dict[str, Any] | None:
    proposal = seen.proposal
    if proposal.result is None:
        return None
    paper = next((one for one in filed if one.requirement == RESULT and one.current), None)
    return {
        "result": proposal.result,
        "label": said(LABELS["result"][proposal.result]),
        "remark": proposal.remark,
        "pickup_place": proposal.pickup_place,
        "document": document(paper) if paper else None,
        "fields": proposal.result_fields or {},
    }
