"""A layanan's definition as clients get it."""

from typing import Any

from services.proposal.api.rendering import layanan_name, said, stage_label
from services.proposal.domain.checking import window_state
from services.proposal.domain.facts import Moment, period_of
from services.proposal.domain.layanan import Field, LayananDefinition, Requirement
from services.proposal.domain.workflow import decider_of


def layanan_row(layanan: LayananDefinition, moment: Moment) -> dict[str, Any]:
    return {
        **layanan_name(layanan),
        "description": said(layanan.description),
        "allowed_kinds": sorted(layanan.allowed_kinds),
        "window": _window(layanan, moment),
    }


def layanan_view(layanan: LayananDefinition, moment: Moment) -> dict[str, Any]:
    """Show one version of a layanan in full."""
    return {
        **layanan_row(layanan, moment),
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
        "options": [{"value": one.value, "label": said(one.label)} for one in item.options],
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
