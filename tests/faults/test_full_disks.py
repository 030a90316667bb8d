"""A disk without room: a clear answer, nothing torn, and work goes on when there is room again."""

import os
import uuid

import psycopg
import pytest

from tests.builders.pdfs import a_pdf_of_size
from tests.faults.office import Work
from tests.faults.processes import wait_for
from tests.faults.test_store_outages import downloaded, rows, torn

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(400),
    pytest.mark.alone,
]
CLEAR = {503, 507}
RESUMED = 30.0  # seconds after there is room again


@pytest.fixture
def fill(system):
    """Fill a small disk to the last byte; what is given back makes room again."""
    if not system.disks:
        pytest.skip("small disks need root and the right to mount")
    written = []

    def fill_up(name):
        ballast = system.supervisor.plan.folder / name / "ballast"
        written.append(ballast)
        with ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 65_536)
            except OSError:
                os.fsync(file.fileno())
        return ballast.unlink

    yield fill_up
    for ballast in written:
        ballast.unlink(missing_ok=True)


@pytest.mark.parametrize("disk", ["spool", "s3"])
def test_an_upload_without_room_is_refused_clearly_and_taken_when_there_is_room(system, fill, disk):
    office, content, key = system.office, a_pdf_of_size(900_000, disk), str(uuid.uuid4())
    before = rows(system)
    make_room = fill(disk)
    refused = office.upload(content, key)
    office.round()
    readings = office.look()
    during = rows(system)
    make_room()
    back = wait_for(lambda: office.upload(content, key).status == 201, RESUMED)

    print(f"{disk} full: {refused.status} {refused.json()['code']}, taken {back:.1f} s after")
    assert refused.status in CLEAR
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
    refused = [one for one in office.answers if one.status >= 400]
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
    assert {one.status for one in refused} <= CLEAR
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
