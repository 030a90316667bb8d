"""The list of mistakes itself: what each replaces is still there, and each has its experiment."""

import pytest

from tests.faults.experiments import EXPERIMENTS
from tests.faults.mutants import MUTANTS


@pytest.mark.parametrize("mistake", MUTANTS)
def test_what_a_mistake_replaces_is_still_there(mistake, monkeypatch):
    MUTANTS[mistake].put_in(monkeypatch)


def test_each_mistake_has_an_experiment_that_shows_it():
    assert EXPERIMENTS.keys() == MUTANTS.keys()
