"""The table says what was found, also that nothing was."""

import json
from dataclasses import replace

import pytest

from bench.registry import SHORT, WHOLE, Costs, Reading, all_goals
from bench.report import (
    BEGIN,
    END,
    Row,
    Run,
    lines,
    markdown,
    put_between,
    short_markdown,
    to_json,
)

GOALS = {goal.code: goal for goal in all_goals()}
COSTS = Costs(cpu_ms=13.2, statements=9.0, commits=1.0, confirms=2.0)
MET = Row(
    GOALS["G2"], "embedded", Reading("50 rows", [300.0, 330.0], [1000.0, 1000.0], costs=COSTS)
)
MISSED = Row(GOALS["G2"], "distributed", Reading("50 rows", [50.0], [1000.0]))
BESIDE = Row(GOALS["G2"], "distributed", Reading("20 rows", [10.0], [1000.0], counts=False))
NOTHING = Row(GOALS["G11"], "alone", Reading(note="not measured: there is one core only"))
RUN = Run("2 cores", "./simpul bench --short", [MET, MISSED, BESIDE, NOTHING])


def test_a_line_has_ratio_spread_goal_figures_and_costs():
    [line] = lines([MET])

    for part in ("0.32", "0.30–0.33, n=2", "≥ 0.2 → 0.4", "315 ÷ 1,000 /s", "13.2 ms CPU"):
        assert part in line
    assert "9.00 statements, 1.00 commits, 2.00 confirms" in line
    assert " met " in line


def test_what_falls_short_says_so():
    [line] = lines([MISSED])

    assert "not met" in line


def test_a_goal_that_asks_more_than_the_ratio_is_not_met_without_it():
    short = replace(MET.reading, short="3 lost")
    [line] = lines([replace(MET, reading=short)])

    assert "not met" in line
    assert "3 lost" in line


def test_what_could_not_be_measured_says_why():
    [line] = lines([NOTHING])

    assert "there is one core only" in line
    assert NOTHING.spread is None
    assert NOTHING.is_met is None


def test_the_page_has_a_row_for_each_reading_with_machine_and_command():
    text = markdown(RUN)

    assert text.count("\n| G") == 4
    assert "`./simpul bench --short` on 2 cores" in text
    assert "**0.32 (0.30–0.33, n=2)**" in text
    assert "not measured" in text


def test_the_readme_has_a_row_for_each_goal_with_both_forms():
    rows = [line for line in short_markdown(RUN).splitlines() if line.startswith("| G")]

    assert len(rows) == 2
    assert "| **0.32** | 0.0500 |" in rows[0]
    assert "there is one core only" in rows[1]


def test_a_form_is_met_in_the_readme_only_where_each_of_its_rows_is():
    worse = replace(MET.reading, ours=[350.0], limit=[1000.0], short="42 statements, not 40")
    rows = [MET, replace(MET, reading=worse)]

    assert "**0.32**" in short_markdown(replace(RUN, rows=[MET]))
    assert "| 0.32 |" in short_markdown(replace(RUN, rows=rows))


def test_a_short_run_says_of_how_much_less_it_is():
    run = Run("2 cores", "bench", [MET], SHORT.remark)

    for table in (markdown(run), short_markdown(run)):
        assert "10,000 proposals in G8" in table
        assert "2 rounds" in table
    assert WHOLE.remark == ""


def test_only_a_missed_goal_says_what_stands_in_its_way():
    way = GOALS["G2"].in_the_way

    assert way
    assert way in short_markdown(RUN)
    assert way not in short_markdown(replace(RUN, rows=[MET]))


def test_what_is_told_beside_a_goal_does_not_count_towards_it():
    [row] = [line for line in short_markdown(RUN).splitlines() if line.startswith("| G2")]

    assert "0.0100" not in row


def test_a_table_replaces_what_stood_between_the_markers():
    page = f"before\n{BEGIN}\nold | x\n{END}\nafter"

    assert put_between(page, "new\n") == f"before\n{BEGIN}\nnew\n{END}\nafter"


def test_a_page_without_markers_is_refused():
    with pytest.raises(ValueError, match="bench"):
        put_between("a page", "new")


def test_programs_get_every_round():
    told = json.loads(to_json(RUN))

    assert told["rows"][0]["ours"] == [300.0, 330.0]
    assert told["rows"][0]["ratio"]["count"] == 2
    assert [row["met"] for row in told["rows"]] == [True, False, False, None]
