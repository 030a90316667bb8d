"""G14: a page of the portal against the API calls behind it."""

from itertools import cycle

from bench.driver import Load, ask
from bench.goals.g02_inbox import fill
from bench.portal import calls_behind, signed_in
from bench.registry import BOTH, Goal, Reading, Stage
from bench.turns import asked, costs_of, in_turns, rate_of

PAGE = "/portal/tugas"


def run(stage: Stage) -> list[Reading]:
    form, seconds = stage.system, stage.pace.seconds
    fill(form)
    page = ask("GET", form.url + PAGE, Cookie=signed_in(form, "umpeg", PAGE))
    behind = calls_behind(form, page)
    token = form.people.token("umpeg")
    calls = [ask(method, form.url + path, token) for method, path in behind]

    def all_calls() -> float:
        return asked(form.url, cycle(calls), Load(8, seconds)).rate / len(calls)

    ours, limit = in_turns(stage.pace.rounds, rate_of(form.url, page, seconds), all_calls)
    costs = costs_of(form, lambda: round(rate_of(form.url, page, seconds)() * seconds))
    note = "behind it: " + ", ".join(path.removeprefix("/api/") for _, path in behind)
    return [Reading("", ours, limit, "pages/s", costs, note)]


GOAL = Goal(
    "G14",
    "portal page (officer's table)",
    "the API calls behind it",
    0.4,
    0.7,
    "at least",
    BOTH,
    run,
)
