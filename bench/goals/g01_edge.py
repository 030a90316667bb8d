"""G1: what the edge costs a request."""

from bench.driver import ask
from bench.forms import DISTRIBUTED
from bench.registry import Goal, Reading, Stage
from bench.turns import in_turns, rate_of
from ops.journey.case import API

PATH = f"{API}/inbox/counts"


def run(stage: Stage) -> list[Reading]:
    form, token = stage.system, stage.system.people.token("umpeg")
    ways = [
        rate_of(base, ask("GET", base + PATH, token), stage.pace.seconds)
        for base in (form.url, form.direct("proposal"))
    ]
    through, straight = in_turns(stage.pace.rounds, *ways)
    return [Reading("an officer's counters", through, straight)]


GOAL = Goal(
    "G1",
    "requests through the edge",
    "the same service direct",
    0.85,
    0.95,
    "at least",
    (DISTRIBUTED,),
    run,
)
