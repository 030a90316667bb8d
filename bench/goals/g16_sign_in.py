"""G16: a hundred people who sign in within one second."""

from bench.crowd import Crowd, hash_time, sign_in_together
from bench.registry import BOTH, Goal, Reading, Stage
from bench.turns import each

LONGEST_WAIT = 1.0  # seconds


def run(stage: Stage) -> list[Reading]:
    people, form = stage.pace.people, stage.system
    before, rounds = form.used(), list[tuple[float, Crowd]]()
    for _ in range(stage.pace.repeats):
        rounds.append((hash_time(people), sign_in_together(form, people)))
    costs = each(form.used().since(before), people * len(rounds))
    longest = max(crowd.longest_wait for _, crowd in rounds)
    refused = sum(crowd.refused for _, crowd in rounds)
    return [
        Reading(
            f"{people} people, {rounds[0][1].accounts} accounts",
            [crowd.all_in for _, crowd in rounds],
            [hashing for hashing, _ in rounds],
            "s",
            costs,
            f"longest wait of anybody else {longest:.1f} s",
            short=_short(longest, refused),
        )
    ]


def _short(longest: float, refused: int) -> str:
    if refused:
        return f"{refused} were turned away"
    return f"somebody waits more than {LONGEST_WAIT:g} s" if longest > LONGEST_WAIT else ""


GOAL = Goal(
    "G16",
    "100 people signing in within one second: time until all are in",
    "argon2's own time for as many hashes on the same cores",
    1.5,
    1.1,
    "at most",
    BOTH,
    run,
    in_the_way=(
        "Beside the hash (two cores for 0.19 s) a sign-in is five requests with 60 statements "
        "(33 ms), and what hears of it. Tried: hashes in lanes of their own, so that nobody "
        "else waits; a low priority for them starved whoever held a transaction."
    ),
)
