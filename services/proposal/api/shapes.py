"""What clients get of proposals: the shapes of answers."""

from typing import Any

from marshmallow import fields

from chassis.http.api import Schema
from chassis.http.paging import page_schema
from services.proposal.api.shapes_layanan import LayananName, LayananView
from services.proposal.domain.stages import NoteSlot


class GrantView(Schema):
    url = fields.String(required=True)
    expires_at = fields.String(required=True, metadata={"format": "date-time"})


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


class ProposalRow(Schema):
    """A proposal in a list."""

    id = fields.UUID(required=True)
    number = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)
    layanan = fields.Nested(LayananName, required=True)
    applicant = fields.Nested(ApplicantView, required=True)
    stage = fields.String(required=True)
    stage_label = fields.String(required=True)
    result = fields.String(required=True, allow_none=True)
    late = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(required=True)
    submitted_at = fields.AwareDateTime(required=True, allow_none=True)
    stage_since = fields.AwareDateTime(required=True)
    expected_end = fields.Date(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)


class DocumentView(Schema):
    """One uploaded version; a higher revision replaced a lower one."""

    revision = fields.Integer(required=True)
    document_id = fields.UUID(required=True)
    name = fields.String(required=True)
    sha256 = fields.String(required=True)
    size = fields.Integer(required=True)
    content_type = fields.String(required=True)
    pages = fields.Integer(required=True, allow_none=True)
    attached_at = fields.AwareDateTime(required=True)


class DocumentsOfRequirement(Schema):
    """`needed`: must be there as the proposal stands. `previous`: Dokumen Sebelumnya."""

    requirement = fields.String(required=True)
    name = fields.String(required=True)
    needed = fields.Boolean(required=True)
    upload = fields.Boolean(required=True)
    open = fields.Boolean(required=True)
    current = fields.Nested(DocumentView, required=True, allow_none=True)
    previous = fields.List(fields.Nested(DocumentView), required=True)


class ReasonView(Schema):
    code = fields.String(required=True)
    label = fields.String(required=True)
    target = fields.String(required=True, allow_none=True)


class NoteView(Schema):
    at = fields.AwareDateTime(required=True)
    action = fields.String(required=True)
    stage = fields.String(required=True)
    stage_label = fields.String(required=True)
    role = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)
    reasons = fields.List(fields.Nested(ReasonView), required=True)


Notes: Any = Schema.from_dict(
    {str(slot): fields.List(fields.Nested(NoteView), required=True) for slot in NoteSlot},
    name="Notes",
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
    definition = fields.Nested(LayananView, required=True)
    fields_ = fields.Dict(data_key="fields", attribute="fields", required=True)
    documents = fields.List(fields.Nested(DocumentsOfRequirement), required=True)
    notes = fields.Nested(Notes, required=True)
    opened = fields.Nested(OpenedView, required=True)
    allowed_actions = fields.List(fields.String(), required=True)
    return_to = fields.String(required=True, allow_none=True)
    outcome = fields.Nested(ResultView, required=True, allow_none=True)
    sub_status = fields.Nested(SubStatusView, required=True, allow_none=True)
    updated_at = fields.AwareDateTime(required=True)


class HistoryView(Schema):
    """One thing that happened; written once, never changed."""

    sequence = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    action = fields.String(required=True)
    action_label = fields.String(required=True)
    from_stage = fields.String(required=True)
    to_stage = fields.String(required=True)
    actor_id = fields.UUID(required=True, allow_none=True)
    actor_name = fields.String(required=True)
    role = fields.String(required=True)
    acting = fields.String(required=True, allow_none=True)
    acting_for = fields.UUID(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    reasons = fields.List(fields.Nested(ReasonView), required=True)
    changes = fields.Dict(required=True)


class HistoryList(Schema):
    data = fields.List(fields.Nested(HistoryView), required=True)


class HolderView(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    acting = fields.String(required=True)


class TrackingView(Schema):
    """Where a proposal is, with whom, since when, and when it should be finished."""

    stage = fields.String(required=True)
    stage_label = fields.String(required=True)
    decider = fields.String(required=True, allow_none=True)
    holders = fields.List(fields.Nested(HolderView), required=True)
    since = fields.AwareDateTime(required=True)
    due = fields.Date(required=True, allow_none=True)
    expected_end = fields.Date(required=True, allow_none=True)


class DecidedRow(Schema):
    """A decision of the person who asks, with the proposal as it is now."""

    at = fields.AwareDateTime(required=True)
    action = fields.String(required=True)
    from_stage = fields.String(required=True)
    to_stage = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)
    proposal = fields.Nested(ProposalRow, required=True)


class StatusView(Schema):
    """What anybody with number and code may know: stage and dates only (R20)."""

    number = fields.String(required=True)
    stage = fields.String(required=True)
    stage_label = fields.String(required=True)
    submitted_at = fields.AwareDateTime(required=True)
    stage_since = fields.AwareDateTime(required=True)
    expected_end = fields.Date(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)


class AlarmView(Schema):
    """A proposal that nobody can decide today."""

    raised_at = fields.AwareDateTime(required=True)
    stage = fields.String(required=True)
    stage_label = fields.String(required=True)
    proposal = fields.Nested(ProposalRow, required=True)


class HolidayView(Schema):
    day = fields.Date(required=True)
    name = fields.String(required=True)


class HolidayList(Schema):
    data = fields.List(fields.Nested(HolidayView), required=True)


ProposalPage = page_schema(ProposalRow)
DecidedPage = page_schema(DecidedRow)
AlarmPage = page_schema(AlarmView)
