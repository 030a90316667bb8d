"""When a proposal can be expected to be finished: working days per stage, added up."""

from collections.abc import Collection
from datetime import date

from chassis.kernel.working_days import add_working_days
from services.proposal.domain.layanan import LayananDefinition, StageRule
from services.proposal.domain.stages import FINAL_STAGES, Stage


def expected_end(
    definition: LayananDefinition,
    *,
    stage: Stage,
    since: date,
    return_to: Stage | None = None,
    holidays: Collection[date] = (),
) -> date | None:
    """Return the day the last stage should end; None when it has ended.

    `since` is the day the proposal came to `stage`. A draft counts from its first stage, and a
    proposal in revision from the stage that asked, as if it were sent today.
    """
    if stage in FINAL_STAGES:
        return None
    days = sum(rule.working_days for rule in _still_to_go(definition, stage, return_to))
    return add_working_days(since, days, holidays)


def stage_due(
    definition: LayananDefinition,
    *,
    stage: Stage,
    since: date,
    holidays: Collection[date] = (),
) -> date | None:
    """Return the day the present stage should be decided, if it has one.

    A stage that a service decides without a number of days has none.
    """
    rule = definition.stage_rule(stage)
    if rule is None or (rule.decider and not rule.working_days):
        return None
    return add_working_days(since, rule.working_days, holidays)


def _still_to_go(
    definition: LayananDefinition,
    stage: Stage,
    return_to: Stage | None,
) -> tuple[StageRule, ...]:
    start = return_to if stage is Stage.REVISION else stage
    order = [rule.stage for rule in definition.stages]
    return definition.stages[order.index(start) :] if start in order else definition.stages
