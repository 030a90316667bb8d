"""G17: what one submit causes after it was answered, against the request itself."""

import time

from bench.driver import Load
from bench.filing import submits
from bench.forms import Form, Used
from bench.registry import BOTH, Costs, Goal, Reading, Stage
from bench.turns import asked

_IDLE = 3.0


def run(stage: Stage) -> list[Reading]:
    form, count = stage.system, stage.pace.submits
    return [_reading([_round(form, count) for _ in range(stage.pace.repeats)], count)]


def _round(form: Form, count: int) -> tuple[Used, float]:
    """Submit one after another; return what was used until all was done, and of it at rest."""
    with submits(form, count) as requests:
        idle = _idle(form)
        began, before = time.monotonic(), form.used()
        asked(form.direct("proposal"), requests, Load(1, count=count))
        form.settle(300)
        return form.used().since(before), idle * (time.monotonic() - began)


def _idle(form: Form) -> float:
    """Return what the system uses of a core while nobody asks."""
    before = form.used()
    time.sleep(_IDLE)
    return form.used().since(before).cpu / _IDLE


def _reading(readings: list[tuple[Used, float]], count: int) -> Reading:
    inside = [used.counted["request_cpu"] / 1e6 / count for used, _ in readings]
    after = [
        max(1000 * (used.cpu - idle) / count - one, 0.0)
        for (used, idle), one in zip(readings, inside, strict=True)
    ]
    counted = readings[-1][0].counted
    costs = Costs(
        after[-1],
        counted["statements_after"] / count,
        counted["commits_after"] / count,
        counted["confirms"] / count,
    )
    return Reading("of one submit", after, inside, "ms", costs, "costs are of what comes after")


GOAL = Goal(
    "G17",
    "processor time behind one submit, after the answer",
    "of the request itself",
    1.0,
    0.3,
    "at most",
    BOTH,
    run,
    in_the_way=(
        "Two thirds are the receipt: a process that sets it (45 ms) and what asks, stores and "
        "files it (30 ms). Tried: batches, fewer wakes, a code with one mask (117 → 57 "
        "statements)."
    ),
)
