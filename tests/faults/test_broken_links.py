"""Each link cut, half-open and slow in turn: who uses it is back soon after it heals, nothing is lost.

Every change breaks each link in one way; `./simpul prove` in every way, for `LINK_SECONDS`.
"""

import os
import time

import pytest

from tests.builders.beside import BESIDE
from tests.faults.mails import wait_until_every_mail_is_out
from tests.faults.office import Work, only_clear_503, slowest
from tests.faults.processes import wait_for

pytestmark = [pytest.mark.live, pytest.mark.alone]
LONG = pytest.mark.prove(part="outages")
RECONNECTED = 15.0  # seconds after a link heals
BUSY = 5.0  # what a machine with other work may add
LONGER = float(os.environ.get("LINK_SECONDS", "0"))
ROUNDS = 3 if LONGER else 1  # proposals over a slow link
BROKEN_FOR = {"cut": max(5.0, LONGER), "half_open": max(6.0, LONGER)}
# Seconds that every block waits, each way. A request asks PostgreSQL a dozen things, one by one.
SLOWED_BY = {"postgres": 0.02, "rabbit": 0.2, "edge": 0.2, "mail": 0.2, "s3": 0.1}


def each_way(*, always):
    """Break a link in every way, in one of them with every change."""
    ways = [pytest.param(how, marks=() if how == always else LONG) for how in BROKEN_FOR]
    return pytest.mark.parametrize("how", ways)


def break_link(system, name, how):
    getattr(system.links[name], how)()
    return time.monotonic() + BROKEN_FOR[how]


@each_way(always="cut")
def test_the_link_to_postgresql(system, how):
    office = system.office
    work = Work(office, 2)
    end = break_link(system, "postgres", how)
    work.begin()
    office.look_for(end - time.monotonic())
    during = list(office.answers)
    system.links["postgres"].heal()
    back = wait_for(lambda: set(office.look()) == {200}, RECONNECTED + BUSY)
    work.end()
    told = system.wait_until_everybody_was_told(RECONNECTED + BUSY)

    refused = only_clear_503(during)
    print(f"{how}: slowest {slowest(refused):.2f} s, back {back:.1f} s, told {told:.1f} s after")
    assert len(refused) > 3
    assert slowest(refused) < 4.5 + BESIDE


@each_way(always="half_open")
def test_the_link_to_rabbitmq(system, how):
    office = system.office
    end = break_link(system, "rabbit", how)
    while time.monotonic() < end:
        office.round()
    during = list(office.answers)
    system.links["rabbit"].heal()
    back = wait_for(lambda: not system.unpublished(), RECONNECTED + BUSY)
    told = system.wait_until_everybody_was_told(RECONNECTED + BUSY)

    print(f"{how}: slowest request {slowest(during):.2f} s, published {back:.1f} s after healing,")
    print(f"everybody told {told:.1f} s later")
    assert {answer.status for answer in during} == {200}


@each_way(always="cut")
def test_the_link_by_which_services_and_workers_call_each_other(system, how):
    office = system.office
    known = office.round()
    del office.answers[:]
    end = break_link(system, "edge", how)
    told_away = office.open_paper(known)
    office.round()
    office.look_for(end - time.monotonic())
    during = [answer for answer in office.answers if answer.what != "grant"]
    [asked] = only_clear_503(office.answers)
    system.links["edge"].heal()
    back = wait_for(lambda: office.open_paper(known).status in (200, 201), RECONNECTED + BUSY)
    told = system.wait_until_everybody_was_told(RECONNECTED + BUSY)
    sent = wait_until_every_mail_is_out(system)

    print(f"{how}: told {told_away.status} after {asked.seconds:.1f} s, back {back:.1f} s after,")
    print(f"everybody told {told:.1f} s, every mail out {sent:.1f} s later")
    assert asked.seconds < 10 + BESIDE
    assert {answer.status for answer in during} == {200}


@each_way(always="cut")
def test_the_link_to_the_mail_server(system, how):
    office = system.office
    end = break_link(system, "mail", how)
    office.round()
    office.look_for(end - time.monotonic())
    during = list(office.answers)
    told = system.wait_until_everybody_was_told(30)
    system.links["mail"].heal()
    sent = wait_until_every_mail_is_out(system)

    print(f"{how}: told in the application {told:.1f} s, every mail out {sent:.1f} s after healing")
    assert {answer.status for answer in during} == {200}


@LONG
@pytest.mark.parametrize("name", SLOWED_BY)
def test_over_a_slow_link_everything_works_slowly(system, name):
    office = system.office
    system.links[name].slow(delay=SLOWED_BY[name])
    for _ in range(ROUNDS):
        office.round()
    told = system.wait_until_everybody_was_told(60)
    sent = wait_until_every_mail_is_out(system)

    print(f"{name}: slowest request {slowest(office.answers):.2f} s, everybody told {told:.1f} s,")
    print(f"every mail out {sent:.1f} s later")
    assert {answer.status for answer in office.answers} <= {200, 201}
