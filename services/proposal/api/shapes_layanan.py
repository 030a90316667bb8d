"""What clients get of the catalogue: the shapes of answers."""

from typing import Any

from marshmallow import fields

from chassis.http.api import Schema
from chassis.http.paging import page_schema

_NEEDED: dict[str, Any] = {"enum": [True, False, "conditional"]}


class LabelledOption(Schema):
    value = fields.String(required=True)
    label = fields.String(required=True)


class FieldView(Schema):
    """One entry of a form; `condition` says in words when a conditional one is required."""

    name = fields.String(required=True)
    type = fields.String(required=True)
    label = fields.String(required=True)
    description = fields.String(required=True)
    required = fields.Raw(required=True, metadata=_NEEDED)
    condition = fields.String(required=True)
    options = fields.List(fields.Nested(LabelledOption), required=True)
    minimum = fields.Integer(required=True, allow_none=True)
    maximum = fields.Integer(required=True, allow_none=True)
    system = fields.Boolean(required=True)


class RequirementView(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    required = fields.Raw(required=True, metadata=_NEEDED)
    condition = fields.String(required=True)
    max_bytes = fields.Integer(required=True)
    upload = fields.Boolean(required=True)
    template = fields.String(required=True, allow_none=True)
    archive_key = fields.String(required=True, allow_none=True)


class WindowView(Schema):
    """Whether proposals are taken now; `period` is what a proposal filed now would be for."""

    mode = fields.String(required=True)
    period_field = fields.String(required=True)
    period = fields.Date(required=True, allow_none=True)
    is_open = fields.Boolean(required=True)
    is_late = fields.Boolean(required=True)
    opens = fields.Date(required=True, allow_none=True)
    closes = fields.Date(required=True, allow_none=True)
    next_opens = fields.Date(required=True, allow_none=True)


class StageView(Schema):
    stage = fields.String(required=True)
    label = fields.String(required=True)
    decider = fields.String(required=True)
    working_days = fields.Integer(required=True)


class ResultRuleView(Schema):
    document = fields.String(required=True)
    pickup_place = fields.String(required=True, allow_none=True)
    fields_ = fields.List(
        fields.Nested(FieldView), data_key="fields", attribute="fields", required=True
    )


class LayananName(Schema):
    code = fields.String(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    short_name = fields.String(required=True)
    sensitive = fields.Boolean(required=True)


class LayananRow(LayananName):
    description = fields.String(required=True)
    allowed_kinds = fields.List(fields.String(), required=True)
    window = fields.Nested(WindowView, required=True, allow_none=True)


class LayananView(LayananRow):
    """One version of a layanan in full."""

    legal_basis = fields.List(fields.String(), required=True)
    procedure = fields.List(fields.String(), required=True)
    fee = fields.String(required=True)
    product = fields.String(required=True)
    divisions = fields.List(fields.String(), required=True)
    max_open = fields.Integer(required=True)
    return_from_processing = fields.Boolean(required=True)
    fields_ = fields.List(
        fields.Nested(FieldView), data_key="fields", attribute="fields", required=True
    )
    requirements = fields.List(fields.Nested(RequirementView), required=True)
    stages = fields.List(fields.Nested(StageView), required=True)
    result = fields.Nested(ResultRuleView, required=True)


LayananPage = page_schema(LayananRow)
