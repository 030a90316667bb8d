"""What clients get of proposals: a line of a list, one in full, and what a change changed."""

from typing import Any

from marshmallow import fields

from chassis.http.api import Schema, VersionedView
from chassis.http.auth import person
from chassis.http.preferences import prefers_minimal
from services.proposal.api.views.choices import ChoicesView, choices_view
from services.proposal.api.views.closing import (
    ClosingView,
    WithdrawalView,
    closing_view,
    withdrawal_view,
)
from services.proposal.api.views.documents import (
    DocumentsOfRequirement,
    DocumentView,
    document_view,
    documents_view,
)
from services.proposal.api.views.history import Notes, notes_view
from services.proposal.api.views.layanan import (
    LayananName,
    LayananView,
    ObstacleView,
    layanan_name,
    layanan_view,
    obstacles_view,
)
from services.proposal.api.views.proposal_receipt import ReceiptView, receipt_view
from services.proposal.api.views.revision import RevisionView, revision_view
from services.proposal.api.views.running import RunningView, running_view
from services.proposal.api.views.texts import label, picked, present_stage
from services.proposal.domain.layanan import RESULT
from services.proposal.domain.numbering import printed_lookup_code
from services.proposal.models import Proposal
from services.proposal.queries.filed import Filed
from services.proposal.queries.listing import Listed
from services.proposal.queries.proposals import Viewed, waits_for_answer
from services.proposal.queries.readiness import obstacles_of, running_beside
from services.proposal.usecases.cases import Case

_ROW = (
    "id",
    "number",
    "version",
    "applicant",
    "result",
    "late",
    "created_at",
    "submitted_at",
    "stage_since",
    "expected_end",
    "closed_at",
)


class ApplicantView(Schema):
    id = fields.String(required=True)
    nip = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, allow_none=True)
    jabatan = fields.String(required=True, allow_none=True)
    golongan = fields.String(required=True, allow_none=True)
    pangkat = fields.String(required=True, allow_none=True)
    unit_name = fields.String(required=True, allow_none=True)
    opd_name = fields.String(required=True, allow_none=True)


