"""The same service where row security is forced and requests really run at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Event
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select
from werkzeug.test import TestResponse

from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.process.regions import all_regions
from ops.engines.postgres import Postgres
from services.documents.app import create_app
from services.documents.domain.content_types import XLSX
from services.documents.domain.uploads import IDLE, LARGEST_PIECE, MOST_OPEN, SMALLEST_PIECE
from services.documents.models import Document, Upload, UploadPiece, db
from services.documents.usecases import finishing, making, receiving, uploading
from services.documents.usecases.receiving import Kept
from services.documents.workers.scrubbing import scrub
from services.documents.workers.sweeping import sweep
from tests.builders.bad_pdfs import cut
from tests.builders.databases import database_on
from tests.builders.pdfs import a_letter, a_pdf, a_pdf_of_size
from tests.builders.service import settings_for, under_test
from tests.builders.workbooks import a_workbook
from tests.documents.conftest import Desk, Sending, by_permit, by_token
from tests.documents.test_api_made import known, make
from tests.documents.test_subscriptions import issued
from tests.documents.test_workers import objects

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


@pytest.fixture
def instances(desk: Desk, postgres: Postgres, tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    """Two instances of documents: one database, one store, one secret."""
    settings = settings_for("documents", tmp_path)
    settings["DATABASE_URL_DOCUMENTS"] = desk.service.app.config["SQLALCHEMY_DATABASE_URI"]
    other = Desk(under_test(create_app(settings)), desk.owner)
    other.service.runtime.keys = desk.service.runtime.keys
    yield desk, other
    other.service.close()


def test_pieces_may_come_by_any_instance(instances: tuple[Desk, Desk]):
    content = a_pdf_of_size(7 * LARGEST_PIECE)
    sending = by_permit(instances[0])
    sending.begin(len(content))
    for number, start in enumerate(range(0, len(content), LARGEST_PIECE)):
        sending.desk = instances[number % 2]
        assert sending.piece(content[start : start + LARGEST_PIECE], start).status_code == 204

    stored = sending.finish().json

    sending.desk = instances[1]
    assert sending.finish().json["id"] == stored["id"]
    assert instances[0].get(f"documents/{stored['id']}/content").data == content


def test_of_two_pieces_at_one_place_one_counts(instances: tuple[Desk, Desk], monkeypatch):
    sending = by_permit(instances[0])
    sending.begin(2 * SMALLEST_PIECE)
    both, counted = Barrier(2), uploading._counted

    def when_both_are_stored(piece: UploadPiece) -> bool:
        both.wait(10)
        return counted(piece)

    monkeypatch.setattr(uploading, "_counted", when_both_are_stored)
    contents = [letter * SMALLEST_PIECE for letter in (b"a", b"b")]
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(lambda n: replace(sending, desk=instances[n]).piece(contents[n], 0), range(2))
        )

    statuses = [answer.status_code for answer in answers]
    (kept,) = Path(instances[0].machinery.store.root).rglob("0-pieces/*/*")
    assert sorted(statuses) == [204, 409]
    assert sending.offset() == SMALLEST_PIECE
    assert kept.read_bytes() == contents[statuses.index(204)]


@pytest.mark.parametrize(
    ("made", "status", "ending"),
    [(a_letter, 201, "record"), (lambda: cut(a_pdf()), 422, "_record_refusal")],
)
def test_two_that_finish_at_once_end_an_upload_once(
    instances: tuple[Desk, Desk], monkeypatch, made, status: int, ending: str
):
    sending = by_permit(instances[0])
    sending.send(made())
    both, ended = Barrier(2), getattr(receiving, ending)

    def when_both_are_checked(*args: Any) -> Any:
        both.wait(10)
        return ended(*args)

    monkeypatch.setattr(receiving, ending, when_both_are_checked)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda desk: replace(sending, desk=desk).finish(), instances))

    told = {(answer.json.get("id"), answer.json.get("code")) for answer in answers}
    assert [answer.status_code for answer in answers] == [status] * 2
    assert len(told) == 1
    assert len(instances[0].service.recorded()) == 1
    assert len(instances[0].get("documents").json["data"]) == (status == 201)


@dataclass
class Held:
    """Stops whoever comes by in one thread until the other one had its time."""

    there: Event = field(default_factory=Event)
    go_on: Event = field(default_factory=Event)

    def after(self, before: Callable[..., Any]) -> Callable[..., Any]:
        def held(*args: Any, **more: Any) -> Any:
            done = before(*args, **more)
            self.there.set()
            self.go_on.wait(1)
            return done

        return held


def cancelled_while(sending: Sending, doing: Callable[[], TestResponse], held: Held) -> list[int]:
    """Cancel an upload while something else holds its row; return both answers."""
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(doing)
        assert held.there.wait(10)
        second = pool.submit(sending.ask, "DELETE", sending.where)
        return [first.result().status_code, second.result().status_code]


def test_an_upload_is_cancelled_while_a_piece_comes(desk: Desk, monkeypatch):
    sending, held = by_permit(desk), Held()
    sending.begin(2 * SMALLEST_PIECE)
    monkeypatch.setattr(uploading, "add_rows", held.after(uploading.add_rows))

    answers = cancelled_while(sending, lambda: sending.piece(b"a" * SMALLEST_PIECE, 0), held)

    assert answers == [204, 204]
    assert sending.ask("GET", sending.where).status_code == 404
    assert objects(desk) == []


def test_an_upload_is_cancelled_while_it_is_finished(desk: Desk, monkeypatch):
    sending, held = by_permit(desk), Held()
    sending.send(a_letter())
    monkeypatch.setattr(finishing, "_end", held.after(finishing._end))

    assert cancelled_while(sending, sending.finish, held) == [201, 204]
    assert len(desk.get("documents").json["data"]) == 1


def test_uploads_that_end_at_once_are_no_more_than_the_day_allows(
    postgres: Postgres, tmp_path: Path, monkeypatch
):
    app = create_app(database_on(postgres, "documents", tmp_path) | {"UPLOADS_PER_DAY": "2"})
    desk, all_are_checked, record = Desk(under_test(app), uuid7()), Barrier(3), receiving.record
    sendings = [by_permit(desk) for _ in range(3)]
    for sending in sendings:
        sending.send(a_letter())

    def when_all_are_checked(kept: Kept) -> Any:
        all_are_checked.wait(10)
        return record(kept)

    monkeypatch.setattr(receiving, "record", when_all_are_checked)
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda sending: sending.finish(), sendings))

    assert sorted(answer.status_code for answer in answers) == [201, 201, 429]
    assert len(desk.get("documents").json["data"]) == 2
    desk.service.close()


def test_nobody_opens_more_uploads_by_asking_at_once(desk: Desk):
    token = desk.token()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: by_token(desk, token).begin(100), range(MOST_OPEN + 10)))

    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(201), statuses.count(429)) == (MOST_OPEN, 10)


def test_each_of_some_that_ask_at_once_gets_the_room_of_another_that_stood_still(desk: Desk):
    with time_machine.travel(now(), tick=True) as clock:
        for _ in range(MOST_OPEN):
            by_permit(desk).begin(100)
        clock.shift(IDLE + timedelta(minutes=1))
        token = desk.token()
        with ThreadPoolExecutor(4) as pool:
            begun = list(pool.map(lambda _: by_token(desk, token).begin(100), range(4)))
        with desk.service.app.app_context(), all_regions():
            rows = db.session.scalars(select(Upload.id)).all()

    assert [answer.status_code for answer in begun] == [201] * 4
    assert len(rows) == MOST_OPEN
    assert {UUID(answer.headers["Location"].rsplit("/", 1)[1]) for answer in begun} <= set(rows)


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
