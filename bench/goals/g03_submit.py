"""G3: a submit with everything it does against the bare transaction of five statements."""

from bench.driver import Driven, Load, drive
from bench.filing import submits
from bench.forms import Used
from bench.raw import five_statements
from bench.registry import BOTH, Goal, Reading, Stage
from bench.turns import in_requests, in_turns

LINES = 8


def run(stage: Stage) -> list[Reading]:
    form, count = stage.system, stage.pace.submits
    rounds: list[tuple[Driven, Used]] = []

    def submit() -> float:
        """Submit over eight lines, once what came before is done with."""
        with submits(form, count) as requests:
            before = form.used()
            found = drive(form.direct("proposal"), requests, Load(LINES, count=count))
            rounds.append((found, form.used().since(before)))
            form.settle(120)
        return found.must_be(200, 503).statuses[200] / found.seconds

    with five_statements(form, stage.home, LINES) as bare:
        ours, limit = in_turns(stage.pace.rounds, submit, lambda: bare(stage.pace.seconds))
    refused = sum(found.statuses[503] for found, _ in rounds)
    note = f"{refused} of {len(rounds) * count} were told to come back (503)" if refused else ""
    return [Reading("", ours, limit, costs=in_requests(rounds[-1][1], count), note=note)]


GOAL = Goal(
    "G3",
    "submit with all checks, history and outbox",
    "the bare five-statement transaction, as many at once",
    0.15,
    0.35,
    "at least",
    BOTH,
    run,
    in_the_way=(
        "What comes behind each submit (G17, above 100 ms) shares the two cores, so few are "
        "answered in a second. One itself is 20 statements of 0.05 ms, the frame, the event's "
        "schema and the answer: 4.5 ms on SQLite, 10 on PostgreSQL. Tried: kept writes, a case "
        "that is read once (34 → 20 statements, 12 → 4.5 ms)."
    ),
)
