"""Whatever people, other services, the clock and a dying process do, a proposal stays legal.

Quick here; `MACHINE_RUNS=10000 MACHINE_STEPS=50` is the run before a release.
`MACHINE_MUTANTS=all` puts in every mistake of the list, not only those that are found at once.
"""

import os
import secrets
import sys
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import FlakyFailure
from hypothesis.stateful import get_state_machine_test

from tests.proposal import machine_mutants_offices, machine_mutants_records  # noqa: F401 - they list
from tests.proposal.machine_around import ProposalMachine
from tests.proposal.machine_cast import KEY_OF, prepare, tell_of_the_region
from tests.proposal.machine_mutants import DEAR, MUTANTS
from tests.proposal.machine_people import TEMPLATE
from tests.proposal.machine_play import Play
from tests.proposal.machine_scene import Scene

RUNS, STEPS = (int(os.environ.get(f"MACHINE_{key}", "0")) for key in ("RUNS", "STEPS"))
QUICK = not RUNS and not STEPS
QUICK_RUNS, QUICK_STEPS = 200, 30
# The engine draws ten runs anew; most of the later ones are earlier ones with parts of them
# repeated, which finds little here. So it begins again after each ten.
BATCH = 10
# Two workers can share a long run.
PARTS = 1 if QUICK else 2
EVERY_MUTANT = os.environ.get("MACHINE_MUTANTS") == "all"
# What a quick part must have come across, or the machine proves less than it says.
MET = {
    *("submit", "attach", "edit", "withdraw", "approve", "revise", "resubmit", "ms", "tms"),
    *("stale", "illegal_move", "not_found", "not_your_stage", "already_decided", "own_proposal"),
    *("killed", "killed after commit", "killed while hearing", "somebody was faster"),
    *("sent twice", "an old request came again", "the clock jumped", "service: not_selected"),
}


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
@pytest.mark.timeout(max(900, RUNS * max(STEPS, QUICK_STEPS)))
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_a_proposal_stays_legal_whatever_happens(prepared, part):
    seen: Counter[str] = Counter()
    _play(prepared, seen, runs=(RUNS or QUICK_RUNS) // PARTS or 1)
    sys.stdout.write(f"\n{sum(seen.values())} steps in part {part}: {dict(seen.most_common())}\n")
    assert not (QUICK and MET - set(seen)), f"never met: {MET - set(seen)}"


@pytest.mark.slow
@pytest.mark.skipif(not QUICK, reason="a long run is about the code as it is")
@pytest.mark.parametrize("mistake", [one for one in MUTANTS if EVERY_MUTANT or one not in DEAR])
def test_a_mistake_is_found_by_the_quick_run(prepared, mistake):
    """A test that never failed proves nothing."""
    prepared.scene.restart()  # what was worked out with another mistake in place is forgotten
    with pytest.MonkeyPatch.context() as patch:
        MUTANTS[mistake](patch)
        # A process has a memory, so what failed once need not fail when it is played again.
        with pytest.raises((AssertionError, FlakyFailure)):
            _play(prepared, Counter(), runs=QUICK_RUNS, phases=[Phase.generate])
    prepared.scene.restart()


def _play(prepared, seen, *, runs, **more):
    """A build machine plays the same runs each time: what it finds must be about the change."""
    for number in range(-(-runs // BATCH)):
        batch = get_state_machine_test(
            lambda: ProposalMachine(prepared, seen),
            settings=settings(
                max_examples=min(BATCH, runs),
                stateful_step_count=STEPS or QUICK_STEPS,
                deadline=None,
                database=None,
                print_blob=True,
                report_multiple_bugs=False,
                # A run is thirty requests to a real service and its file, so slow by nature.
                suppress_health_check=[HealthCheck.too_slow],
                **more,
            ),
        )
        seed(number if QUICK else secrets.randbits(64))(batch)()
