"""May this person file this layanan now, whatever they will enter (R40, R52)?

The card of a layanan, the top of its form and the last press ask here: what is told early is
what would be refused in the end. What is not on record is never said to be missing eligibility.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from chassis.kernel.errors import FieldError, Refused
from services.proposal.domain.fact_words import facts_in_words
from services.proposal.domain.facts import Moment, period_of, with_computed
from services.proposal.domain.field_checking import field_error
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.saying import error
from services.proposal.domain.stages import FINAL_STAGES, Stage
from services.proposal.domain.windows import WindowState, state_at
from services.proposal.domain.wording import day_in_words, month_in_words

LAYANAN = "/layanan"


class EmployeeUnknown(Refused):
    """Identity has not told us about this person, or they are not active, or have no OPD."""

    code = "employee_unknown"
    text = {
        "id": "Data kepegawaian Anda belum tersedia atau tidak aktif. Hubungi Umpeg.",
        "en": "Your staff record is not available or not active. Ask your staffing section.",
    }


class ObstacleKind(StrEnum):
    """Why something cannot be sent: what the person, the office or time has to change."""

    NOT_OFFERED = "not_offered"
    NOT_ELIGIBLE = "not_eligible"
    NOT_KNOWN = "not_known"
    TOO_MANY = "too_many"
    WINDOW = "window"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class Obstacle:
    """One reason why a proposal cannot be sent now."""

    kind: ObstacleKind
    error: FieldError


@dataclass(frozen=True)
class Applicant:
    """`kind` is pns or pppk; `facts` are the employee's facts (see `layanan.schema.json`)."""

    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Earlier:
    """Another proposal of the same person."""

    layanan: str
    stage: Stage
    period: date | None


def nobody_known() -> Obstacle:
    """Say that there is no record of the person at all."""
    said = field_error(LAYANAN, EmployeeUnknown.code, EmployeeUnknown.text)
    return Obstacle(ObstacleKind.NOT_KNOWN, said)


def catalogue_obstacles(
    definition: LayananDefinition, in_force: LayananDefinition | None
) -> list[Obstacle]:
    """Say that the region does not offer the layanan (any more), or that others decide it since.

    A draft keeps the version it was begun under; it must not go past a service that decides
    today (R39).
    """
    if in_force is None:
        return [Obstacle(ObstacleKind.NOT_OFFERED, error(LAYANAN, "layanan_not_offered"))]
    if in_force.decided_by_services != definition.decided_by_services:
        return [Obstacle(ObstacleKind.NOT_OFFERED, error(LAYANAN, "layanan_decided_otherwise"))]
    return []


def filing_obstacles(
    definition: LayananDefinition,
    values: Mapping[str, Any],
    *,
    applicant: Applicant,
    moment: Moment,
    open_count: int = 0,
    entered: bool = True,
) -> list[Obstacle]:
    """List what keeps a person from sending a proposal of this layanan, beside what they enter.

    `open_count` is the number of other proposals that count against `max_open`. Before anything
    was `entered`, rules that ask for an answer say nothing.
    """
    return [
        *_eligibility(definition, values, applicant, moment, entered=entered),
        *_open_count(definition, open_count),
        *_window(definition, values, moment),
    ]


def counted(definition: LayananDefinition, earlier: Iterable[Earlier], period: date) -> int:
    """Count the proposals that stand against `max_open` (R15)."""
    failed = (Stage.DRAFT, Stage.REJECTED, Stage.WITHDRAWN, Stage.CLOSED)
    alike = [other for other in earlier if other.layanan in definition.counted_layanan]
    if definition.max_open.per_period:
        return sum(other.period == period and other.stage not in failed for other in alike)
    return sum(other.stage not in (Stage.DRAFT, *FINAL_STAGES) for other in alike)


def window_state(
    definition: LayananDefinition,
    values: Mapping[str, Any],
    moment: Moment,
) -> WindowState:
    """Say whether the layanan takes this proposal now, and if it is late."""
    if definition.window is None:
        return WindowState(is_open=True)
    return state_at(
        definition.window,
        period_of(definition, values, moment),
        now=moment.now,
        zone=moment.zone,
        holidays=moment.holidays,
    )


def _eligibility(
    definition: LayananDefinition,
    values: Mapping[str, Any],
    applicant: Applicant,
    moment: Moment,
    *,
    entered: bool,
) -> Iterator[Obstacle]:
    if applicant.kind not in definition.allowed_kinds:
        yield Obstacle(ObstacleKind.NOT_ELIGIBLE, error(LAYANAN, "kind_not_allowed"))
        return
    facts = with_computed(applicant.facts, period=period_of(definition, values, moment))
    unknown: set[str] = set()
    for rule in definition.eligibility:
        verdict = rule.when.verdict(values, facts)
        missing = {name for name in rule.when.facts if facts.get(name) is None}
        if verdict is None and missing:
            unknown |= missing
        elif verdict is False or (verdict is None and entered):
            yield Obstacle(ObstacleKind.NOT_ELIGIBLE, field_error(LAYANAN, rule.code, rule.refusal))
    if unknown:
        said = error(LAYANAN, "fact_unknown", facts=facts_in_words(unknown))
        yield Obstacle(ObstacleKind.NOT_KNOWN, said)


def _open_count(definition: LayananDefinition, open_count: int) -> Iterator[Obstacle]:
    limit = definition.max_open.count
    if open_count >= limit:
        code = "already_filed" if definition.max_open.per_period else "too_many_open"
        yield Obstacle(ObstacleKind.TOO_MANY, error(LAYANAN, code, limit=limit))


def _window(
    definition: LayananDefinition,
    values: Mapping[str, Any],
    moment: Moment,
) -> Iterator[Obstacle]:
    state = window_state(definition, values, moment)
    if state.is_open or definition.window is None:
        return
    pointer = f"/fields/{definition.window.period_field}"
    if state.next_opens is None or state.next_period is None:
        yield Obstacle(ObstacleKind.WINDOW, error(pointer, "window_closed_for_good"))
        return
    said = error(
        pointer,
        "window_closed",
        date=day_in_words(state.next_opens),
        period=month_in_words(state.next_period),
    )
    yield Obstacle(ObstacleKind.WINDOW, said)
