"""G11: two instances of documents, each on its own core, against one."""

import os

from bench.registry import ALONE, Goal, Reading, Stage
from bench.uploads import read_in_turns


def run(stage: Stage) -> list[Reading]:
    if len(os.sched_getaffinity(0)) < 2:
        return [Reading(note="not measured: there is one core only")]
    pairs = {"one POST": ("one POST, 2 instances", "one POST, 1 instance")}
    pairs |= {"grant": ("grant, 2 instances", "grant, 1 instance")}
    note = "clients and store use the same two cores" if os.cpu_count() == 2 else ""
    return read_in_turns(stage, pairs, note)


GOAL = Goal(
    "G11",
    "two instances of documents, a core each",
    "one",
    1.8,
    1.95,
    "at least",
    (ALONE,),
    run,
    in_the_way=("Clients and store share the two cores with both instances."),
)
