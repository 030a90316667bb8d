"""What a layanan is: fields, requirements, window, result and stages, as versioned data.

A running proposal keeps the version it was filed under; what a regency changes is a new
version, never a new program (design: "what a regency changes is data").
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.kernel.errors import NotFound
from services.proposal.domain.conditions import Condition
from services.proposal.domain.stages import SERVICE, Result, Stage, Text
from services.proposal.domain.windows import Window
from staff.organisation import ACTING_KINDS

DEFAULT_MAX_BYTES = 1_048_576
EMPLOYEE_KINDS = ("pns", "pppk")
RESULT = "result"  # a result document is filed under it, so no requirement has this code


class LayananUnknown(NotFound):
    """The region does not offer this layanan, or never had this version of it."""

    code = "layanan_unknown"
    text = {"id": "Layanan tidak tersedia.", "en": "There is no such layanan."}


@dataclass(frozen=True)
class Need:
    """Whether something must be there: always, never, or when the condition holds."""

    always: bool = False
    when: Condition | None = None
    note: Text = field(default_factory=dict)

    def applies(self, values: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        return self.always or (self.when is not None and self.when.holds(values, facts))

    @property
    def fields(self) -> frozenset[str]:
        """Return the names of the fields the condition looks at."""
        return self.when.fields if self.when else frozenset()

    @property
    def word(self) -> bool | str:
        """Return true, false or "conditional", as the HTTP API says it."""
        return "conditional" if self.when is not None else self.always


@dataclass(frozen=True)
class FieldOption:
    value: str
    label: Text


@dataclass(frozen=True)
class Implied:
    """A value that a field has while the condition holds, whatever was entered."""

    when: Condition
    value: str


@dataclass(frozen=True)
class Field:
    """One entry of the form.

    `accepted` lists the options that are good enough (a predicate of at least "baik"); the
    others can be chosen but are refused with `refusal`. `default` names a computed value (see
    `facts`); `system` fields are computed only and never taken from the applicant; other answers
    decide what is `implied`.
    """

    name: str
    type: str
    label: Text
    need: Need = Need()
    description: Text = field(default_factory=dict)
    options: tuple[FieldOption, ...] = ()
    accepted: frozenset[str] | None = None
    refusal: Text = field(default_factory=dict)
    minimum: int | None = None
    maximum: int | None = None
    default: str | None = None
    system: bool = False
    implied: tuple[Implied, ...] = ()

    @property
    def looks_at(self) -> frozenset[str]:
        """Return the names of the other fields that its need or its value depends on."""
        return self.need.fields.union(*(rule.when.fields for rule in self.implied))


@dataclass(frozen=True)
class Requirement:
    """One row of the requirement list. `upload` False: an instruction that takes no file."""

    code: str
    name: Text
    need: Need = Need()
    description: Text = field(default_factory=dict)
    max_bytes: int = DEFAULT_MAX_BYTES
    upload: bool = True
    template: str | None = None
    archive_key: str | None = None


@dataclass(frozen=True)
class StageRule:
    """One stage of the way. `decider` None means the stage's usual role; else `service:<name>`.

    `acting` and `delegates` keep a change of somebody's legal status from those who only stand in
    for the holder (R42).
    """

    stage: Stage
    acting: frozenset[str] = frozenset(ACTING_KINDS)
    delegates: bool = True
    decider: str | None = None
    working_days: int = 1


@dataclass(frozen=True)
class ResultRule:
    """How a layanan ends (R12) and which facts of the result are kept (R22).

    `document` is for MS: required, optional or pickup; `tms_document` for TMS: none, optional or
    required, where a refusal is a decision of its own.
    """

    document: str = "required"
    tms_document: str = "optional"
    fields: tuple[Field, ...] = ()
    pickup_place: Text | None = None

    def document_with(self, result: Result) -> str:
        """Tell whether a document comes with a result: required, optional, pickup or none."""
        return self.document if result is Result.MS else self.tms_document


@dataclass(frozen=True)
class MaxOpen:
    """How many proposals of one person may run at once (R15).

    `group` names the layanan counted together. With `per_period` the limit counts every
    proposal of the same period that was not rejected or withdrawn, finished ones included.
    """

    count: int = 1
    group: frozenset[str] = frozenset()
    per_period: bool = False


@dataclass(frozen=True)
class Eligibility:
    """A fact that must hold for the applicant, with the text of the refusal."""

    code: str
    when: Condition
    refusal: Text


@dataclass(frozen=True)
class LayananDefinition:
    code: str
    version: int
    name: Text
    short_name: Text
    description: Text
    stages: tuple[StageRule, ...]
    fields: tuple[Field, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    divisions: tuple[str, ...] = ()
    legal_basis: tuple[Text, ...] = ()
    procedure: tuple[Text, ...] = ()
    fee: Text = field(default_factory=dict)
    product: Text = field(default_factory=dict)
    allowed_kinds: frozenset[str] = frozenset(EMPLOYEE_KINDS)
    eligibility: tuple[Eligibility, ...] = ()
    max_open: MaxOpen = MaxOpen()
    window: Window | None = None
    result: ResultRule = ResultRule()
    sensitive: bool = False
    return_from_processing: bool = False

    def field_named(self, name: str) -> Field | None:
        return next((item for item in self.fields if item.name == name), None)

    def requirement(self, code: str) -> Requirement | None:
        return next((item for item in self.requirements if item.code == code), None)

    def stage_rule(self, stage: Stage) -> StageRule | None:
        return next((rule for rule in self.stages if rule.stage == stage), None)

    def stage_after(self, stage: Stage) -> Stage:
        """Return the stage that follows; the last one ends in processing."""
        order = [rule.stage for rule in self.stages]
        return order[order.index(stage) + 1]

    @property
    def deciding_services(self) -> frozenset[str]:
        """Return the names of the services that decide a stage or give the result (R1)."""
        return frozenset(
            decider.removeprefix(SERVICE) for decider in self.decided_by_services.values()
        )

    @property
    def decided_by_services(self) -> Mapping[Stage, str]:
        """Return the stages that are given to a service, with the decider of each."""
        return {rule.stage: rule.decider for rule in self.stages if rule.decider}

    @property
    def counted_layanan(self) -> frozenset[str]:
        """Return the codes whose proposals count against `max_open`."""
        return self.max_open.group | {self.code}
