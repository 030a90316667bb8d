"""Whatever people, other services, the clock and a dying process do, a proposal stays legal.

Quick runs and a few mistakes here; every mistake and long runs in `./simpul prove`, as long as
`MACHINE_RUNS` and `MACHINE_STEPS` say.
"""

import os
import secrets
import sys
from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import FlakyFailure
from hypothesis.stateful import get_state_machine_test

from tests.builders.commit import seed_of_the_commit
from tests.proposal import (  # noqa: F401 - they list
    machine_mutants_endings,
    machine_mutants_offices,
    machine_mutants_records,
)
from tests.proposal.machine_around import ProposalMachine
from tests.proposal.machine_cast import KEY_OF, prepare, tell_of_the_region
from tests.proposal.machine_mutants import DEAR, MUTANTS
from tests.proposal.machine_people import TEMPLATE
from tests.proposal.machine_play import Play
from tests.proposal.machine_scene import Scene

RUNS = int(os.environ.get("MACHINE_RUNS", "1200"))
STEPS = int(os.environ.get("MACHINE_STEPS", "50"))
QUICK_STEPS = 30
QUICK_RUNS = 120
RUNS_PER_MISTAKE = 200  # at most; most are found by the first few
MISTAKES = 3  # of those that are found soon, others with each commit
# The engine draws ten runs anew; most of the later ones are earlier ones with parts of them
# repeated, which finds little here. So it begins again after each ten.
BATCH = 10
PARTS = 2  # processes that share the long runs
# What runs must have come across, or the machine proves less than it says.
MET = {
    *(
        "submit",
        "attach",
        "edit",
        "answer",
        "close",
        "ask",
        "refuse",
        "rerouted",
        "withdraw",
        "approve",
        "revise",
        "resubmit",
        "ms",
        "tms",
    ),
    *("stale", "illegal_move", "not_found", "not_your_stage", "already_decided", "own_proposal"),
    *("killed", "killed after commit", "killed while hearing", "somebody was faster"),
    *("sent twice", "an old request came again", "the clock jumped"),
    *("an officer leaves", "an officer moves", "an officer comes back"),
}
RARE = {"service: not_selected"}  # what long runs must have come across as well


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Play:
    """A service with a proposal at every stage; made once, copied for each run."""
    play = Play(Scene(tmp_path_factory.mktemp("machine")), people=KEY_OF)
    play.open_curtain()
    tell_of_the_region(play)
    prepare(play)
    play.close_curtain()
    play.scene.keep_as(TEMPLATE)
    return play


@pytest.mark.slow
def test_a_proposal_stays_legal_whatever_happens(prepared):
    seen: Counter[str] = Counter()
    _play(prepared, seen, runs=QUICK_RUNS)
    _tell(seen, MET)


@pytest.mark.prove(part="machine")
@pytest.mark.timeout(RUNS * STEPS)
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_a_proposal_stays_legal_in_long_runs_drawn_anew(prepared, part):
    seen: Counter[str] = Counter()
    _play(prepared, seen, runs=RUNS // PARTS, steps=STEPS, drawn_anew=True)
    _tell(seen, MET | RARE)


def some_mistakes():
    soon_found = sorted(MUTANTS.keys() - DEAR)
    return Random(seed_of_the_commit()).sample(soon_found, MISTAKES)


@pytest.mark.slow
@pytest.mark.parametrize("mistake", some_mistakes())
def test_a_mistake_is_found(prepared, mistake):
    """A test that never failed proves nothing."""
    _find(prepared, mistake)


@pytest.mark.prove(part="mutants")
@pytest.mark.parametrize("mistake", MUTANTS)
def test_every_mistake_is_found(prepared, mistake):
    _find(prepared, mistake)


@pytest.mark.parametrize("mistake", MUTANTS)
def test_what_a_mistake_replaces_is_still_there(monkeypatch, mistake):
    MUTANTS[mistake](monkeypatch)


def _find(prepared, mistake):
    prepared.scene.restart()  # what was worked out with another mistake in place is forgotten
    with pytest.MonkeyPatch.context() as patch:
        MUTANTS[mistake](patch)
        # A process has a memory, so what failed once need not fail when it is played again.
        with pytest.raises((AssertionError, FlakyFailure)):
            _play(prepared, Counter(), runs=RUNS_PER_MISTAKE, phases=[Phase.generate])
    prepared.scene.restart()


def _tell(seen, expected):
    sys.stdout.write(f"\n{sum(seen.values())} steps: {dict(seen.most_common())}\n")
    assert not expected - set(seen), f"never met: {expected - set(seen)}"


def _play(prepared, seen, *, runs, steps=QUICK_STEPS, drawn_anew=False, **more):
    """A build machine plays the same runs each time: what it finds must be about the change."""
    for number in range(-(-runs // BATCH)):
        batch = get_state_machine_test(
            lambda: ProposalMachine(prepared, seen),
            settings=settings(
                max_examples=min(BATCH, runs),
                stateful_step_count=steps,
                deadline=None,
                database=None,
                print_blob=True,
                report_multiple_bugs=False,
                # A run is thirty requests to a real service and its file, so slow by nature.
                suppress_health_check=[HealthCheck.too_slow],
                **more,
            ),
        )
        seed(secrets.randbits(64) if drawn_anew else number)(batch)()
