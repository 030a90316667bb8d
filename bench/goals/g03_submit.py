"""G3: a submit with everything it does against the bare transaction of five statements."""

from bench.driver import Load
from bench.filing import submits
from bench.raw import five_statements
from bench.registry import BOTH, Costs, Goal, Reading, Stage
from bench.turns import asked, in_request, in_turns

LINES = 8


def run(stage: Stage) -> list[Reading]:
    form, count = stage.system, stage.pace.submits
    last: list[Costs] = []

    def submit() -> float:
        """Submit over eight lines, once what came before is done with."""
        with submits(form, count) as requests:
            before = form.used()
            found = asked(form.direct("proposal"), requests, Load(LINES, count=count))
            last[:] = [in_request(form.used().since(before))]
            form.settle(120)
        return found.rate

    with five_statements(form, stage.home, LINES) as bare:
        ours, limit = in_turns(stage.pace.rounds, submit, lambda: bare(stage.pace.seconds))
    return [Reading("", ours, limit, costs=last[0])]


GOAL = Goal(
    "G3",
    "submit with all checks, history and outbox",
    "the bare five-statement transaction, as many at once",
    0.15,
    0.35,
    "at least",
    BOTH,
    run,
)
