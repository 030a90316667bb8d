"""What people feel while an engine is away, and what is there when it is back."""

import signal
import threading
import time
from collections import Counter

import pytest

from ops.journey.web import Unexpected
from tests.faults.processes import family, kill, send, wait_for

pytestmark = [pytest.mark.live, pytest.mark.timeout(400)]


AWAY = 20.0  # seconds without the broker


def statuses(answers, *what):
    return Counter(one.status for one in answers if not what or one.what in what)


def slowest(answers):
    return max((one.seconds for one in answers), default=0.0)


def test_while_the_broker_is_away_people_submit_and_decide_and_nothing_is_lost(system):
    office, rabbit = system.office, system.engines["rabbit"]
    drafts = [office.draft() for _ in range(8)]
    office.round()
    del office.answers[:]
    rabbit.child.kill()
    end = time.monotonic() + AWAY
    for one in drafts:
        office.submit(one)
        office.look()
        office.decide(one)
    while time.monotonic() < end:
        office.look()
        time.sleep(0.3)
    during = list(office.answers)
    waiting = system.unpublished()
    rabbit.start()
    drained = wait_for(lambda: not system.unpublished(), 60)
    told = system.wait_until_everybody_was_told()

    print(f"{len(during)} requests, slowest {slowest(during):.2f} s; {waiting} waited;")
    print(f"drained {drained:.1f} s after the broker came back, everybody told {told:.1f} s later")
    assert set(statuses(during)) == {200}
    assert waiting.get("proposal", 0) >= 16


class Work:
    """Proposals handed in and decided by people who try again while the answer is 503."""

    def __init__(self, office, count):
        self.office = office
        self.drafts = [office.draft() for _ in range(count)]
        self.failures = []
        self._threads = [threading.Thread(target=self._do, args=(one,)) for one in self.drafts]
        del office.answers[:]

    def _do(self, one):
        try:
            self.office.submit(one)
            self.office.decide(one)
        except Unexpected as error:
            self.failures.append(str(error))

    def begin(self):
        for thread in self._threads:
            thread.start()

    def end(self, seconds=60):
        for thread in self._threads:
            thread.join(seconds)
        assert not self.failures
        assert all(one.decided for one in self.drafts)


def only_clear_503(answers):
    """Every refusal is a 503 that says when to come back; returns the refusals."""
    refused = [one for one in answers if one.status >= 400]
    assert {(one.status, bool(one.retry_after)) for one in refused} <= {(503, True)}, refused
    return refused


PROMISED, BUSY = 3.0, 1.5  # seconds; what a machine with other work may add
BACK = 10.0


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_without_its_database_every_answer_is_a_quick_503_and_it_comes_back_by_itself(system, how):
    office, postgres = system.office, system.engines["postgres"]
    work = Work(office, 3)
    pids = family(postgres.child.pid)
    if how == "killed":
        kill(postgres.child)
    else:
        send(signal.SIGSTOP, pids)
    work.begin()
    end = time.monotonic() + 5
    while time.monotonic() < end:
        office.look()
        time.sleep(0.2)
    during = list(office.answers)
    if how == "killed":
        postgres.start()
    else:
        send(signal.SIGCONT, pids)
    back = wait_for(lambda: set(office.look()) == {200}, 30)
    work.end()
    told = system.wait_until_everybody_was_told()

    refused = only_clear_503(office.answers)
    print(f"{how}: {len(during)} answers, {len(refused)} refused, slowest {slowest(during):.2f} s;")
    print(f"served {back:.1f} s after it accepted again, everybody told {told:.1f} s later")
    assert set(statuses(during)) == {503}
    assert slowest(refused) < PROMISED + BUSY
    assert back < BACK
