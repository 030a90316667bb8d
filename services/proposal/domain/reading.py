"""From definition data that were checked to a `LayananDefinition`.

An installed version was checked when it was installed, so that it is read without asking again.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.proposal.domain.conditions import read_condition
from services.proposal.domain.layanan import (
    DEFAULT_MAX_BYTES,
    EMPLOYEE_KINDS,
    Eligibility,
    Field,
    FieldOption,
    Implied,
    LayananDefinition,
    MaxOpen,
    Need,
    Requirement,
    ResultRule,
    StageRule,
)
from services.proposal.domain.stages import Stage, Text
from services.proposal.domain.windows import DatedRow, DayOffset, Window, WindowRow
from staff.organisation import ACTING_KINDS

Data = Mapping[str, Any]


def read_layanan(data: Data) -> LayananDefinition:
    """Read a definition that `parsing` has let pass."""
    return LayananDefinition(
        code=data["code"],
        version=data["version"],
        name=_text(data["name"]),
        short_name=_text(data["short_name"]),
        description=_text(data["description"]),
        divisions=tuple(data.get("divisions", ())),
        legal_basis=tuple(_text(item) for item in data.get("legal_basis", ())),
        procedure=tuple(_text(item) for item in data.get("procedure", ())),
        fee=_text(data.get("fee")),
        product=_text(data.get("product")),
        sensitive=data.get("sensitive", False),
        allowed_kinds=frozenset(data.get("allowed_kinds", EMPLOYEE_KINDS)),
        eligibility=tuple(_eligibility(item) for item in data.get("eligibility", ())),
        max_open=_max_open(data.get("max_open", {})),
        window=read_window(data["window"]) if data.get("window") is not None else None,
        fields=tuple(_field(item) for item in data.get("fields", ())),
        requirements=tuple(_requirement(item) for item in data.get("requirements", ())),
        stages=tuple(_stage(item) for item in data["stages"]),
        result=_result(data["result"]),
        return_from_processing=data.get("return_from_processing", False),
    )


def read_window(data: Data) -> Window:
    return Window(
        mode=data["mode"],
        period_field=data["period_field"],
        rows=tuple(_window_row(row) for row in data.get("rows", ())),
        dated=tuple(_dated_row(row) for row in data.get("dated", ())),
        move_end_to_working_day=data.get("move_end_to_working_day", False),
        pattern=data.get("pattern"),
    )


def _text(data: Data | None) -> Text:
    return {"id": data["id"], "en": data.get("en") or data["id"]} if data is not None else {}


def _need(data: Data) -> Need:
    required, note = data.get("required", False), _text(data.get("condition_text"))
    if isinstance(required, bool):
        return Need(always=required, note=note)
    return Need(when=read_condition(required), note=note)


def _field(data: Data) -> Field:
    return Field(
        name=data["name"],
        type=data["type"],
        label=_text(data["label"]),
        description=_text(data.get("description")),
        need=_need(data),
        options=tuple(
            FieldOption(item["value"], _text(item["label"])) for item in data.get("options", ())
        ),
        accepted=frozenset(data["accepted"]) if "accepted" in data else None,
        refusal=_text(data.get("refusal")),
        minimum=data.get("minimum"),
        maximum=data.get("maximum"),
        default=data.get("default"),
        system=data.get("system", False),
        implied=tuple(
            Implied(read_condition(rule["when"]), rule["value"]) for rule in data.get("implied", ())
        ),
    )


def _requirement(data: Data) -> Requirement:
    return Requirement(
        code=data["code"],
        name=_text(data["name"]),
        description=_text(data.get("description")),
        need=_need(data),
        max_bytes=data.get("max_bytes", DEFAULT_MAX_BYTES),
        upload=data.get("upload", True),
        template=data.get("template"),
        archive_key=data.get("archive_key"),
    )


def _eligibility(data: Data) -> Eligibility:
    return Eligibility(data["code"], read_condition(data["when"]), _text(data["refusal"]))


def _max_open(data: Data) -> MaxOpen:
    return MaxOpen(
        count=data.get("count", 1),
        group=frozenset(data.get("group", ())),
        per_period=data.get("per_period", False),
    )


def _stage(data: Data) -> StageRule:
    return StageRule(
        stage=Stage(data["stage"]),
        acting=frozenset(data.get("acting", ACTING_KINDS)),
        delegates=data.get("delegates", True),
        decider=data.get("decider"),
        working_days=data.get("working_days", 1),
    )


def _result(data: Data) -> ResultRule:
    return ResultRule(
        document=data.get("document", "required"),
        tms_document=data.get("tms_document", "optional"),
        fields=tuple(_field(item) for item in data.get("fields", ())),
        pickup_place=_text(data.get("pickup_place")) or None,
    )


def _window_row(data: Data) -> WindowRow:
    return WindowRow(
        opens=_offset(data["opens"]),
        closes=_offset(data["closes"]),
        month=data.get("month"),
        confirmed=data.get("confirmed", True),
    )


def _offset(data: Data) -> DayOffset:
    return DayOffset(data.get("months", 0), data["day"])


def _dated_row(data: Data) -> DatedRow:
    days = (date.fromisoformat(data[key]) for key in ("period", "opens", "closes"))
    return DatedRow(*days)
