"""G10: the distributed form with its engines on a machine of 2 cores and 4 GB."""

from bench.forms import DISTRIBUTED, EMBEDDED, Cluster
from bench.processes import pss_mebibytes
from bench.registry import Goal, Reading, Stage

MACHINE = 4096.0  # MiB


def run(stage: Stage) -> list[Reading]:
    form = stage.system
    assert isinstance(form, Cluster)
    parts = {"our processes": form.pids().values(), "engines": form.engines().values()}
    used = {name: pss_mebibytes(pids) for name, pids in parts.items()}
    used["supervisor"] = pss_mebibytes([form.keeper]) - sum(used.values())
    note = ", ".join(f"{name} {size:.0f}" for name, size in used.items())
    return [Reading("PSS of everything", [sum(used.values())], [MACHINE], "MiB", note=note)]


GOAL = Goal(
    "G10",
    "distributed form with engines, at rest",
    "a machine of 2 cores and 4 GB",
    0.5,
    0.5,
    "at most",
    (DISTRIBUTED,),
    run,
    at_rest=True,
    absent={EMBEDDED: "it has no engines; see G9"},
)
