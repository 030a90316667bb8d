"""G7: a download of 1 MB through a grant, against a raw get."""

from bench.registry import ALONE, Goal, Reading, Stage
from bench.uploads import read_in_turns


def run(stage: Stage) -> list[Reading]:
    return read_in_turns(stage, {"": ("grant, 1 instance", "raw get")})


GOAL = Goal(
    "G7",
    "download of 1 MB through a grant, 8 clients",
    "raw S3 get",
    0.6,
    0.9,
    "at least",
    (ALONE,),
    run,
)
