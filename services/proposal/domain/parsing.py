"""From catalogue data (JSON) to a `LayananDefinition`, or every reason why not."""

from typing import Any

from services.proposal.domain.conditions import ConditionInvalid, parse_condition
from services.proposal.domain.layanan import (
    DEFAULT_MAX_BYTES,
    DOCUMENT_RULES,
    EMPLOYEE_KINDS,
    FIELD_TYPES,
    Eligibility,
    Field,
    FieldOption,
    LayananDefinition,
    MaxOpen,
    Need,
    Requirement,
    ResultRule,
    StageRule,
)
from services.proposal.domain.reading import DefinitionInvalid, Reader
from services.proposal.domain.stages import OFFICER_STAGES, Stage
from services.proposal.domain.windows import DatedRow, DayOffset, Window, WindowRow
from staff.organisation import ACTING_KINDS

FORMAT = "simpul.layanan/1"
LARGEST_FILE = 10 * DEFAULT_MAX_BYTES
COMPUTED_DEFAULTS = frozenset({"window_period", "kp_pertama", "mutasi_masuk", "tenure_months"})


def parse_layanan(data: Any) -> LayananDefinition:
    """Read one definition. Raises `DefinitionInvalid` with every problem."""
    problems: list[str] = []
    name = data.get("code", "layanan") if isinstance(data, dict) else "layanan"
    reader = Reader(data, str(name), problems)
    if reader.raw("format") != FORMAT:
        reader.problem("format", f"expected “{FORMAT}”")
    definition = _definition(reader)
    reader.finish()
    problems += _contradictions(definition)
    if problems:
        raise DefinitionInvalid(problems)
    return definition


def parse_window(data: Any) -> Window:
    """Read a window by itself. Raises `DefinitionInvalid`."""
    problems: list[str] = []
    window = _window(Reader(data, "window", problems))
    if problems:
        raise DefinitionInvalid(problems)
    return window


def _definition(reader: Reader) -> LayananDefinition:
    names = _names(reader.raw("fields"))
    return LayananDefinition(
        code=reader.code("code"),
        version=reader.number("version", least=1),
        name=reader.text("name", required=True),
        short_name=reader.text("short_name", required=True),
        description=reader.text("description", required=True),
        divisions=reader.codes("divisions"),
        legal_basis=reader.texts("legal_basis"),
        procedure=reader.texts("procedure"),
        fee=reader.text("fee"),
        product=reader.text("product"),
        sensitive=reader.flag("sensitive"),
        allowed_kinds=reader.choices("allowed_kinds", EMPLOYEE_KINDS, EMPLOYEE_KINDS),
        eligibility=reader.each("eligibility", lambda part: _eligibility(part, names)),
        max_open=_max_open(reader),
        window=_window(reader.part("window")) if reader.raw("window") is not None else None,
        fields=reader.each("fields", lambda part: _field(part, names)),
        requirements=reader.each("requirements", lambda part: _requirement(part, names)),
        stages=reader.each("stages", _stage),
        result=_result(reader),
        return_from_processing=reader.flag("return_from_processing"),
    )


def _names(fields: Any) -> frozenset[str]:
    items = fields if isinstance(fields, list) else []
    return frozenset(str(item.get("name")) for item in items if isinstance(item, dict))


def _need(reader: Reader, names: frozenset[str]) -> Need:
    required = reader.raw("required", default=False)
    note = reader.text("condition_text")
    if isinstance(required, bool):
        return Need(always=required, note=note)
    try:
        where = f"{reader.where}.required"
        return Need(when=parse_condition(required, fields=names, where=where), note=note)
    except ConditionInvalid as error:
        reader.problems.append(str(error))
        return Need()


def _field(reader: Reader, names: frozenset[str]) -> Field:
    options = reader.each("options", _option)
    accepted = (
        reader.choices("accepted", [o.value for o in options], ["?"])
        if reader.has("accepted")
        else None
    )
    field = Field(
        name=reader.code("name"),
        type=reader.choice("type", FIELD_TYPES),
        label=reader.text("label", required=True),
        description=reader.text("description"),
        need=_need(reader, names),
        options=options,
        accepted=accepted,
        refusal=reader.text("refusal", required=accepted is not None),
        minimum=reader.number("minimum"),
        maximum=reader.number("maximum"),
        default=reader.choice("default", COMPUTED_DEFAULTS) if reader.has("default") else None,
        system=reader.flag("system"),
    )
    if bool(options) != (field.type in ("enum", "multi")):
        reader.problem("options", "an enum or multi has options, nothing else has")
    if field.accepted is not None and field.type != "enum":
        reader.problem("accepted", "only an enum has accepted options")
    if field.system and field.default is None:
        reader.problem("default", "a system field needs one")
    return field


