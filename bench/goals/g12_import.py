"""G12: an import of employees from XLSX with all checks, against the bare rows."""

import time

from bench.importing import OTHERS, a_workbook, bare_rows, brought_in
from bench.registry import BOTH, Goal, Reading, Stage
from bench.turns import each


def run(stage: Stage) -> list[Reading]:
    form, count = stage.system, stage.pace.rows
    content = a_workbook(count, OTHERS)
    bare, before = bare_rows(form, stage.home, count), form.used()
    began = time.perf_counter()
    brought_in(form, content)
    ours = count / (time.perf_counter() - began)
    form.settle(600)
    costs = each(form.used().since(before), count)
    note = "costs are of a row, with what hears of it"
    return [Reading(f"{count:,} rows", [ours], [bare], "rows/s", costs, note)]


GOAL = Goal(
    "G12",
    "import of 10,000 employees from XLSX with all checks",
    "bare executemany of the same rows",
    0.2,
    0.5,
    "at least",
    BOTH,
    run,
    in_the_way=(
        "A row is a person with an account, nine facts with their sources, words and two "
        "events, checked and heard by three services (1.1 ms in identity, 1.6 behind it); the "
        "bare row is one of seven texts, and the more of them the cheaper each. Tried: rows "
        "looked up, checked and written a hundred at once (83 → 2 statements, 62 → 5 ms a "
        "row)."
    ),
)
