"""What is known about the applicant, and what follows from it.

Facts arrive from identity (ruling R8) as plain JSON values; a missing one is None and a value
that depends on it is not computed, so that the applicant is asked instead.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from chassis.kernel.period import full_months
from services.proposal.domain.layanan import Field, LayananDefinition
from services.proposal.domain.windows import open_period


@dataclass(frozen=True)
class Moment:
    """Now, as the region sees it."""

    now: datetime
    zone: tzinfo
    holidays: Collection[date] = ()

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


def month_of(value: Any) -> date | None:
    """Read `YYYY-MM` or `YYYY-MM-DD` as the first day of its month."""
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(f"{value[:7]}-01") if len(value) in (7, 10) else None
    except ValueError:
        return None


def with_computed(
    facts: Mapping[str, Any],
    *,
    period: date,
) -> dict[str, Any]:
    """Add the facts that follow from others, counted on the period's day 1.

    `tenure_months` counts from the appointment as CPNS, or the first contract of a PPPK
    (ambiguities A12, A13).
    """
    completed = dict(facts)
    appointed = _day(facts.get("tmt_cpns"))
    completed["tenure_months"] = full_months(appointed, period) if appointed else None
    completed["kp_pertama"] = is_first_promotion(facts)
    completed["mutasi_masuk"] = has_moved_in(facts)
    return completed


def is_first_promotion(facts: Mapping[str, Any]) -> bool | None:
    """Compare the present golongan with the first one (R7); None = unknown."""
    first, present = facts.get("golongan_pertama"), facts.get("golongan")
    return first == present if first and present else None


def has_moved_in(facts: Mapping[str, Any]) -> bool | None:
    """Tell whether somebody came from elsewhere and has had no promotion here.

    Decides row 10 of kp_fungsional (R7); None when the dates do not say.
    """
    entered, appointed = _day(facts.get("masuk_daerah")), _day(facts.get("tmt_cpns"))
    if entered is None or appointed is None:
        return None
    promoted = _day(facts.get("tmt_golongan"))
    return entered > appointed and (promoted is None or promoted <= entered)


def period_of(
    definition: LayananDefinition,
    values: Mapping[str, Any],
    moment: Moment,
) -> date:
    """Return the first day of the period a proposal is for."""
    if definition.window is None:
        return moment.today.replace(day=1)
    chosen = month_of(values.get(definition.window.period_field))
    return chosen or _offered_period(definition, moment) or moment.today.replace(day=1)


def with_defaults(
    definition: LayananDefinition,
    values: Mapping[str, Any],
    facts: Mapping[str, Any],
    moment: Moment,
) -> dict[str, Any]:
    """Fill computed fields: system fields always, the others when absent; then what is implied."""
    filled = dict(values)
    for field in definition.fields:
        if field.default and (field.system or field.name not in filled):
            value = _computed(field, definition, filled, facts, moment)
            if value is not None:
                filled[field.name] = value
            elif field.system:
                filled.pop(field.name, None)
    return with_implied(definition, filled, facts, moment)


def with_implied(
    definition: LayananDefinition,
    values: Mapping[str, Any],
    facts: Mapping[str, Any],
    moment: Moment,
) -> dict[str, Any]:
    """Set the fields whose value follows from other answers (B4)."""
    completed = with_computed(facts, period=period_of(definition, values, moment))
    settled = dict(values)
    for field in definition.fields:
        for rule in field.implied:
            if rule.when.holds(settled, completed):
                settled[field.name] = rule.value
    return settled


def _computed(
    field: Field,
    definition: LayananDefinition,
    values: Mapping[str, Any],
    facts: Mapping[str, Any],
    moment: Moment,
) -> Any:
    if field.default == "window_period":
        offered = _offered_period(definition, moment)
        return offered.strftime("%Y-%m") if offered else None
    period = period_of(definition, values, moment)
    return with_computed(facts, period=period).get(field.default or "")


def _offered_period(definition: LayananDefinition, moment: Moment) -> date | None:
    if definition.window is None:
        return None
    return open_period(
        definition.window,
        now=moment.now,
        zone=moment.zone,
        holidays=moment.holidays,
    )


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
