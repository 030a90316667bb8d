"""G8: what a thousand times as many proposals do to the time of what people do all day."""

from bench.forms import DISTRIBUTED
from bench.growth import OPERATIONS, Grown, grow
from bench.registry import BOTH, Goal, Pace, Reading, Stage

SQLITE_AT_MOST = 100_000


def run(stage: Stage) -> list[Reading]:
    found = grow(stage.system, sizes_of(stage.pace, stage.system.name), stage.pace.asked)
    stage.home.joinpath("growth.json").write_text(found.to_json())
    return [_reading(found, name) for name in OPERATIONS]


def sizes_of(pace: Pace, form: str) -> list[int]:
    return [size for size in pace.sizes if form == DISTRIBUTED or size <= SQLITE_AT_MOST]


def _reading(found: Grown, name: str) -> Reading:
    least, most = found.at[0], found.at[-1]
    counts = [round(size.statements[name]) for size in (least, most)]
    note = f"{counts[0]} → {counts[1]} statements"
    short = "more statements" if counts[1] > counts[0] else ""
    what = f"{name}, {least.count:,} → {most.count:,}"
    return Reading(what, [most.p95[name]], [least.p95[name]], "ms", note=note, short=short)


GOAL = Goal(
    "G8",
    "p95 over HTTP and statements at 1,000,000 proposals",
    "at 1,000",
    1.5,
    1.1,
    "at most",
    BOTH,
    run,
    grows=True,
    in_the_way=(
        "A search for the beginning of a word that a fifth of all proposals have reads all of "
        "those words (675 ms at a million). Tried: a plan made for each search anew, which is no "
        "better; all else grows at most 1.6 times."
    ),
)
