"""What many measurements say together."""

import pytest

from bench.stats import Spread, percentile, ratios, rounded


def test_a_spread_names_the_middle_the_least_and_the_most():
    assert Spread.of([3.0, 1.0, 2.0, 9.0, 2.5]) == Spread(2.5, 1.0, 9.0, 5)


def test_of_nothing_there_is_no_spread():
    with pytest.raises(ValueError, match="nothing was measured"):
        Spread.of([])


def test_each_round_is_compared_with_the_limit_of_the_same_round():
    # Both halve when the machine is busy; the ratio does not.
    assert ratios([10.0, 5.0], [100.0, 50.0]) == [0.1, 0.1]


def test_rounds_that_do_not_match_are_not_compared():
    with pytest.raises(ValueError, match="zip"):
        ratios([1.0, 2.0], [1.0])


def test_a_limit_of_nothing_is_none():
    with pytest.raises(ValueError, match="limit of nothing"):
        ratios([1.0], [0.0])


@pytest.mark.parametrize(("percent", "told"), [(50, 50.0), (95, 95.0), (99, 99.0), (100, 100.0)])
def test_a_percentile_is_a_figure_that_was_measured(percent, told):
    assert percentile([float(n) for n in range(100, 0, -1)], percent) == told


def test_of_few_figures_a_high_percentile_is_the_most():
    assert percentile([1.0, 7.0, 3.0], 99) == 7.0


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.0, "0"), (0.0243, "0.0243"), (0.5, "0.50"), (12.34, "12.3"), (1234.5, "1,234")],
)
def test_a_figure_is_written_with_the_places_that_mean_something(value, told):
    assert rounded(value) == told


def test_what_never_ended_is_endless():
    assert rounded(float("inf")) == "∞"