class ProposalRow(VersionedView):
    """A proposal in a list."""

    id = fields.UUID(required=True)
    number = fields.String(required=True, allow_none=True)
    layanan = fields.Nested(LayananName, required=True)
    applicant = fields.Nested(ApplicantView, required=True)
    stage = fields.String(required=True)
    stage_label = fields.String(required=True)
    result = fields.String(required=True, allow_none=True)
    result_label = fields.String(required=True, allow_none=True)
    late = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(required=True)
    submitted_at = fields.AwareDateTime(required=True, allow_none=True)
    stage_since = fields.AwareDateTime(required=True)
    expected_end = fields.Date(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    withdrawal_asked = fields.Boolean(
        required=True,
        metadata={"description": "The applicant asks to withdraw and waits for an answer (R34)"},
    )


class OpenedView(Schema):
    """What the applicant may change now."""

    fields_ = fields.List(fields.String(), data_key="fields", attribute="fields", required=True)
    documents = fields.List(fields.String(), required=True)


class SubStatusView(Schema):
    text = fields.String(required=True)
    number = fields.String(required=True, allow_none=True)
    date = fields.String(required=True, allow_none=True, metadata={"format": "date"})


class ResultView(Schema):
    result = fields.String(required=True)
    label = fields.String(required=True)
    remark = fields.String(required=True, allow_none=True)
    pickup_place = fields.String(required=True, allow_none=True)
    document = fields.Nested(DocumentView, required=True, allow_none=True)
    fields_ = fields.Dict(data_key="fields", attribute="fields", required=True)


class ProposalView(ProposalRow):
    """Everything a client needs to show one proposal to the person who asks."""

    lookup_code = fields.String(
        required=True, allow_none=True, metadata={"description": "For the applicant only"}
    )
    period = fields.Date(required=True, allow_none=True)
    definition = fields.Nested(
        LayananView, metadata={"description": "Left out where `definition=false` is asked for"}
    )
    fields_ = fields.Dict(data_key="fields", attribute="fields", required=True)
    documents = fields.List(fields.Nested(DocumentsOfRequirement), required=True)
    notes = fields.Nested(Notes, required=True)
    opened = fields.Nested(OpenedView, required=True)
    obstacles = fields.List(
        fields.Nested(ObstacleView),
        required=True,
        metadata={"description": "What keeps the applicant from sending it now (R40)"},
    )
    running = fields.List(
        fields.Nested(RunningView),
        required=True,
        metadata={"description": "Of a draft: what else of the layanan is running (R40)"},
    )
    revision = fields.Nested(RevisionView, required=True, allow_none=True)
    allowed_actions = fields.List(fields.String(), required=True)
    choices = fields.Nested(ChoicesView, required=True)
    return_to = fields.String(required=True, allow_none=True)
    outcome = fields.Nested(ResultView, required=True, allow_none=True)
    closing = fields.Nested(ClosingView, required=True, allow_none=True)
    withdrawal = fields.Nested(WithdrawalView, required=True, allow_none=True)
    sub_status = fields.Nested(SubStatusView, required=True, allow_none=True)
    receipt = fields.Nested(
        ReceiptView,
        required=True,
        allow_none=True,
        metadata={"description": "For the applicant only"},
    )
    updated_at = fields.AwareDateTime(required=True)


class ProposalChanged(VersionedView):
    """What a change made of a proposal, for who prefers a minimal answer."""

    id = fields.UUID(required=True)
    number = fields.String(required=True, allow_none=True)
    lookup_code = fields.String(
        required=True, allow_none=True, metadata={"description": "For the applicant only"}
    )
    stage = fields.String(required=True)
    stage_label = fields.String(required=True)
    result = fields.String(required=True, allow_none=True)
    result_label = fields.String(required=True, allow_none=True)
    updated_at = fields.AwareDateTime(required=True)


def row(listed: Listed) -> dict[str, Any]:
    """Show a proposal as a line of a list."""
    return {
        **picked(listed.proposal, _ROW),
        "layanan": layanan_name(listed.layanan),
        **present_stage(listed.proposal),
        "result_label": _result_label(listed.proposal),
        "withdrawal_asked": waits_for_answer(listed.proposal),
    }


def changed(case: Case) -> dict[str, Any]:
    """Show a proposal after a change: in full, or what changed where that is preferred."""
    proposal = case.proposal
    if not prefers_minimal():
        return proposal_view(case.seen_by(person()))
    names = ("id", "version", "number", "result", "updated_at")
    return {
        **picked(proposal, names),
        "lookup_code": _lookup_code(proposal),
        **present_stage(proposal),
        "result_label": _result_label(proposal),
    }


def proposal_view(viewed: Viewed, *, definition: bool = True) -> dict[str, Any]:
    """Show everything about a proposal that the person may know; the definition may be left out."""
    proposal = viewed.proposal
    filed, entries = viewed.filed(), viewed.dossier.history
    actions = viewed.actions()
    return {
        **row(viewed),
        "lookup_code": _lookup_code(proposal),
        "period": proposal.period,
        **({"definition": layanan_view(viewed.layanan, viewed.moment)} if definition else {}),
        "fields": filed.fields,
        "documents": documents_view(viewed, filed),
        "notes": notes_view(entries),
        "opened": {
            "fields": sorted(viewed.opened.fields),
            "documents": sorted(viewed.opened.documents),
        },
        "obstacles": obstacles_view(obstacles_of(viewed, filed.papers)),
        "running": running_view(running_beside(viewed)),
        "revision": revision_view(viewed, entries, filed),
        "allowed_actions": actions,
        "choices": choices_view(actions, viewed.closing_reasons()),
        "return_to": proposal.return_to,
        "outcome": _outcome(proposal, filed),
        "closing": closing_view(proposal, entries),
        "withdrawal": withdrawal_view(viewed.withdrawal),
        "sub_status": proposal.sub_status,
        "receipt": receipt_view(viewed, filed.papers),
        "updated_at": proposal.updated_at,
    }


def _lookup_code(proposal: Proposal) -> str | None:
    code = proposal.lookup_code
    return printed_lookup_code(code) if code and proposal.applicant_id == person() else None


def _result_label(proposal: Proposal) -> str | None:
    return label("result", proposal.result) if proposal.result else None


def _outcome(proposal: Proposal, filed: Filed) -> dict[str, Any] | None:
    if proposal.result is None:
        return None
    paper = filed.present.get(RESULT)
    return {
        "result": proposal.result,
        "label": _result_label(proposal),
        "remark": proposal.remark,
        "pickup_place": proposal.pickup_place,
        "document": document_view(paper) if paper else None,
        "fields": proposal.result_fields or {},
    }