def _option(reader: Reader) -> FieldOption:
    return FieldOption(reader.code("value"), reader.text("label", required=True))


def _requirement(reader: Reader, names: frozenset[str]) -> Requirement:
    requirement = Requirement(
        code=reader.code("code"),
        name=reader.text("name", required=True),
        description=reader.text("description"),
        need=_need(reader, names),
        max_bytes=reader.number("max_bytes", DEFAULT_MAX_BYTES, least=1),
        upload=reader.flag("upload", default=True),
        template=reader.string("template"),
        archive_key=reader.string("archive_key"),
    )
    if requirement.max_bytes > LARGEST_FILE:
        reader.problem("max_bytes", f"no file may be larger than {LARGEST_FILE}")
    if not requirement.upload and (requirement.need.always or requirement.need.when):
        reader.problem("required", "a row without upload cannot require a file")
    return requirement


def _eligibility(reader: Reader, names: frozenset[str]) -> Eligibility:
    code, refusal = reader.code("code"), reader.text("refusal", required=True)
    try:
        where = f"{reader.where}.when"
        when = parse_condition(reader.raw("when"), fields=names, where=where)
    except ConditionInvalid as error:
        reader.problems.append(str(error))
        when = parse_condition({"fact": "kind", "is_set": True}, fields=())
    return Eligibility(code, when, refusal)


def _max_open(reader: Reader) -> MaxOpen:
    if not reader.has("max_open"):
        return MaxOpen()
    part = reader.part("max_open")
    limit = MaxOpen(
        count=part.number("count", 1, least=1),
        group=frozenset(part.codes("group")),
        per_period=part.flag("per_period"),
    )
    part.finish()
    return limit


def _stage(reader: Reader) -> StageRule:
    stage = reader.choice("stage", [str(stage) for stage in OFFICER_STAGES])
    decider = reader.string("decider")
    if decider is not None and not decider.startswith("service:"):
        reader.problem("decider", "expected “service:<name>”; people decide by the stage's role")
    return StageRule(
        stage=Stage(stage or Stage.PROCESSING),
        acting=reader.choices("acting", ACTING_KINDS, ACTING_KINDS),
        decider=decider,
        working_days=reader.number("working_days", 1, least=0),
    )


def _result(reader: Reader) -> ResultRule:
    part = reader.part("result")
    document = part.choice("document", DOCUMENT_RULES, "required")
    place = part.text("pickup_place", required=document == "pickup")
    fields = part.each("fields", lambda each: _field(each, frozenset()))
    part.finish()
    return ResultRule(document, fields, place or None)


def _window(reader: Reader) -> Window:
    window = Window(
        mode=reader.choice("mode", ("hard", "advisory")),
        period_field=reader.code("period_field"),
        rows=reader.each("rows", _window_row),
        dated=reader.each("dated", _dated_row),
        move_end_to_working_day=reader.flag("move_end_to_working_day"),
    )
    if not window.rows and not window.dated:
        reader.problem("rows", "a window needs rows")
    reader.finish()
    return window


def _window_row(reader: Reader) -> WindowRow:
    row = WindowRow(
        opens=_offset(reader, "opens"),
        closes=_offset(reader, "closes"),
        month=reader.number("month"),
        confirmed=reader.flag("confirmed", default=True),
    )
    if row.month is not None and not 1 <= row.month <= 12:
        reader.problem("month", "expected 1 to 12")
    if (row.closes.months, row.closes.day) < (row.opens.months, row.opens.day):
        reader.problem("closes", "closes before it opens")
    return row


def _offset(reader: Reader, key: str) -> DayOffset:
    part = reader.part(key)
    offset = DayOffset(part.number("months", 0), part.number("day", least=1) or 1)
    part.finish()
    return offset


def _dated_row(reader: Reader) -> DatedRow:
    row = DatedRow(reader.day("period"), reader.day("opens"), reader.day("closes"))
    if row.closes < row.opens:
        reader.problem("closes", "closes before it opens")
    return row


def _contradictions(definition: LayananDefinition) -> list[str]:
    code = definition.code
    faults = [
        f"{code}.{key}: “{name}” stands there twice"
        for key, names in (
            ("fields", [item.name for item in definition.fields]),
            ("requirements", [row.code for row in definition.requirements]),
            ("stages", [str(rule.stage) for rule in definition.stages]),
        )
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    order = [rule.stage for rule in definition.stages]
    if order != [stage for stage in OFFICER_STAGES if stage in order]:
        faults.append(f"{code}.stages: not in the order of the workflow")
    if Stage.PROCESSING not in order:
        faults.append(f"{code}.stages: must end in processing")
    window = definition.window
    period = definition.field_named(window.period_field) if window else None
    if window and (period is None or period.type not in ("month", "date")):
        faults.append(f"{code}.window.period_field: no month or date field of that name")
    return faults
