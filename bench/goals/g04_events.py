"""G4: from a commit to its effect in another service, against the broker alone."""

from bench.flow import effects, flow
from bench.forms import DISTRIBUTED, EMBEDDED, Cluster
from bench.raw import publish_to_consume
from bench.registry import Goal, Reading, Stage
from bench.stats import percentile
from bench.turns import each


def run(stage: Stage) -> list[Reading]:
    form = stage.system
    assert isinstance(form, Cluster)
    return [_at(stage, form, rate) for rate in stage.pace.rates]


def _at(stage: Stage, form: Cluster, rate: float) -> Reading:
    limit = publish_to_consume(form, rate, stage.pace.flow)
    before = form.used()
    said = flow(form, rate, stage.pace.flow)
    done = effects(form, said, within=60 + 20 * stage.pace.flow)
    lost = len(said) - len(done)
    note = f"{len(done) / max(done_in(said, done), 0.001):.0f} a second were done"
    short = f"{lost} of {len(said)} had no effect when waiting ended" if lost else ""
    form.settle(60 + 20 * stage.pace.flow)
    costs = each(form.used().since(before), len(said))
    times = [(done[one] - at) * 1000 for one, at in said.items() if one in done]
    p99 = percentile(times, 99) if times else float("inf")
    wanted = rate == max(stage.pace.rates)
    what, limits = f"{rate:g} events/s, p99", [percentile(limit, 99)]
    return Reading(what, [p99], limits, "ms", costs, note, counts=wanted, short=short)


def done_in(said: dict[str, float], done: dict[str, float]) -> float:
    """Return the seconds from the first commit to the last effect."""
    return max(done.values(), default=0.0) - min(said.values()) if done else 0.0


GOAL = Goal(
    "G4",
    "commit → effect committed in another service, p99 at 200 events/s",
    "raw publish → consume, p99",
    10,
    4,
    "at most",
    (DISTRIBUTED,),
    run,
    absent={EMBEDDED: "there is no broker"},
)
