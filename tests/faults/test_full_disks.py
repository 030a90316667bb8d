"""A disk without room: a clear answer, nothing torn, and work goes on when there is room again."""

import contextlib
import os
import time
import uuid

import psycopg
import pytest

from tests.builders.beside import BESIDE
from tests.builders.pdfs import a_pdf_of_size
from tests.builders.rabbit import control
from tests.faults.office import Work, slowest, statuses
from tests.faults.processes import wait_for
from tests.faults.test_store_outages import downloaded, rows, torn

pytestmark = [pytest.mark.live, pytest.mark.alone]
LONG = pytest.mark.prove(part="outages")
CLEAR = {503, 507}
RESUMED = 30.0  # seconds after there is room again
BLOCKED = 15.0  # seconds: a publisher gives up twice meanwhile
PATIENT = 5.0  # seconds that no request waits for the broker


@pytest.fixture
def fill(system):
    """Fill a small disk, to the last byte or so far; what is given back makes room again."""
    if not system.disks:
        pytest.skip("small disks need root and the right to mount")
    written = []

    def fill_up(name, left=0):
        ballast = system.supervisor.plan.folder / name / "ballast"
        written.append(ballast)
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while room(ballast.parent) > left:
                file.write(b"\0" * 65_536)
        return ballast.unlink

    yield fill_up
    for ballast in written:
        ballast.unlink(missing_ok=True)


def room(folder):
    free = os.statvfs(folder)
    return free.f_bavail * free.f_frsize


@pytest.mark.parametrize("disk", ["spool", pytest.param("s3", marks=LONG)])
def test_an_upload_without_room_is_refused_clearly_and_taken_when_there_is_room(system, fill, disk):
    office, content, key = system.office, a_pdf_of_size(900_000, disk), str(uuid.uuid4())
    # A process that never spooled would look for another folder when it finds this one full.
    assert office.upload(a_pdf_of_size(900_000, f"{disk}, before"), str(uuid.uuid4())).status == 201
    before = rows(system)
    make_room = fill(disk)
    refused = office.upload(content, key)
    office.round()
    readings = office.look()
    during = rows(system)
    make_room()
    back = wait_for(lambda: office.upload(content, key).status == 201, RESUMED)

    assert refused.status in CLEAR
    print(f"{disk} full: {refused.status} {refused.json()['code']}, taken {back:.1f} s after")
    assert set(readings) == {200}
    assert during == before
    [[new]] = rows(system) - before
    assert downloaded(office, new) == content
    assert torn(system) == []


def test_a_full_disk_under_postgresql_refuses_clearly_and_loses_nothing(system, fill):
    office, postgres = system.office, system.engines["postgres"]
    work = Work(office, 4)
    make_room = fill("postgres")
    work.begin()
    for _ in range(4):
        press_for_room(system)
        office.look_for(1)
    refused = [answer for answer in office.answers if answer.status >= 400]
    make_room()
    gave_up = []

    def works_again():
        if not postgres.child.alive:  # it gives up when there is no room even to recover
            gave_up.append(True)
            postgres.start()
        return set(office.look()) == {200}

    back = wait_for(works_again, RESUMED)
    work.end()
    told = system.wait_until_everybody_was_told(RESUMED)

    print(
        f"{len(refused)} of {len(office.answers)} answers refused; server gave up: {bool(gave_up)};"
    )
    print(f"back {back:.1f} s after there was room, everybody told {told:.1f} s later")
    assert refused
    assert {answer.status for answer in refused} <= CLEAR
    assert torn(system) == []


def press_for_room(system):
    """Have the server want a new file for its log, as it does after some work."""
    try:
        system.ask_database("postgres", "SELECT pg_switch_wal()")
        system.ask_database("proposal", "CREATE TABLE IF NOT EXISTS ballast (words text)")
        words = "SELECT repeat('x', 8000) FROM generate_series(1, 3000)"
        system.ask_database("proposal", f"INSERT INTO ballast {words}")
    except psycopg.OperationalError:
        return


@LONG
@pytest.mark.parametrize("left", [20_000_000, 0])
def test_a_full_disk_under_the_broker_delays_events_and_refuses_nobody(system, fill, left):
    office, rabbit = system.office, system.engines["rabbit"]
    drafts = [office.draft() for _ in range(8)]
    make_room = fill("rabbit", left)
    wait_for(lambda: takes_nothing(rabbit), RESUMED)
    del office.answers[:]
    for draft in drafts:
        office.submit(draft)
        office.decide(draft)
    held = transactions_held(system, BLOCKED)
    during = list(office.answers)
    waiting, blocked = system.unpublished(), takes_nothing(rabbit)
    make_room()
    if gave_up := not rabbit.child.alive:
        rabbit.start()
    drained = wait_for(lambda: not system.unpublished(), RESUMED)
    told = system.wait_until_everybody_was_told(RESUMED)

    print(f"{left} bytes left: {len(during)} answers, slowest {slowest(during):.2f} s;")
    print(f"{waiting} waited; broker gave up: {gave_up}; drained {drained:.1f} s after there")
    print(f"was room, everybody told {told:.1f} s later")
    assert set(statuses(during)) == {200}
    assert slowest(during) < PATIENT + BESIDE
    assert held == set()
    assert blocked
    assert waiting["proposal"] >= 2 * len(drafts)
    assert torn(system) == []


def takes_nothing(rabbit):
    """The broker knows that its disk is full, and lets publishers wait; or it is gone."""
    if not rabbit.child.alive:
        return True
    return "disk" in control(rabbit, "eval", "rabbit_alarm:get_alarms().")


def transactions_held(system, seconds):
    """Sessions that kept a transaction open for a second without a question, while people read."""
    statement = """SELECT datname, pid FROM pg_stat_activity WHERE state LIKE
        'idle in transaction%' AND state_change < now() - interval '1 second'"""
    found, end = set(), time.monotonic() + seconds
    while time.monotonic() < end:
        system.office.look()
        found.update(system.ask_database("postgres", statement))
        time.sleep(0.3)
    return found
