"""A file that could not be checked now: the same file may come again, and tries are counted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select

from chassis.kernel.errors import Unavailable
from chassis.process.clock import now
from chassis.process.regions import all_regions
from services.documents.adapters.checker.client import CheckerUnavailable, ChecksWaiting
from services.documents.adapters.checker.protocol import Usage
from services.documents.adapters.checker.verdict import Verdict
from services.documents.models import RefusedUpload, db
from services.documents.usecases.receiving import AWAY
from services.documents.workers.sweeping import sweep
from tests.builders.pdfs import a_pdf, a_pdf_of_size
from tests.builders.pictures import as_jpeg
from tests.builders.service import Service
from tests.documents.conftest import API, Desk, by_permit, by_token


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now(), tick=True) as traveller:
        yield traveller


@pytest.fixture
def small_desk(service: Callable[..., Service]) -> Desk:
    return Desk(service("documents", UPLOADS_PER_DAY="2", UPLOAD_MEGABYTES_PER_DAY="1"), uuid4())


@dataclass
class Away:
    """A scanner or a store that does not answer."""

    error: type[Exception]

    def scan(self, *_: object, **__: object) -> None:
        raise self.error

    put = scan


def is_busy(desk: Desk, patched: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def check(*_: object, **__: object) -> None:
        raise error

    patched.setattr(desk.machinery.checker, "check", check)


@pytest.mark.parametrize(
    ("error", "code"),
    [(ChecksWaiting, "checks_waiting"), (CheckerUnavailable, "checker_unavailable")],
)
def test_it_is_answered_503_with_a_time_to_come_again_and_stored_nowhere(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: type[Exception], code: str
):
    is_busy(desk, monkeypatch, error)

    answer = desk.upload()

    assert (answer.status_code, answer.json["code"]) == (503, code)
    assert answer.headers["Retry-After"] == "10"
    assert desk.get("documents").json["data"] == []
    assert desk.service.recorded() == []


def test_tries_take_nothing_of_the_files_of_the_day(
    small_desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patched:
        is_busy(small_desk, patched, ChecksWaiting)
        tried = [small_desk.upload().status_code for _ in range(4)]

    assert tried == [503] * 4
    assert [small_desk.upload().status_code for _ in range(3)] == [201, 201, 429]


def test_tries_are_bounded_for_an_hour_and_for_this_person_only(
    small_desk: Desk, monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller
):
    with monkeypatch.context() as patched:
        is_busy(small_desk, patched, ChecksWaiting)
        for _ in range(2):
            small_desk.upload(a_pdf_of_size(600_000))

    answer = small_desk.upload()
    assert (answer.status_code, answer.json["code"]) == (429, "upload_tries_exceeded")
    assert answer.headers["Retry-After"] == "900"
    assert small_desk.upload(token=small_desk.token(uuid4())).status_code == 201

    clock.shift(timedelta(hours=1))
    assert small_desk.upload().status_code == 201


def counted(desk: Desk) -> list[str]:
    with desk.service.app.app_context(), all_regions():
        return list(db.session.scalars(select(RefusedUpload.code).order_by("refused_at")))


@pytest.mark.parametrize("away", AWAY)
@pytest.mark.parametrize("who", ["scanner", "store"])
def test_whatever_is_away_a_file_that_was_checked_for_nothing_counts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, who: str, away: type[Unavailable]
):
    monkeypatch.setattr(desk.machinery, who, Away(away))
    monkeypatch.setattr(desk.machinery, "scanner_down", "refuse")

    assert desk.upload().status_code == 503
    assert counted(desk) == [away.code]


def test_so_does_one_of_which_nobody_could_say_how_to_mend_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(desk.machinery.checker, "run", Away(ChecksWaiting).scan)
    verdict = Verdict(code="document_damaged"), Usage("normally")
    monkeypatch.setattr(desk.machinery.checker, "check", lambda *_, **__: verdict)

    sending = by_permit(desk)

    assert sending.finish(a_pdf()).status_code == 503
    assert counted(desk) == ["checks_waiting"]


def test_so_does_one_that_could_not_be_mended_or_made_of_pictures_now(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    sending, photo = by_token(desk), by_token(desk)
    sending.finish(b"<html>" + a_pdf())
    photo.send(as_jpeg())
    picture = photo.where.rsplit("/", 1)[1]
    monkeypatch.setattr(desk.machinery.checker, "run", Away(ChecksWaiting).scan)

    for path, order in (
        (f"{sending.where}/mended", {"how": "bytes_ahead"}),
        (f"{API}/uploads/combine", {"pages": [{"upload": picture, "rotate": 0}]}),
    ):
        answer = desk.service.call("POST", path, token=desk.token(), json=order)
        assert (answer.status_code, answer.json["code"]) == (503, "checks_waiting")

    assert counted(desk) == ["document_not_pdf", "checks_waiting", "checks_waiting"]


def test_tries_that_no_longer_count_are_forgotten_and_refusals_are_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller
):
    desk.upload(a_pdf()[:-40])
    is_busy(desk, monkeypatch, ChecksWaiting)
    desk.upload()

    def swept() -> list[str]:
        with desk.service.app.app_context(), all_regions():
            sweep()
            return list(db.session.scalars(select(RefusedUpload.code).order_by("refused_at")))

    assert swept() == ["document_damaged", "checks_waiting"]
    clock.shift(timedelta(hours=1, seconds=1))
    assert swept() == ["document_damaged"]
