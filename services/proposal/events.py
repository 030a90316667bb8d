"""What this service tells the others: one function per event, contracts in `contracts/`.

No name, NIP or contact travels here. For a sensitive layanan no free text does either (R6).
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from chassis.events.envelope import Event
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.numbering import printed_lookup_code
from services.proposal.models import HistoryEntry, Proposal, ProposalDocument

Deciders = Iterable[UUID]


def submitted(proposal: Proposal, layanan: LayananDefinition, deciders: Deciders) -> Event:
    return _event(
        "proposal.submitted.v1",
        proposal,
        layanan,
        lookup_code=printed_lookup_code(proposal.lookup_code or ""),
        decider_ids=_ids(deciders),
        submitted_at=proposal.submitted_at.isoformat() if proposal.submitted_at else None,
        expected_end=proposal.expected_end.isoformat() if proposal.expected_end else None,
    )


def resubmitted(proposal: Proposal, layanan: LayananDefinition, deciders: Deciders) -> Event:
    return _event("proposal.resubmitted.v1", proposal, layanan, decider_ids=_ids(deciders))


def withdrawn(proposal: Proposal, layanan: LayananDefinition) -> Event:
    return _event("proposal.withdrawn.v1", proposal, layanan)


def advanced(
    proposal: Proposal, layanan: LayananDefinition, entry: HistoryEntry, deciders: Deciders
) -> Event:
    return _event(
        "proposal.advanced.v1",
        proposal,
        layanan,
        decision="approve",
        decider_ids=_ids(deciders),
        **_decision(entry, layanan),
    )


def returned(proposal: Proposal, layanan: LayananDefinition, entry: HistoryEntry) -> Event:
    reasons = None if layanan.sensitive else entry.reasons
    return _event(
        "proposal.returned.v1", proposal, layanan, reasons=reasons, **_decision(entry, layanan)
    )


def rejected(proposal: Proposal, layanan: LayananDefinition, entry: HistoryEntry) -> Event:
    return _event("proposal.rejected.v1", proposal, layanan, **_decision(entry, layanan))


def revision_waits(proposal: Proposal, layanan: LayananDefinition, working_days: int) -> Event:
    return _event("proposal.revision_waits.v1", proposal, layanan, working_days=working_days)


def stage_due(
    proposal: Proposal,
    layanan: LayananDefinition,
    deciders: Deciders,
    *,
    due_on: str,
    urgency: str,
) -> Event:
    return _event(
        "proposal.stage_due.v1",
        proposal,
        layanan,
        decider_ids=_ids(deciders),
        due_on=due_on,
        urgency=urgency,
    )


def completed(
    proposal: Proposal, layanan: LayananDefinition, document: ProposalDocument | None
) -> Event:
    return _event(
        "proposal.completed.v1",
        proposal,
        layanan,
        result=proposal.result,
        remark=None if layanan.sensitive else proposal.remark,
        result_document_id=str(document.document_id) if document else None,
        pickup_place=proposal.pickup_place,
    )


def result_document_issued(proposal: Proposal, document: ProposalDocument) -> Event:
    return Event(
        type="result_document.issued.v1",
        subject=f"result_document/{document.document_id}",
        version=1,
        data={
            "document_id": str(document.document_id),
            "sha256": document.sha256,
            "proposal_id": str(proposal.id),
            "number": proposal.number,
            "layanan": proposal.layanan,
            "owner_id": str(proposal.applicant_id),
            "issued_at": document.attached_at.isoformat(),
        },
    )


def _event(event_type: str, proposal: Proposal, layanan: LayananDefinition, **facts: Any) -> Event:
    about = {
        "proposal_id": str(proposal.id),
        "number": proposal.number,
        "layanan": proposal.layanan,
        "layanan_name": layanan.name["id"],
        "sensitive": layanan.sensitive,
        "applicant_id": str(proposal.applicant_id),
        "opd_id": str(proposal.opd_id),
        "stage": proposal.stage,
    }
    return Event(
        type=event_type,
        subject=f"proposal/{proposal.id}",
        version=proposal.version,
        data={**about, **facts},
    )


def _decision(entry: HistoryEntry, layanan: LayananDefinition) -> dict[str, Any]:
    return {
        "from_stage": entry.from_stage,
        "role": entry.role,
        "actor_id": str(entry.actor_id) if entry.actor_id else None,
        "note": None if layanan.sensitive else entry.note,
    }


def _ids(people: Deciders) -> list[str]:
    return sorted(str(person) for person in people)
