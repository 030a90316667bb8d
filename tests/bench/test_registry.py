"""Every goal is there, once, with its limit and how far it is."""

import pytest

from bench.forms import DISTRIBUTED, EMBEDDED
from bench.registry import (
    ALONE,
    PACES,
    SHORT,
    SMALLEST,
    WHOLE,
    Pace,
    UnknownGoal,
    all_goals,
    chosen,
)

GOALS = all_goals()
BESIDE = {"fair"}


def test_there_are_seventeen_goals_each_once_and_what_is_measured_beside_them():
    codes = [goal.code for goal in GOALS]

    assert codes == [f"G{number}" for number in range(1, 18)] + sorted(BESIDE)


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal.code)
def test_a_goal_says_what_it_is_compared_with_and_how_far_it_is(goal):
    assert goal.what
    assert goal.against
    assert goal.target > 0
    further = goal.moonshot >= goal.target if goal.sense == "at least" else None
    nearer = goal.moonshot <= goal.target if goal.sense == "at most" else None
    assert further or nearer


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal.code)
def test_a_goal_is_measured_on_forms_that_there_are(goal):
    assert goal.forms
    assert set(goal.forms) <= {EMBEDDED, DISTRIBUTED, ALONE}
    assert set(goal.elsewhere) <= set(goal.forms)


def test_what_needs_rest_comes_first_and_what_fills_the_system_last():
    order = [goal.code for goal in sorted(GOALS, key=lambda goal: goal.order)]

    assert order[:4] == ["G9", "G10", "G13", "G15"]
    assert order[-1] == "G8"


def test_goals_are_chosen_by_name_in_any_case():
    assert [goal.code for goal in chosen("g3, G2")] == ["G3", "G2"]
    assert chosen("") == GOALS
    assert chosen("open") == []  # a curve, and no goal


def test_an_unknown_goal_is_refused_with_those_that_there_are():
    with pytest.raises(UnknownGoal, match=r"G99.*G1, G2"):
        chosen("G99")


def test_a_form_may_have_a_goal_of_its_own():
    memory = next(goal for goal in GOALS if goal.code == "G9")

    assert not memory.is_met(0.9, EMBEDDED)
    assert memory.is_met(0.9, DISTRIBUTED)


def test_a_whole_run_takes_the_rounds_and_sizes_that_are_promised():
    assert WHOLE.rounds >= 5
    assert WHOLE.sizes == (1_000, 100_000, 1_000_000)
    assert 200 in WHOLE.rates
    assert {50, 500} <= set(WHOLE.mails)
    assert (WHOLE.people, WHOLE.rows) == (100, 10_000)


@pytest.mark.parametrize("pace", [SHORT, SMALLEST], ids=lambda pace: pace.name)
def test_a_shorter_run_has_fewer_of_everything(pace: Pace):
    assert PACES[pace.name] is pace
    assert pace.rounds < WHOLE.rounds
    assert max(pace.sizes) < max(WHOLE.sizes)
    assert pace.submits < WHOLE.submits
