"""What this service tells the others.

No name, NIP or contact travels here. For a sensitive layanan no free text does either (R6).
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from chassis.events.envelope import Event
from chassis.events.facts import Example, Facts, Said
from services.proposal.domain.closing import ClosingReason
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.numbering import printed_lookup_code
from services.proposal.domain.stages import Stage
from services.proposal.models import HistoryEntry, Proposal, ProposalDocument

Deciders = Iterable[UUID]
Word = Annotated[str, {"minLength": 1}]
StageOfProposal = Annotated[Word, "A stage of the layanan's flow, `revision`, or a final stage."]
Written = Annotated[str | None, "What the officer wrote; null for a sensitive layanan (R6)."]
Standing = Annotated[
    Said | None,
    "In which standing: “Plt. Kepala …”, “a.n. Kepala …, Sekretaris …” (R41).",
    Example({"id": "Plt. Kepala Dinas Pendidikan", "en": "Plt. Head of Dinas Pendidikan"}),
]
DeciderIds = Annotated[
    list[UUID],
    "Who may decide the new stage today; empty when nobody can.",
    {"uniqueItems": True},
]


class AboutProposal(Facts):
    """What every event about a proposal says."""

    proposal_id: UUID
    number: Annotated[Word, "The human number: region/layanan/year/serial (R20)."]
    layanan: Word
    layanan_name: Word
    sensitive: Annotated[bool, "True: messages carry the number and the stage only (R6)."]
    applicant_id: UUID
    opd_id: UUID
    stage: StageOfProposal


class Decided(AboutProposal):
    """What an event says that follows a decision."""

    from_stage: StageOfProposal
    role: Annotated[str, "The role used, or `service` when a service decided (R1)."]
    actor_id: Annotated[UUID | None, "Who decided; null when a service did."]
    note: Written
    decided_as: Standing = None
    acting_for_id: Annotated[UUID | None, "For whom a delegate decided."] = None


class Submitted(AboutProposal, event="proposal.submitted.v1"):
    """An applicant handed in a proposal; its first stage begins."""

    lookup_code: Annotated[
        Word, "With the number, lets anyone read stage and dates without signing in (R20)."
    ]
    decider_ids: DeciderIds
    submitted_at: datetime
    expected_end: date | None


class Resubmitted(AboutProposal, event="proposal.resubmitted.v1"):
    """The applicant sent a revision back to the stage that asked for it (R14)."""

    decider_ids: DeciderIds


class Withdrawn(AboutProposal, event="proposal.withdrawn.v1"):
    """The applicant withdrew the proposal; after a first decision the office confirmed it."""


class WithdrawalRequested(AboutProposal, event="proposal.withdrawal_requested.v1"):
    """The applicant asked to withdraw after a first decision; the office answers (R34)."""

    note: Annotated[str | None, "The applicant's words; null for a sensitive layanan (R6)."]
    decider_ids: Annotated[
        list[UUID], "Who may answer; empty when nobody can.", {"uniqueItems": True}
    ]


class WithdrawalRefused(Decided, event="proposal.withdrawal_refused.v1"):
    """The office refused to withdraw the proposal; it stays where it is (R34)."""


class Rerouted(AboutProposal, event="proposal.rerouted.v1"):
    """The applicant moved to another OPD, and the proposal with them (R32)."""

    from_stage: StageOfProposal
    from_opd_id: UUID
    decider_ids: Annotated[
        list[UUID], "The staffing section of the new OPD.", {"uniqueItems": True}
    ]
    former_decider_ids: Annotated[
        list[UUID], "The staffing section of the former OPD.", {"uniqueItems": True}
    ]


class Advanced(Decided, event="proposal.advanced.v1"):
    """A stage was approved; the next one begins."""

    decision: Literal["approve"]
    decider_ids: DeciderIds


class ReturnReason(Facts):
    """A reason that the officer ticked."""

    code: str
    target: Annotated[str | None, {"pattern": "^(document|field):.+$"}]


class Returned(Decided, event="proposal.returned.v1"):
    """A stage asked the applicant for a revision."""

    reasons: Annotated[list[ReturnReason] | None, "Null for a sensitive layanan (R6)."]
    marked: Annotated[
        Said | None,
        "Each part that was marked, with its reason, in words.",
        Example({"id": "SKP: Dokumen tidak terbaca", "en": "SKP: The document cannot be read"}),
    ] = None


class Rejected(Decided, event="proposal.rejected.v1"):
    """A stage rejected the proposal for good."""


class Closed(Decided, event="proposal.closed.v1"):
    """An officer ended what cannot or need not go on (R34)."""

    closing_reason: Annotated[
        str | None,
        {"enum": [*map(str, ClosingReason), None]},
        "Null for a sensitive layanan (R6).",
        Example("duplicate"),
    ]
    told_ids: Annotated[
        list[UUID],
        "The applicant; after death the OPD's staffing section.",
        {"uniqueItems": True},
    ]


class RevisionWaits(AboutProposal, event="proposal.revision_waits.v1"):
    """A revision has been waited for so many working days."""

    working_days: Annotated[int, "Since the revision was asked for (R35).", {"minimum": 1}]


class DocumentRefused(AboutProposal, event="proposal.document_refused.v1"):
    """Malware was found in a document of a proposal under way: it has to be replaced."""

    document: Annotated[
        Said | None,
        "What the document was put to; null for a sensitive layanan (R6).",
        Example({"id": "SKP 2 tahun terakhir", "en": "SKP of the last 2 years"}),
    ] = None
    decider_ids: DeciderIds


class StageDue(AboutProposal, event="proposal.stage_due.v1"):
    """A stage still waits on the day it is due, or on the working day after."""

    decider_ids: DeciderIds
    due_on: date
    urgency: Literal["due_today", "overdue"]


class Completed(AboutProposal, event="proposal.completed.v1"):
    """The proposal has its result; `not_selected` when a selection did not choose it (R3)."""

    result: Literal["ms", "tms", "not_selected"]
    remark: Written
    result_document_id: UUID | None
    pickup_place: Annotated[
        str | None, "Where the result can be collected, for layanan handed over on paper (R12)."
    ]
    actor_id: UUID | None = None
    decided_as: Standing = None
    acting_for_id: Annotated[UUID | None, "For whom a delegate decided."] = None


class ResultDocumentIssued(Facts, event="result_document.issued.v1"):
    """A result document was issued to its owner; the archive keeps it (R2)."""

    document_id: UUID
    sha256: Annotated[str, {"pattern": "^[0-9a-f]{64}$"}]
    proposal_id: UUID
    number: str
    layanan: str
    owner_id: UUID
    issued_at: datetime


def submitted(proposal: Proposal, layanan: LayananDefinition, deciders: Deciders) -> Event:
    about, code = _about(proposal, layanan), printed_lookup_code(proposal.lookup_code or "")
    return Submitted.of(proposal, about, lookup_code=code, decider_ids=_sorted(deciders))


def resubmitted(proposal: Proposal, layanan: LayananDefinition, deciders: Deciders) -> Event:
    return Resubmitted.of(proposal, _about(proposal, layanan), decider_ids=_sorted(deciders))


def withdrawn(proposal: Proposal, layanan: LayananDefinition) -> Event:
    return Withdrawn.of(proposal, _about(proposal, layanan))


def withdrawal_requested(
    proposal: Proposal, layanan: LayananDefinition, entry: HistoryEntry, answering: Iterable[UUID]
) -> Event:
    note = None if layanan.sensitive else entry.note
    about = _about(proposal, layanan)
    return WithdrawalRequested.of(proposal, about, note=note, decider_ids=_sorted(answering))


def withdrawal_refused(
    proposal: Proposal, layanan: LayananDefinition, entry: HistoryEntry
) -> Event:
    return WithdrawalRefused.of(proposal, _decided(proposal, layanan, entry))


def rerouted(
    proposal: Proposal,
    layanan: LayananDefinition,
    entry: HistoryEntry,
    *,
    former: Iterable[UUID],
    present: Iterable[UUID],
) -> Event:
    return Rerouted.of(
        proposal,
        _about(proposal, layanan),
        from_stage=entry.from_stage,
        from_opd_id=UUID(entry.changes["from_opd_id"]),
        decider_ids=_sorted(present),
        former_decider_ids=_sorted(former),
    )


def advanced(
    proposal: Proposal, layanan: LayananDefinition, entry: HistoryEntry, deciders: Deciders
) -> Event:
    decided = _decided(proposal, layanan, entry)
    return Advanced.of(proposal, decided, decision="approve", decider_ids=_sorted(deciders))


def returned(
    proposal: Proposal,
    layanan: LayananDefinition,
    entry: HistoryEntry,
    marked: Mapping[str, str] | None,
) -> Event:
    reasons = None if layanan.sensitive else entry.reasons
    said = None if layanan.sensitive or not marked else Said(**marked)
    return Returned.of(proposal, _decided(proposal, layanan, entry), reasons=reasons, marked=said)


def rejected(proposal: Proposal, layanan: LayananDefinition, entry: HistoryEntry) -> Event:
    return Rejected.of(proposal, _decided(proposal, layanan, entry))


def closed(
    proposal: Proposal, layanan: LayananDefinition, entry: HistoryEntry, told: Iterable[UUID]
) -> Event:
    reason = None if layanan.sensitive else proposal.closed_reason
    decided = _decided(proposal, layanan, entry) | {"stage": str(Stage.CLOSED)}
    return Closed.of(proposal, decided, closing_reason=reason, told_ids=_sorted(told))


def revision_waits(proposal: Proposal, layanan: LayananDefinition, working_days: int) -> Event:
    return RevisionWaits.of(proposal, _about(proposal, layanan), working_days=working_days)


def stage_due(
    proposal: Proposal, layanan: LayananDefinition, deciders: Deciders, *, due_on: str, urgency: str
) -> Event:
    about = _about(proposal, layanan)
    return StageDue.of(
        proposal, about, decider_ids=_sorted(deciders), due_on=due_on, urgency=urgency
    )


def document_refused(
    proposal: Proposal, layanan: LayananDefinition, document: Mapping[str, str], deciders: Deciders
) -> Event:
    said = None if layanan.sensitive else Said(**document)
    about = _about(proposal, layanan)
    return DocumentRefused.of(proposal, about, document=said, decider_ids=_sorted(deciders))


def completed(
    proposal: Proposal,
    layanan: LayananDefinition,
    entry: HistoryEntry,
    document: ProposalDocument | None,
) -> Event:
    decided = _decided(proposal, layanan, entry)
    remark = None if layanan.sensitive else proposal.remark
    its_id = document.document_id if document else None
    return Completed.of(proposal, decided, remark=remark, result_document_id=its_id)


def result_document_issued(proposal: Proposal, document: ProposalDocument) -> Event:
    return ResultDocumentIssued(
        document_id=document.document_id,
        sha256=document.sha256,
        proposal_id=proposal.id,
        number=proposal.number or "",
        layanan=proposal.layanan,
        owner_id=proposal.applicant_id,
        issued_at=document.attached_at,
    ).event(document.document_id, 1)


def _about(proposal: Proposal, layanan: LayananDefinition) -> dict[str, Any]:
    return {
        "proposal_id": proposal.id,
        "layanan_name": layanan.name["id"],
        "sensitive": layanan.sensitive,
    }


def _decided(proposal: Proposal, layanan: LayananDefinition, entry: HistoryEntry) -> dict[str, Any]:
    return {
        **_about(proposal, layanan),
        "from_stage": entry.from_stage,
        "role": entry.role,
        "actor_id": entry.actor_id,
        "note": None if layanan.sensitive else entry.note,
        **({} if layanan.sensitive else _standing(entry)),
    }


def _standing(entry: HistoryEntry) -> dict[str, Any]:
    said = (entry.standing or {}).get("said")
    return {"decided_as": Said(**said) if said else None, "acting_for_id": entry.acting_for}


def _sorted(people: Deciders) -> list[UUID]:
    return sorted(people, key=str)
