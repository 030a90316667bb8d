"""Processes by wrong clocks, set while people work: nothing is lost, doubled or led twice (P14)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chassis.data.leases import TERM
from tests.builders.engines import or_skipped
from tests.builders.off_clock import say
from tests.faults import books, gate
from tests.faults.arena import Arena, arena
from tests.faults.judging import judge
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.people import People
from tests.faults.run import install_witness
from tests.faults.verdict import Verdict

pytestmark = [
    pytest.mark.live,
    pytest.mark.alone,
    pytest.mark.prove(part="clocks"),
    pytest.mark.timeout(1800),
]
HOUR, DAY = 3_600.0, 86_400.0
LONGEST_REST = 120.0
LED = ("identity", "proposal", "documents", "notification", "witness")
# By how many seconds one service's clock is wrong, one setting after another while people work.
SETTINGS = {
    "an hour ahead": (HOUR,),
    "an hour behind": (-HOUR,),
    "a day ahead": (DAY,),
    "a day behind": (-DAY,),
    "ahead, then set right": (DAY, 0.0),
    "jumping back again and again": (0.0, -15.0, -HOUR, -DAY),
}


@pytest.fixture(scope="module")
def clocks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file for each part: by how many seconds its machine's clock is wrong."""
    folder = tmp_path_factory.mktemp("clocks")
    (folder / "other").mkdir()
    return folder


@pytest.fixture(scope="module")
def place(clocks: Path) -> Iterator[Arena]:
    install_witness()
    with or_skipped(), arena(settings={"CLOCKS_OFF": str(clocks)}) as place:
        yield place


@pytest.mark.parametrize("part", ["identity", "proposal", "documents", "notification"])
@pytest.mark.parametrize("name", SETTINGS)
def test_a_service_whose_clock_is_wrong_loses_and_doubles_nothing(place, clocks, part, name):
    first, *then = SETTINGS[name]
    say(clocks / part, first)
    with one_leader_a_term(place):
        verdict = at_work(place, clocks / part, then)
    say(clocks / part, 0.0)

    assert not verdict.wrong(), verdict.examples


def test_two_machines_fifteen_seconds_apart_have_one_leader_and_send_each_mail_once(place, clocks):
    for part in ("proposal", "notification"):
        say(clocks / "other" / part, 15.0)
        running = place.supervisor.parts[part]
        running.settings = {**running.settings, "CLOCKS_OFF": str(clocks / "other")}
        place.supervisor.scale(f"{part}-worker", 2)
    with one_leader_a_term(place):
        verdict = at_work(place, clocks / "other" / "proposal", (-15.0, 15.0))

    assert not verdict.wrong(), verdict.examples


@contextmanager
def one_leader_a_term(place: Arena) -> Iterator[None]:
    """Assert that no service has more leaders than terms: who leads is led by nobody else."""
    before, began = epochs(place), time.monotonic()
    yield
    terms = 1 + (time.monotonic() - began) / TERM.total_seconds()
    changes = {service: epoch - before[service] for service, epoch in epochs(place).items()}
    assert max(changes.values()) <= terms, changes


def epochs(place: Arena) -> dict[str, int]:
    """How many leaders each service has had."""
    counted = {}
    for service in LED:
        with place.database(service) as db:
            [[counted[service]]] = db.execute(
                "SELECT coalesce(max(epoch), 0) FROM leases"
            ).fetchall()
    return counted


def at_work(place: Arena, clock: Path, then: tuple[float, ...]) -> Verdict:
    """Drive proposals while a clock is set; afterwards compare what was said with what is."""
    with Ledger(place.ledger) as ledger:
        folder = place.supervisor.plan.folder
        people = People.of(place.url, folder, ledger, known=place.people)
        if not place.people:
            gate.warm_up(people)
        began, copies = time.time(), place.copies
        load = Load(people, seed=1, most=1)
        load.start()
        for seconds in then:
            time.sleep(3.0)
            say(clock, seconds)
        load.finish()
        left = place.rest(LONGEST_REST)
        found = books.read(place, since=began)
        found.copies = {notice: n - copies[notice] for notice, n in found.copies.items()}
        return judge(ledger, found, backlog=left, sender_crashes=0)
