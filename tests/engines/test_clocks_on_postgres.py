"""Whatever the clocks of the machines show, they agree with the database's: nothing twice."""

import json
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from chassis.data import leases
from chassis.data.db import Database
from chassis.events.inbox import keep
from chassis.process import clock
from chassis.process.clock import now
from chassis.process.regions import in_region
from tests.builders.letters.app import write
from tests.builders.letters.models import db
from tests.builders.off_clock import say
from tests.builders.service import settings_for
from tests.chassis.test_events import heard, inbox, note, outbox

pytestmark = pytest.mark.live
ROOT = Path(__file__).parents[2]
READ_CLOCK = Database.read_clock  # the real one, before a fixture takes its place
WRITTEN, SUBJECTS = 30, 10
# A leader that has nothing to publish lets its term run out, and the next leads. Machines that do
# not agree about the time change the leader with every batch.
MOST_LEADERS = 4
# Seconds by which the clocks of two machines are wrong, one after another.
PLANS = {
    "one an hour ahead, then a day": ((0, 0), (3600, 86_400)),
    "one a day behind, then right": ((-86_400, 0), (0, 0)),
    "fifteen seconds apart, both jumping back": ((15, -3600), (0, -3615)),
}


@pytest.fixture
def own_clock(monkeypatch):
    monkeypatch.setattr(Database, "read_clock", READ_CLOCK)
    clock.forget()
    yield
    clock.forget()


@pytest.mark.parametrize("off", [timedelta(days=-1), timedelta(hours=1)], ids=str)
def test_a_process_that_works_has_the_time_of_its_database(letters, own_clock, off):
    with time_machine.travel(datetime.now(UTC) + off), letters.app.app_context():
        db.read_clock()
        told = now()
    assert abs(told - datetime.now(UTC)) < timedelta(seconds=30)


def test_a_service_that_answers_has_the_time_of_its_database(letters, own_clock):
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        letters.call("GET", "/api/letters/v1/letters")
        told = now()
    assert abs(told - datetime.now(UTC)) < timedelta(seconds=30)


@contextmanager
def worker(folder, name, settings):
    """A worker process; its machine's clock is off by what the file says."""
    file = folder / f"{name}.off"
    command = [sys.executable, "-m", "tests.builders.off_clock", str(file), str(settings)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        try:
            assert process.stdout.readline() == b"working\n"
            yield file
        finally:
            process.kill()


@pytest.fixture
def two_machines(letters, tmp_path):
    """Two workers of the same service, each with a clock of its own."""
    url = letters.app.config["SQLALCHEMY_DATABASE_URI"]
    file = tmp_path / "settings.json"
    file.write_text(json.dumps(settings_for("letters", tmp_path) | {"DATABASE_URL_LETTERS": url}))
    with ExitStack() as stack:
        yield [stack.enter_context(worker(tmp_path, name, file)) for name in ("one", "two")]


def until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_two_machines_with_wrong_clocks_do_everything_once_under_one_leader(letters, two_machines):
    led = []
    with letters.app.app_context():
        for number, (starting, changed) in enumerate(PLANS.values()):
            set_clocks(two_machines, starting)
            do_work(letters, number)
            set_clocks(two_machines, changed)
            do_work(letters, number + len(PLANS))
            until(lambda: is_done(letters))
            led.append(db.session.execute(select(db.plumbing.leases)).one())
            db.session.rollback()

    texts, positions = Counter(heard(letters)), [row.position for row in outbox(letters)]
    at = datetime.now(UTC)
    assert set(texts.values()) == {1}
    assert len(texts) == 2 * len(PLANS) * WRITTEN
    assert sorted(positions) == list(range(1, len(texts) + 1))
    assert {(row.status, row.attempts) for row in inbox(letters)} == {("done", 0)}
    assert led[-1].epoch <= MOST_LEADERS
    assert at < led[-1].expires_at + leases.TERM
    assert led[-1].expires_at < at + leases.TERM
    assert all(abs(row.published_at - at) < timedelta(minutes=5) for row in outbox(letters))


def set_clocks(files, seconds):
    for file, off in zip(files, seconds, strict=True):
        say(file, off)


def do_work(letters, turn):
    """Say and hear something, many subjects at once."""
    first = turn * WRITTEN
    with in_region("demo"):
        for number in range(WRITTEN):
            write(f"letter {first + number}")
    keep(
        letters.runtime,
        [
            note(f"{n}", subject=f"note/{n % SUBJECTS}", position=n + 1)
            for n in range(first, first + WRITTEN)
        ],
    )


def is_done(letters):
    db.session.rollback()
    waiting = [row for row in inbox(letters) if row.status == "pending"]
    return not waiting and all(row.published_at for row in outbox(letters))
