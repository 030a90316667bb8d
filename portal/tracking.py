"""The way of a proposal as a row of steps: behind us, here, ahead."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.words import PATH


@dataclass(frozen=True)
class Step:
    """One stage on the way; `state` is done, here, stopped or ahead."""

    stage: str
    state: str


def steps(proposal: Mapping[str, Any]) -> list[Step]:
    """This function will place the proposal on the way of its layanan."""
    stage = proposal["stage"]
    if stage == "draft":
        return [Step("draft", "here"), *(Step(code, "ahead") for code in PATH)]
    if stage == "completed":
        return [*(Step(code, "done") for code in PATH), Step("completed", "done")]
    held = _held_at(proposal)
    reached = PATH.index(held) if held in PATH else 0
    state = "here" if stage in PATH or stage == "revision" else "stopped"
    done = [Step(code, "done") for code in PATH[:reached]]
    ahead = [Step(code, "ahead") for code in PATH[reached + 1 :]]
    return [*done, Step(PATH[reached], state), *ahead]


def _held_at(proposal: Mapping[str, Any]) -> str:
    stage = str(proposal["stage"])
    if stage in PATH:
        return stage
    return str(proposal.get("return_to") or proposal.get("from_stage") or PATH[0])
