"""What clients get of the catalogue."""

from collections.abc import Iterable
from typing import Any

from marshmallow import INCLUDE, fields

from chassis.http.api import Schema
from chassis.http.paging import page_schema
from services.proposal.api.views.running import RunningView
from services.proposal.api.views.texts import said, stage_label
from services.proposal.domain.facts import Moment, period_of
from services.proposal.domain.filing import Obstacle, ObstacleKind, window_state
from services.proposal.domain.layanan import Field, LayananDefinition, Requirement
from services.proposal.domain.stages import OFFICER_STAGES
from services.proposal.domain.workflow import decider_of

_NEEDED: dict[str, Any] = {"enum": [True, False, "conditional"]}


class DefinitionSchema(Schema):
    """A JSON Schema (2020-12)."""

    class Meta:
        unknown = INCLUDE


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


class StageName(Schema):
    stage = fields.String(required=True)
    label = fields.String(required=True)


class StageNames(Schema):
    """The usual way of a proposal."""

    data = fields.List(fields.Nested(StageName), required=True)


class ResultRuleView(Schema):
    document = fields.String(required=True)
    tms_document = fields.String(required=True, metadata={"enum": ["none", "optional", "required"]})
    pickup_place = fields.String(required=True, allow_none=True)
    fields_ = fields.List(
        fields.Nested(FieldView), data_key="fields", attribute="fields", required=True
    )


class ObstacleView(Schema):
    """One reason why a proposal cannot be sent now, in words (R40).

    `pointer` is `/layanan`, or the field or document of the form that it is about.
    """

    kind = fields.String(required=True, metadata={"enum": [str(kind) for kind in ObstacleKind]})
    pointer = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


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


class LayananOffered(LayananRow):
    """A layanan as it stands for the person who asks: `obstacles` are told before they type."""

    obstacles = fields.List(fields.Nested(ObstacleView), required=True)
    running = fields.List(fields.Nested(RunningView), required=True)


class LayananParts(Schema):
    """What a version of a layanan asks for and how it is dealt with."""

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


class LayananView(LayananParts, LayananRow):
    """The present version of a layanan in full."""


class LayananOfferedInFull(LayananView):
    """The present version as it stands for the person who asks, and who deals with it."""

    obstacles = fields.List(fields.Nested(ObstacleView), required=True)
    running = fields.List(fields.Nested(RunningView), required=True)
    handled_by = fields.List(fields.String(), required=True)


class WindowRuleView(Schema):
    mode = fields.String(required=True)
    period_field = fields.String(required=True)
    pattern = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The shipped pattern that the region took"},
    )


class LayananVersion(LayananParts, LayananName):
    """One version of a layanan as it is for ever; whether its window is open, the layanan says."""

    description = fields.String(required=True)
    allowed_kinds = fields.List(fields.String(), required=True)
    window = fields.Nested(WindowRuleView, required=True, allow_none=True)


LayananPage = page_schema(LayananOffered)


def stage_names() -> list[dict[str, str]]:
    return [{"stage": str(stage), "label": stage_label(stage)} for stage in OFFICER_STAGES]


def layanan_name(layanan: LayananDefinition) -> dict[str, Any]:
    return {
        "code": layanan.code,
        "version": layanan.version,
        "name": said(layanan.name),
        "short_name": said(layanan.short_name),
        "sensitive": layanan.sensitive,
    }


def layanan_row(layanan: LayananDefinition, moment: Moment) -> dict[str, Any]:
    return {
        **layanan_name(layanan),
        "description": said(layanan.description),
        "allowed_kinds": sorted(layanan.allowed_kinds),
        "window": _window(layanan, moment),
    }


def obstacles_view(obstacles: Iterable[Obstacle]) -> list[dict[str, Any]]:
    return [
        {
            "kind": str(obstacle.kind),
            "pointer": obstacle.error.pointer,
            "code": obstacle.error.code,
            "detail": said({"id": obstacle.error.id, "en": obstacle.error.en}),
        }
        for obstacle in obstacles
    ]


def layanan_version(layanan: LayananDefinition) -> dict[str, Any]:
    """Show one version of a layanan: all of it that never changes."""
    return {
        **layanan_name(layanan),
        "description": said(layanan.description),
        "allowed_kinds": sorted(layanan.allowed_kinds),
        "window": layanan.window,
        "legal_basis": [said(text) for text in layanan.legal_basis],
        "procedure": [said(text) for text in layanan.procedure],
        "fee": said(layanan.fee),
        "product": said(layanan.product),
        "divisions": list(layanan.divisions),
        "max_open": layanan.max_open.count,
        "return_from_processing": layanan.return_from_processing,
        "fields": [_field(item) for item in layanan.fields],
        "requirements": [_requirement(item) for item in layanan.requirements],
        "stages": _stages(layanan),
        "result": _result(layanan),
    }


def layanan_view(layanan: LayananDefinition, moment: Moment) -> dict[str, Any]:
    """Show one version of a layanan in full, with its window as it is today."""
    return {**layanan_version(layanan), "window": _window(layanan, moment)}


def _stages(layanan: LayananDefinition) -> list[dict[str, Any]]:
    return [
        {
            "stage": str(rule.stage),
            "label": stage_label(rule.stage),
            "decider": str(decider_of(layanan, rule.stage)),
            "working_days": rule.working_days,
        }
        for rule in layanan.stages
    ]


def _result(layanan: LayananDefinition) -> dict[str, Any]:
    rule = layanan.result
    return {
        "document": rule.document,
        "tms_document": rule.tms_document,
        "pickup_place": said(rule.pickup_place) or None,
        "fields": [_field(item) for item in rule.fields],
    }


def _window(layanan: LayananDefinition, moment: Moment) -> dict[str, Any] | None:
    if layanan.window is None:
        return None
    state = window_state(layanan, {}, moment)
    return {
        "mode": layanan.window.mode,
        "period_field": layanan.window.period_field,
        "period": period_of(layanan, {}, moment),
        "is_open": state.is_open,
        "is_late": state.is_late,
        "opens": state.span.first if state.span else None,
        "closes": state.span.last if state.span else None,
        "next_opens": state.next_opens,
    }


def _field(item: Field) -> dict[str, Any]:
    return {
        "name": item.name,
        "type": item.type,
        "label": said(item.label),
        "description": said(item.description),
        "required": item.need.word,
        "condition": said(item.need.note),
        "options": [
            {"value": option.value, "label": said(option.label)} for option in item.options
        ],
        "minimum": item.minimum,
        "maximum": item.maximum,
        "system": item.system,
    }


def _requirement(item: Requirement) -> dict[str, Any]:
    return {
        "code": item.code,
        "name": said(item.name),
        "description": said(item.description),
        "required": item.need.word,
        "condition": said(item.need.note),
        "max_bytes": item.max_bytes,
        "upload": item.upload,
        "template": item.template,
        "archive_key": item.archive_key,
    }
