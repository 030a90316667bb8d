"""What people feel while an engine is away, and what is there when it is back."""

from collections import Counter

import pytest

from tests.faults.processes import wait_for

pytestmark = [pytest.mark.live, pytest.mark.timeout(400)]


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
    for one in drafts:
        office.submit(one)
        office.look()
        office.decide(one)
    during = list(office.answers)
    waiting = system.unpublished()
    rabbit.start()
    drained = wait_for(lambda: not system.unpublished(), 60)
    told = system.wait_until_everybody_was_told()

    print(f"{len(during)} requests, slowest {slowest(during):.2f} s; {waiting} waited;")
    print(f"drained {drained:.1f} s after the broker came back, everybody told {told:.1f} s later")
    assert set(statuses(during)) == {200}
    assert waiting.get("proposal", 0) >= 16
