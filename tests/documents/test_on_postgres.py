"""The same service where row security is forced and requests really run at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
import time_machine

from chassis.process.clock import now
from chassis.process.ids import uuid7
from ops.engines.postgres import Postgres
from services.documents.app import create_app
from services.documents.domain.content_types import XLSX
from services.documents.models import Document
from services.documents.usecases import making
from services.documents.usecases.receiving import Kept
from services.documents.workers.scrubbing import scrub
from services.documents.workers.sweeping import sweep
from tests.builders.databases import database_on
from tests.builders.pdfs import a_letter, a_pdf
from tests.builders.service import under_test
from tests.builders.workbooks import a_workbook
from tests.documents.conftest import Desk
from tests.documents.test_api_made import known, make
from tests.documents.test_subscriptions import issued

pytestmark = pytest.mark.live


@pytest.fixture
def desk(postgres: Postgres, tmp_path: Path) -> Iterator[Desk]:
    app = create_app(database_on(postgres, "documents", tmp_path))
    made = Desk(under_test(app), uuid7())
    yield made
    made.service.close()


def test_a_document_goes_its_whole_way(desk: Desk):
    officer, applicant = uuid7(), uuid7()

    stored = desk.upload(a_letter()).json
    granted = desk.get(desk.grant(stored["id"], officer).json["url"], desk.token(officer))
    desk.service.hear(issued(stored, applicant))

    assert granted.data == a_letter()
    assert desk.get(f"documents/{stored['id']}/content", desk.token(applicant)).data == a_letter()
    assert len(desk.get(f"documents/{stored['id']}/views").json["data"]) == 2
    elsewhere = desk.token(region="lain")
    assert desk.get(f"documents/{stored['id']}", elsewhere).status_code == 404


def test_a_workbook_of_a_service_is_kept_once(desk: Desk):
    known(desk, desk.owner)
    workbook = a_workbook()

    made = [make(desk, workbook).json["id"] for _ in range(2)]

    assert len(set(made)) == 1
    assert desk.get(f"documents/{made[0]}").json["content_type"] == XLSX


@pytest.mark.parametrize("contents", [("Satu", "Satu"), ("Satu", "Dua")])
def test_a_file_that_two_make_at_the_same_instant_is_kept_once(
    desk: Desk, contents: tuple[str, str], monkeypatch
):
    known(desk, desk.owner)
    both, before = Barrier(2), making.add

    def when_both_are_here(kept: Kept) -> Document:
        both.wait(10)
        return before(kept)

    monkeypatch.setattr(making, "add", when_both_are_here)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda words: make(desk, a_pdf(words)), contents))

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == ([201, 201] if contents[0] == contents[1] else [201, 409])
    assert len(desk.get("documents").json["data"]) == 1


def test_a_key_sent_eight_times_at_once_makes_one_document(desk: Desk):
    def send(_: int) -> tuple[int, str]:
        answer = desk.upload(headers={"Idempotency-Key": "serentak"})
        return answer.status_code, answer.json.get("id") or answer.json.get("code")

    desk.get("documents")
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))

    assert len({told for status, told in answers if status == 201}) == 1
    # Four of eight at once would be too many checks for one person.
    assert {status for status, _ in answers} <= {201, 409, 503}
    assert len(desk.get("documents").json["data"]) == 1


def test_many_uploads_share_few_connections(desk: Desk):
    people = [desk.token(uuid7()) for _ in range(24)]

    with ThreadPoolExecutor(24) as pool:
        answers = list(
            pool.map(lambda n: desk.upload(a_pdf(str(n)), token=people[n % 24]), range(48))
        )

    assert [answer.status_code for answer in answers] == [201] * 48


def test_the_loops_see_every_region(desk: Desk):
    with time_machine.travel(now(), tick=True) as clock:
        kept = [desk.upload(token=desk.token(region=region)) for region in ("demo", "lain")]
        for _ in range(2):
            desk.upload(headers={"Idempotency-Key": "ulang"})
        clock.shift(timedelta(days=8))
        with desk.service.app.app_context():
            sweep()
            assert scrub() is True
            assert scrub() is False
        objects = [p for p in Path(desk.machinery.store.root).rglob("*") if p.is_file()]

    assert [answer.status_code for answer in kept] == [201, 201]
    assert len(objects) == 3
