"""What a run found, as a table for people, as Markdown for documents and as JSON for programs."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from bench.registry import Costs, Goal, Reading
from bench.stats import Spread, ratios, rounded

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
_COLUMNS = {"embedded": ("embedded",), "distributed": ("distributed", "alone")}
_SIGNS = {"at least": "≥", "at most": "≤"}


@dataclass(frozen=True)
class Row:
    """A reading of a goal on one form."""

    goal: Goal
    form: str
    reading: Reading

    @property
    def spread(self) -> Spread | None:
        """Return the ratio of ours to the limit; None where nothing was measured."""
        ours, limit = self.reading.ours, self.reading.limit
        return Spread.of(ratios(ours, limit)) if ours else None

    @property
    def is_met(self) -> bool | None:
        if self.spread is None:
            return None
        return not self.reading.short and self.goal.is_met(self.spread.median, self.form)

    @property
    def wanted(self) -> str:
        """Say how far the goal is on this form, and what is hoped for."""
        target, moonshot = self.goal.wanted(self.form)
        return f"{_SIGNS[self.goal.sense]} {target:g} → {moonshot:g}"


@dataclass(frozen=True)
class Run:
    """All that was found, on which machine and by which command."""

    machine: str
    command: str
    rows: Sequence[Row]
    remark: str = ""  # what was measured with less than the goals are about


def lines(rows: Iterable[Row]) -> list[str]:
    """Write one line for each reading, for a terminal."""
    return [_line(row) for row in rows]


def _line(row: Row) -> str:
    reading = row.reading
    name = f"{row.goal.code:<4}{row.form:<12}{_named(row):<58.58}"
    if row.spread is None:
        return f"{name} {reading.note}"
    mark = {True: "met", False: "not met", None: ""}[row.is_met] if reading.counts else "beside"
    figures = f"{_of(reading.ours)} ÷ {_of(reading.limit)} {reading.unit}"
    ratio = f"{rounded(row.spread.median)} ({_between(row.spread)})"
    told = [f"{name} {ratio:<22} {mark:<8} {row.wanted:<14} {figures}"]
    return "  ".join([*told, *filter(None, (costs(reading.costs), reading.remarks))])


def _named(row: Row) -> str:
    return f"{row.goal.what}: {row.reading.what}" if row.reading.what else row.goal.what


def _of(values: Sequence[float]) -> str:
    return rounded(Spread.of(values).median)


def _between(spread: Spread) -> str:
    return f"{rounded(spread.least)}–{rounded(spread.most)}, n={spread.count}"


def costs(each: Costs | None) -> str:
    """Say what one operation costs."""
    if each is None:
        return ""
    told = [f"{rounded(each.cpu_ms)} ms CPU"]
    kinds = {"statements": each.statements, "commits": each.commits, "confirms": each.confirms}
    told += [f"{rounded(value)} {name}" for name, value in kinds.items() if value]
    return "each " + ", ".join(told)


def markdown(run: Run) -> str:
    """Write the table with machine and command, and under it what it says of each reading."""
    head = (
        f"Measured with `{run.command}` on {run.machine}.\n"
        "Each ratio is ours ÷ limit: the median of rounds in which both were measured in turns,\n"
        f"with the least and the most. {run.remark}\n\n"
        "| # | what | against | form | ours | limit | ratio | goal | one costs; remarks |\n"
        "|---|---|---|---|---|---|---|---|---|\n"
    )
    return head + "\n".join(map(_markdown_row, run.rows)) + "\n"


def _markdown_row(row: Row) -> str:
    reading, goal = row.reading, row.goal
    remarks = "; ".join(filter(None, (costs(reading.costs), reading.remarks)))
    figures = ["–", "–", "not measured"]
    if row.spread:
        ratio = f"{rounded(row.spread.median)} ({_between(row.spread)})"
        ratio = f"**{ratio}**" if row.is_met and reading.counts else ratio
        figures = [f"{_of(values)} {reading.unit}" for values in (reading.ours, reading.limit)]
        figures.append(ratio)
    cells = [goal.code, _named(row), goal.against, row.form, *figures, row.wanted, remarks]
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def short_markdown(run: Run) -> str:
    """Write one line for each goal: the worst of its readings on each form."""
    head = (
        f"`{run.command}` on {run.machine}.\n"
        "Each figure is ours ÷ the raw limit of the same machine, in turns; bold: goal met.\n"
        f"{run.remark}\n\n"
        "| # | what | against | embedded | distributed | goal → hoped for | what stands in the way,"
        " and what was tried |\n"
        "|---|---|---|---|---|---|---|\n"
    )
    by_goal: dict[str, list[Row]] = {}
    for row in run.rows:
        by_goal.setdefault(row.goal.code, []).append(row)
    return head + "\n".join(map(_short_row, by_goal.values())) + "\n"


def _short_row(rows: Sequence[Row]) -> str:
    goal = rows[0].goal
    cells = [goal.code, goal.what, goal.against]
    cells += [_worst(rows, form) for form in _COLUMNS]
    wanted = " / ".join(dict.fromkeys(row.wanted for row in rows))
    is_missed = any(row.is_met is False and row.reading.counts for row in rows)
    return f"| {' | '.join([*cells, wanted, goal.in_the_way if is_missed else ''])} |"


def _worst(rows: Sequence[Row], form: str) -> str:
    """Say the ratio farthest from the goal; what runs alone is a part of the distributed form."""
    here = [row for row in rows if row.form in _COLUMNS[form]]
    found = [(row.spread.median, row) for row in here if row.spread and row.reading.counts]
    if not found:
        why = next((row.reading.note for row in here if row.reading.note), "–")
        return rows[0].goal.absent.get(form, why)
    is_more = rows[0].goal.sense == "at least"
    value = (min if is_more else max)(value for value, _row in found)
    is_met = all(row.is_met for _value, row in found)  # one may miss what it asks beside the ratio
    return f"**{rounded(value)}**" if is_met else rounded(value)


def put_between(text: str, part: str) -> str:
    """Replace what stands between the markers. Raises `ValueError` where there are none."""
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"no {BEGIN} … {END}")
    return re.sub(
        f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n{part}{END}", text, count=1, flags=re.DOTALL
    )


def to_json(run: Run) -> str:
    """Write everything, also each round."""
    rows = [
        {
            "goal": row.goal.code,
            "form": row.form,
            "ratio": row.spread and asdict(row.spread),
            "met": row.is_met,
            **asdict(row.reading),
        }
        for row in run.rows
    ]
    told = {"machine": run.machine, "command": run.command, "rows": rows}
    return json.dumps(told, indent=1, ensure_ascii=False)
