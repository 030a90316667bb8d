"""G3: a submit with everything it does against the bare transaction of five statements."""

from bench.driver import Load
from bench.filing import Draft, a_draft, submits
from bench.forms import Form, Used
from bench.raw import five_statements
from bench.registry import BOTH, Costs, Goal, Reading, Stage
from bench.turns import asked, in_request, in_turns

LINES = 8


def run(stage: Stage) -> list[Reading]:
    form, draft, count = stage.system, a_draft(stage.system), stage.pace.submits
    with five_statements(form, stage.home, LINES) as bare:
        ours, limit = in_turns(
            stage.pace.rounds,
            lambda: submitted_per_second(form, draft, count),
            lambda: bare(stage.pace.seconds),
        )
    form.settle()
    return [Reading("", ours, limit, costs=_costs(form, draft, count))]


def submitted_per_second(form: Form, draft: Draft, count: int) -> float:
    """Submit copies of a draft over eight lines, once what came before is done with."""
    requests = submits(form, draft, count)
    form.settle()
    return asked(form.direct("proposal"), requests, Load(LINES, count=count)).rate


def _costs(form: Form, draft: Draft, count: int) -> Costs:
    requests = submits(form, draft, count)
    before: Used = form.used()
    asked(form.direct("proposal"), requests, Load(LINES, count=count))
    return in_request(form.used().since(before))


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
