"""What people feel while an engine is away, and what is there when it is back."""

import os
import signal
import time
from statistics import quantiles

import pytest

from tests.builders.beside import BESIDE
from tests.faults.office import Work, only_clear_503, slowest, statuses
from tests.faults.processes import family, kill, send, wait_for

pytestmark = [pytest.mark.live, pytest.mark.alone]
LONG = pytest.mark.prove(part="outages")

AWAY = float(os.environ.get("BROKER_AWAY", "20"))  # seconds
PROPOSALS = max(4, int(AWAY / 5))


def test_while_the_broker_is_away_people_submit_and_decide_and_nothing_is_lost(system):
    office, rabbit = system.office, system.engines["rabbit"]
    drafts = [office.draft() for _ in range(2 * PROPOSALS)]
    usual = handled(office, drafts[:PROPOSALS])
    rabbit.child.kill()
    end = time.monotonic() + AWAY
    working = handled(office, drafts[PROPOSALS:])
    office.look_for(end - time.monotonic())
    during = list(office.answers)
    waiting = system.unpublished()
    rabbit.start()
    drained = wait_for(lambda: not system.unpublished(), 60)
    told = system.wait_until_everybody_was_told()

    times = p95(working) / p95(usual)
    print(f"{len(during)} requests; 95 % within {p95(working):.2f} s, {times:.1f} times as usual;")
    print(f"{waiting} waited;")
    print(f"drained {drained:.1f} s after the broker came back, everybody told {told:.1f} s later")
    assert set(statuses(during)) == {200}
    assert waiting.get("proposal", 0) >= 2 * PROPOSALS


def handled(office, drafts):
    """Submit and decide each; returns the answers."""
    del office.answers[:]
    for draft in drafts:
        office.submit(draft)
        office.look()
        office.decide(draft)
    return list(office.answers)


def p95(answers):
    return quantiles([answer.seconds for answer in answers], n=20)[-1]


PROMISED, BUSY = 3.0, 1.5  # seconds; what a machine with other work may add
BACK = 10.0


def killed(postgres):
    kill(postgres.child)
    return postgres.start


def frozen(postgres):
    pids = family(postgres.child.pid)
    send(signal.SIGSTOP, pids)
    return lambda: send(signal.SIGCONT, pids)


BREAKING = {"killed": killed, "frozen": frozen}


@pytest.mark.parametrize("how", [pytest.param("killed", marks=LONG), "frozen"])
def test_without_its_database_every_answer_is_a_quick_503_and_it_comes_back_by_itself(system, how):
    office, postgres = system.office, system.engines["postgres"]
    work = Work(office, 3)
    mend = BREAKING[how](postgres)
    work.begin()
    office.look_for(5)
    during = list(office.answers)
    office.open_pages()
    mend()
    back = wait_for(lambda: set(office.look()) == {200}, 30)
    work.end()
    told = system.wait_until_everybody_was_told()

    refused = only_clear_503(office.answers)
    print(f"{how}: {len(during)} answers, {len(refused)} refused, slowest {slowest(during):.2f} s;")
    print(f"served {back:.1f} s after it accepted again, everybody told {told:.1f} s later")
    assert set(statuses(during)) == {503}
    print(f"pages: {dict(statuses(office.answers, 'page'))}")
    assert slowest(refused) < PROMISED + BUSY + BESIDE
    assert back < BACK + BESIDE


KILLS = 5


@LONG
def test_postgresql_killed_again_and_again_serves_again_each_time(system):
    for turn in range(1, KILLS + 1):
        work = Work(system.office, 2)
        back = killed_at_work(system, work)
        refused = only_clear_503(system.office.answers)
        took = f"slowest {slowest(refused):.2f} s; served {back:.1f} s after it accepted again"
        print(f"kill {turn} of {KILLS}: {len(refused)} refused, {took}")
        assert refused
        assert slowest(refused) < PROMISED + BUSY + BESIDE
        assert back < BACK + BESIDE
    told = system.wait_until_everybody_was_told()

    print(f"everybody told {told:.1f} s after the last")


def killed_at_work(system, work):
    """Kill the server, let people go on, start it; returns how long until all is served again."""
    mend = killed(system.engines["postgres"])
    work.begin()
    system.office.look_for(1)
    mend()
    back = wait_for(lambda: set(system.office.look()) == {200}, 30)
    work.end()
    return back
