"""The way of a proposal as a row of steps: behind it, where it stands, ahead of it."""

from dataclasses import dataclass
from enum import StrEnum

from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.stages import FINAL_STAGES, Stage
from services.proposal.domain.workflow import Position


class StepState(StrEnum):
    DONE = "done"
    HERE = "here"
    STOPPED = "stopped"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Step:
    """One stage on the way."""

    stage: Stage
    state: StepState


def way_of(definition: LayananDefinition) -> list[Stage]:
    """List the stages of a layanan; what follows the last decision is processing."""
    stages = [rule.stage for rule in definition.stages]
    return stages if Stage.PROCESSING in stages else [*stages, Stage.PROCESSING]


def steps(
    definition: LayananDefinition, position: Position, *, last: Stage | None = None
) -> list[Step]:
    """Place a proposal on its way; `last` is the stage it was in before it ended."""
    stages = way_of(definition)
    if position.stage is Stage.DRAFT:
        return [Step(Stage.DRAFT, StepState.HERE), *_all(stages, StepState.AHEAD)]
    if position.stage is Stage.COMPLETED:
        return _all([*stages, Stage.COMPLETED], StepState.DONE)
    reached = stages.index(_held_at(position, stages, last))
    state = StepState.STOPPED if position.stage in FINAL_STAGES else StepState.HERE
    return [
        *_all(stages[:reached], StepState.DONE),
        Step(stages[reached], state),
        *_all(stages[reached + 1 :], StepState.AHEAD),
    ]


def _all(stages: list[Stage], state: StepState) -> list[Step]:
    return [Step(stage, state) for stage in stages]


def _held_at(position: Position, stages: list[Stage], last: Stage | None) -> Stage:
    """Where it is, or where it comes back to, or where it ended."""
    for stage in (position.stage, position.return_to, last):
        if stage in stages:
            return stage
    return stages[0]
