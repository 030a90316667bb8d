"""G16: a hundred people who sign in within one second."""

from bench.crowd import hash_time, sign_in_together
from bench.registry import BOTH, Goal, Reading, Stage
from bench.turns import each

LONGEST_WAIT = 1.0  # seconds


def run(stage: Stage) -> list[Reading]:
    people = stage.pace.people
    before = stage.system.used()
    found = sign_in_together(stage.system, people)
    costs = each(stage.system.used().since(before), people)
    limit = hash_time(people)
    note = f"longest wait of anybody else {found.longest_wait:.1f} s"
    short = (
        "" if found.longest_wait <= LONGEST_WAIT else f"somebody waits more than {LONGEST_WAIT:g} s"
    )
    if found.refused:
        short = f"{found.refused} were turned away"
    what = f"{people} people, {found.accounts} accounts"
    return [Reading(what, [found.all_in], [limit], "s", costs, note, short=short)]


GOAL = Goal(
    "G16",
    "100 people signing in within one second: time until all are in",
    "argon2's own time for as many hashes on the same cores",
    1.5,
    1.1,
    "at most",
    BOTH,
    run,
)
