"""G1: what the edge costs a request."""

from itertools import repeat

from bench.driver import Load, ask
from bench.forms import DISTRIBUTED, EMBEDDED
from bench.processes import cpu_seconds
from bench.registry import Goal, Reading, Stage
from bench.turns import asked, costs_of, in_turns, rate_of
from ops.journey.case import API

PATH = f"{API}/inbox/counts"


def run(stage: Stage) -> list[Reading]:
    form, token = stage.system, stage.system.people.token("umpeg")
    ways = [
        rate_of(base, ask("GET", base + PATH, token), stage.pace.seconds)
        for base in (form.url, form.direct("proposal"))
    ]
    through, straight = in_turns(stage.pace.rounds, *ways)
    request, load = ask("GET", form.url + PATH, token), Load(8, stage.pace.seconds)
    nginx = form.engines()["nginx"]
    before = cpu_seconds([nginx])
    done = len(asked(form.url, repeat(request), load).times)
    used = 1e6 * (cpu_seconds([nginx]) - before) / done
    note = f"nginx itself: {used:.0f} µs CPU each" if used else ""
    costs = costs_of(form, lambda: len(asked(form.url, repeat(request), load).times))
    return [Reading("an officer's counters", through, straight, costs=costs, note=note)]


GOAL = Goal(
    "G1",
    "requests through the edge",
    "the same service direct",
    0.85,
    0.95,
    "at least",
    (DISTRIBUTED,),
    run,
    absent={EMBEDDED: "the edge is in the same process"},
)
