"""The way of a proposal as a row of steps: behind us, here, ahead."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FINAL_AHEAD = ("rejected", "withdrawn", "not_selected")


@dataclass(frozen=True)
class Step:
    """One stage on the way; `state` is done, here, stopped or ahead."""

    stage: str
    state: str


def way(proposal: Mapping[str, Any]) -> list[str]:
    """List the stages of the proposal's layanan, processing at the end."""
    stages = [rule["stage"] for rule in proposal["definition"]["stages"]]
    return stages if "processing" in stages else [*stages, "processing"]


def steps(proposal: Mapping[str, Any], history: list[Any]) -> list[Step]:
    """Place the proposal on its way."""
    stages, stage = way(proposal), proposal["stage"]
    if stage == "draft":
        return [Step("draft", "here"), *(Step(code, "ahead") for code in stages)]
    if stage == "completed":
        return [*(Step(code, "done") for code in stages), Step("completed", "done")]
    reached = stages.index(_held_at(proposal, stages, history))
    state = "stopped" if stage in FINAL_AHEAD else "here"
    return [
        *(Step(code, "done") for code in stages[:reached]),
        Step(stages[reached], state),
        *(Step(code, "ahead") for code in stages[reached + 1 :]),
    ]


def _held_at(proposal: Mapping[str, Any], stages: list[str], history: list[Any]) -> str:
    """Where it is, or where it comes back to, or where it ended."""
    last = history[-1]["from_stage"] if history else ""
    for code in (proposal["stage"], proposal["return_to"], last):
        if code in stages:
            return str(code)
    return stages[0]
