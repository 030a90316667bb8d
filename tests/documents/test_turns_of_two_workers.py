"""Whose file is looked at next holds for all web workers of a machine, also when one is killed."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Event, Semaphore
from types import SimpleNamespace
from uuid import UUID

import pytest
import urllib3

from chassis.process.ids import uuid7
from services.documents.adapters.checker.client import ChecksWaiting
from services.documents.adapters.turns import MachineTurns
from services.documents.usecases import looking
from tests.builders import bad_pdfs
from tests.builders.pdfs import a_letter, a_pdf
from tests.builders.service import SECRET, Service, settings_for
from tests.documents.conftest import API, Desk, by_permit
from tests.documents.web_workers import HeldScanner, Workers, two_workers, until

Answer = tuple[int, str | None]


@dataclass
class Office:
    """Two workers, a scanner that holds what they look at, and people who send files."""

    desk: Desk
    scanner: HeldScanner
    workers: Workers
    pool: ThreadPoolExecutor

    def send(self, person: UUID) -> "Future[Answer]":
        return self.pool.submit(self._send, self.desk.token(person))

    def three_of(self, person: UUID) -> "list[Future[Answer]]":
        """Have a person's first file held by the scanner, and two more wait."""
        sent = [self.send(person) for _ in range(3)]
        names = [MachineTurns(SECRET).name(str(person), place) for place in range(3)]
        until(lambda: all(name in Path("/proc/net/unix").read_text() for name in names))
        self.scanner.wait_for(1)
        return sent

    def _send(self, token: str) -> Answer:
        answer = urllib3.request(
            "POST",
            f"http://127.0.0.1:{self.workers.port}{API}/documents",
            fields={"file": ("surat.pdf", a_letter(), "application/pdf")},
            headers={"Authorization": f"Bearer {token}", "Connection": "close"},
            timeout=60,
            retries=False,
        )
        return answer.status, answer.json().get("code")


@pytest.fixture
def office(service: Callable[..., Service], tmp_path: Path) -> Iterator[Office]:
    scanner = HeldScanner()
    desk = Desk(service("documents", SCANNER_URL=scanner.url), uuid7())
    settings = settings_for("documents", tmp_path, SCANNER_URL=scanner.url)
    with (
        two_workers(settings, desk.service.signer.jwks) as workers,
        ThreadPoolExecutor(8) as pool,
    ):
        yield Office(desk, scanner, workers, pool)
        scanner.go_on.set()
    scanner.listener.close()


@pytest.mark.live
def test_a_person_has_one_place_and_two_that_wait_in_all_workers(office: Office):
    first, second = office.workers.pids()
    person = office.desk.owner
    with office.workers.only(first):
        here = office.three_of(person)
    with office.workers.only(second):
        elsewhere = [office.send(person).result() for _ in range(2)]
        colleague = office.send(uuid7())
        office.scanner.wait_for(2)

    office.scanner.go_on.set()
    assert elsewhere == [(503, "checks_waiting")] * 2
    assert colleague.result() == (201, None)
    assert [each.result() for each in here] == [(201, None)] * 3


@pytest.mark.live
def test_the_turn_of_a_killed_worker_is_free_at_once(office: Office):
    first, second = office.workers.pids()
    person = office.desk.owner
    with office.workers.only(first):
        lost = office.three_of(person)
    os.kill(first, signal.SIGKILL)
    assert all(isinstance(each.exception(), urllib3.exceptions.HTTPError) for each in lost)

    with office.workers.only(second):
        after = office.send(person)
        office.scanner.wait_for(2)
    office.scanner.go_on.set()

    assert after.result() == (201, None)


def test_installations_of_one_machine_do_not_meet():
    here, there = MachineTurns("a secret"), MachineTurns("another secret")

    with here.of("someone"), there.of("someone"):
        pass


def test_who_waits_too_long_is_told_to_come_again_and_leaves_the_place():
    turns = MachineTurns("a secret of this test", patience=0.1)

    with turns.of("someone"):
        for _ in range(4):
            with pytest.raises(ChecksWaiting), turns.of("someone"):
                pass
    with turns.of("someone"):
        pass


def test_who_looks_at_many_pages_at_once_leaves_threads_to_everybody_else(desk: Desk, monkeypatch):
    sending = by_permit(desk)
    sending.finish(bad_pdfs.cut(a_pdf()))
    waiting, enough, go_on = Semaphore(0), 6, Event()

    def rest(_seconds: float) -> None:
        waiting.release()
        go_on.wait(60)

    monkeypatch.setattr(looking, "time", SimpleNamespace(sleep=rest))
    monkeypatch.setattr(desk.machinery, "turns", MachineTurns(SECRET, patience=0))
    turns = desk.machinery.turns
    with turns.of(str(desk.owner)), ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(sending.ask, "GET", f"{sending.where}/pages/1.jpg") for _ in range(16)]
        for _ in range(enough):
            waiting.acquire()
        refused = list(islice(as_completed(asked), 16 - enough))
        go_on.set()

    assert {answer.result().json["code"] for answer in refused} == {"checks_waiting"}
