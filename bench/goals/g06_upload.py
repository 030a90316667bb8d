"""G6: an upload of 1 MB with every check and its event, against a raw put."""

from bench.registry import ALONE, Goal, Reading, Stage
from bench.uploads import read_in_turns


def run(stage: Stage) -> list[Reading]:
    pairs = {"one POST": ("one POST, 1 instance", "raw put")}
    pairs |= {"in pieces": ("pieces, 1 instance", "raw put")}
    return read_in_turns(stage, pairs)


GOAL = Goal(
    "G6",
    "upload of 1 MB with every check and its event, 8 clients",
    "raw S3 put, 8 clients",
    0.5,
    0.9,
    "at least",
    (ALONE,),
    run,
    in_the_way=(
        "A new process that looks at each file (10 ms) and three hashes of it, all on one "
        "core, where the raw put costs 1.6 ms: neither can go without a weaker promise. "
        "Tried: each byte read once, larger blocks, a faster search (49 → 28 ms); nginx "
        "cannot check a file."
    ),
)
