"""G2: an officer's inbox against Flask's smallest answer on the same workers."""

from itertools import repeat

from bench.copies import add_waiting, books_of
from bench.driver import Load, ask
from bench.filing import submitted
from bench.forms import Form
from bench.hello import hello
from bench.registry import BOTH, Goal, Reading, Stage
from bench.turns import asked, costs_of, in_turns, rate_of
from chassis.process.ids import uuid7
from ops.journey.case import API

WAITING = 200
PAGES = (20, 50)
THREADS = {True: 8, False: 16}  # as ./simpul serve and up have them


def run(stage: Stage) -> list[Reading]:
    form = stage.system
    fill(form)
    with hello(THREADS[stage.is_distributed]) as least:
        return [_page(stage, form, least, rows) for rows in PAGES]


def fill(form: Form) -> None:
    """Have at least a page of proposals wait for Umpeg."""
    if "queue" in form.kept:
        return
    books = books_of(form, "proposal")
    add_waiting(books, submitted(form), [uuid7() for _ in range(WAITING)])
    books.close()
    form.kept["queue"] = WAITING


def _page(stage: Stage, form: Form, least: str, rows: int) -> Reading:
    base, seconds = form.direct("proposal"), stage.pace.seconds
    request = ask("GET", f"{base}{API}/inbox?limit={rows}", form.people.token("umpeg"))
    ways = (rate_of(base, request, seconds), rate_of(least, ask("GET", least), seconds))
    ours, limit = in_turns(stage.pace.rounds, *ways)
    costs = costs_of(form, lambda: len(asked(base, repeat(request), Load(8, seconds)).times))
    return Reading(f"{rows} rows", ours, limit, costs=costs, counts=rows == max(PAGES))


GOAL = Goal(
    "G2",
    "authenticated inbox page",
    "Flask “hello” on the same workers",
    0.20,
    0.40,
    "at least",
    BOTH,
    run,
    in_the_way=(
        "Python between the statements: of an inbox of 50 rows (2.7 ms; hello takes 0.06) a "
        "third is the frame of a request, with token and session, a quarter the execution of "
        "five statements, the rest their values and the answer's. Tried: plain rows past the "
        "ORM, answers by msgspec, one opening question for session and region, statements "
        "that stay prepared (9 → 5 statements)."
    ),
)
