"""G4: from a commit to its effect in another service, against the broker alone."""

from dataclasses import dataclass, replace

from bench.flow import effects, flow
from bench.forms import DISTRIBUTED, EMBEDDED, Cluster
from bench.raw import publish_to_consume
from bench.registry import Costs, Goal, Reading, Stage
from bench.stats import percentile
from bench.turns import each

KEEPS_UP = 0.9  # of the rate, from the first commit to the last effect


def run(stage: Stage) -> list[Reading]:
    form = stage.system
    assert isinstance(form, Cluster)
    rounds = {rate: _rounds(stage, form, rate) for rate in stage.pace.rates}
    readings = [_reading(stage, rate, found) for rate, found in rounds.items()]
    return readings + _held(stage, form, rounds[max(rounds)])


def _rounds(stage: Stage, form: Cluster, rate: float) -> list["_Round"]:
    """Take the broker alone and our events in turns."""
    return [_round(form, rate, stage.pace.flow) for _ in range(stage.pace.repeats)]


def _held(stage: Stage, form: Cluster, found: list["_Round"]) -> list[Reading]:
    """Hold the greatest rate for minutes, if a short flow of it was kept up with."""
    rate, seconds = max(stage.pace.rates), stage.pace.held
    if not seconds:
        return []
    what = f"{rate:g} events/s for {seconds / 60:g} minutes, p99"
    if (done := found[-1].rate) < KEEPS_UP * rate:
        return [Reading(what, note=f"not measured: {done:.0f} a second were done", counts=False)]
    held = _ours(form, rate, seconds, found[-1].limit)
    return [replace(_reading(stage, rate, [held]), what=what, counts=False)]


def _reading(stage: Stage, rate: float, found: list["_Round"]) -> Reading:
    ours, limit = [one.p99 for one in found], [one.limit for one in found]
    lost, said = sum(one.lost for one in found), sum(one.said for one in found)
    note = f"{found[-1].rate:.0f} a second were done"
    short = f"{lost} of {said} had no effect when waiting ended" if lost else ""
    wanted, costs = rate == max(stage.pace.rates), found[-1].costs
    what = f"{rate:g} events/s, p99"
    return Reading(what, ours, limit, "ms", costs, note, counts=wanted, short=short)


@dataclass(frozen=True)
class _Round:
    """Milliseconds of ours and of the broker alone, and what became of the events."""

    p99: float
    limit: float
    said: int
    lost: int
    rate: float
    costs: Costs


def _round(form: Cluster, rate: float, seconds: float) -> _Round:
    limit = percentile(publish_to_consume(form, rate, seconds), 99)
    return _ours(form, rate, seconds, limit)


def _ours(form: Cluster, rate: float, seconds: float, limit: float) -> _Round:
    before, within = form.used(), 60 + 20 * seconds
    said = flow(form, rate, seconds)
    done = effects(form, said, within)
    form.settle(within)
    costs = each(form.used().since(before), len(said))
    times = [(done[one] - at) * 1000 for one, at in said.items() if one in done]
    p99 = percentile(times, 99) if times else float("inf")
    pace = len(done) / max(done_in(said, done), 0.001)
    return _Round(p99, limit, len(said), len(said) - len(done), pace, costs)


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
    in_the_way=(
        "Five commits one after another in four processes, and 5 ms for an event in a hearer, "
        "which has one core (GIL): 190 a second at best. Tried: batches of fifty, a window of "
        "confirms, loops that ask when they are due instead of looking (97 → 12 statements an "
        "event)."
    ),
)
