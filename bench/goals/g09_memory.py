"""G9: the memory of our processes, against the Django peer's."""

from bench.forms import DISTRIBUTED
from bench.processes import pss_mebibytes
from bench.registry import BOTH, Goal, Reading, Stage

PEER = 590.0  # MiB; measured once, on 2 cores: a dated constant


def run(stage: Stage) -> list[Reading]:
    form = stage.system
    used = [pss_mebibytes(form.pids().values()) for _ in range(stage.pace.rounds)]
    note = f"{len(form.pids())} of our processes, with what they started"
    return [Reading("PSS of our processes", used, [PEER] * len(used), "MiB", note=note)]


GOAL = Goal(
    "G9",
    "memory (PSS) of our processes",
    "the Django peer, 590 MiB (2026)",
    0.35,
    0.20,
    "at most",
    BOTH,
    run,
    at_rest=True,
    elsewhere={DISTRIBUTED: (1.0, 0.65)},
    in_the_way=(
        "Eight processes that each hold the same 66 MiB of libraries. Tried: libraries loaded "
        "by whom they serve, no idle masters (1,080 → 804 MiB with the supervisor). A common "
        "parent would share them (430 MiB) and make services that cannot be restarted one by "
        "one."
    ),
)
