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
    in_the_way=(
        "The frame of a request, a grant, the log of views and the file's hash before its "
        "first byte. Tried: the store's blocks kept as they come, kept questions (7 → 5 ms); "
        "a file that nginx sends itself would be one that nobody compared."
    ),
)
