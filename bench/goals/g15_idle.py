"""G15: the processor time of a system that nobody uses."""

import time

from bench.forms import DISTRIBUTED
from bench.processes import cpu_seconds
from bench.registry import BOTH, Goal, Reading, Stage


def run(stage: Stage) -> list[Reading]:
    form, seconds = stage.system, stage.pace.idle
    form.settle()
    before = {name: cpu_seconds([pid]) for name, pid in form.pids().items()}
    time.sleep(seconds)
    shares = {
        name: 100 * (cpu_seconds([pid]) - before[name]) / seconds
        for name, pid in form.pids().items()
    }
    name, most = max(shares.items(), key=lambda one: one[1])
    together = f"all together {sum(shares.values()):.2f} %"
    what = f"busiest of {len(shares)}: {name}" if form.name == DISTRIBUTED else "one process"
    note = f"{together}, over {seconds:g} s"
    return [Reading(what, [most], [100.0], "%", note=note)]


GOAL = Goal(
    "G15",
    "processor time of the idle system over 60 s",
    "one core",
    0.005,
    0.001,
    "at most",
    BOTH,
    run,
    at_rest=True,
    elsewhere={DISTRIBUTED: (0.003, 0.003)},
    in_the_way=(
        "What is looked after at intervals: timers, leases, connections, the engines' health. "
        "Tried: loops that say when they are due. It was not taken apart further."
    ),
)
