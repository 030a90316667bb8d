"""Uploads with a real scanner for malware: what it finds, and what happens while it is away."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from chassis.process.ids import uuid7
from services.documents.workers.watching import watch_scanner
from tests.builders import bad_pdfs
from tests.builders.clamav import SIGNATURE, ClamdServer, an_infected_pdf
from tests.builders.metrics import moved, value_of
from tests.builders.pdfs import a_pdf
from tests.builders.service import Service
from tests.documents.conftest import Desk
from tests.documents.test_api_made import known, make


@pytest.fixture
def guarded(service: Callable[..., Service], clamd: ClamdServer) -> Desk:
    """A desk whose files are scanned."""
    return Desk(service("documents", SCANNER_URL=clamd.url), uuid7())


@pytest.fixture
def without_daemon(clamd: ClamdServer) -> Iterator[None]:
    clamd.kill()
    yield
    clamd.start()


def test_a_clean_file_is_taken(guarded: Desk):
    answer = guarded.upload()

    assert answer.status_code == 201
    assert guarded.get(f"documents/{answer.json['id']}/content").data == a_pdf()


def test_an_infected_file_is_refused_in_words_that_say_what_to_do(guarded: Desk):
    answer = guarded.upload(an_infected_pdf())
    english = guarded.upload(an_infected_pdf(), headers={"Accept-Language": "en"})

    assert (answer.status_code, answer.json["code"]) == (422, "document_infected")
    assert "antivirus" in answer.json["detail"]
    assert "Check your computer" in english.json["detail"]
    assert guarded.get("documents").json["data"] == []
    assert [path for path in guarded.machinery.store.root.rglob("*") if path.is_file()] == []


def test_what_was_found_is_told_to_operators_and_auditors_only(guarded: Desk):
    with capture_logs() as lines, moved("documents_refused", code="document_infected"):
        answer = guarded.upload(an_infected_pdf())

    (told,) = guarded.service.recorded("document.refused.v1")
    (noted,) = guarded.service.recorded("security.noted.v1")
    (line,) = [line for line in lines if line["event"] == "document_infected"]
    assert SIGNATURE not in answer.text
    assert (told.data["code"], told.data["document_id"]) == ("document_infected", None)
    assert SIGNATURE not in str(told.data)
    assert (noted.data["kind"], noted.data["why"]) == ("infected_file", "document_infected")
    assert noted.data["person_id"] == str(guarded.owner)
    assert noted.data["thing"].startswith(f"signature/{SIGNATURE}")
    assert line["signature"].startswith(SIGNATURE)


def test_a_file_that_the_gate_refuses_is_not_scanned_and_says_why_the_gate_refuses(guarded: Desk):
    answer = guarded.upload(bad_pdfs.cut(an_infected_pdf()))

    assert answer.json["code"] == "document_damaged"
    assert guarded.service.recorded("security.noted.v1") == []


def test_a_file_that_a_service_made_is_scanned_too(guarded: Desk):
    known(guarded, guarded.owner)

    answer = make(guarded, an_infected_pdf())

    assert (answer.status_code, answer.json["code"]) == (422, "document_infected")


def test_without_a_scanner_everything_is_as_before(desk: Desk):
    assert desk.upload(an_infected_pdf()).status_code == 201
    assert "scanner" not in desk.service.call("GET", "/readyz").json["checks"]
    with desk.service.app.app_context():
        assert watch_scanner() is False


class TestAScannerThatIsAway:
    @pytest.fixture(autouse=True)
    def away(self, guarded: Desk, without_daemon: None) -> None:
        """The daemon is killed after the service has started."""

    def test_shows_in_the_state_of_the_service_that_goes_on(self, guarded: Desk):
        ready = guarded.service.call("GET", "/readyz")

        assert ready.status_code == 200
        assert ready.json["status"] == ready.json["checks"]["scanner"] == "degraded"
        assert ready.json["degraded"]["scanner"] == "scanner_unavailable"

    def test_shows_in_the_metrics(self, guarded: Desk):
        with guarded.service.app.app_context():
            watch_scanner()
        assert value_of("scanner_answers") == 0


def test_a_scanner_that_answers_shows_in_the_metrics(guarded: Desk, clamd: ClamdServer):
    clamd.kill()
    with guarded.service.app.app_context():
        watch_scanner()
        clamd.start()
        with moved("scanner_answers"):
            watch_scanner()

    assert value_of("scanner_answers") == 1
    assert guarded.service.call("GET", "/readyz").json["degraded"] == {}


def test_old_signatures_are_said(guarded: Desk, clamd: ClamdServer):
    clamd.kill()
    clamd.start(made_at=datetime.now(UTC) - timedelta(days=9))
    try:
        with moved("scanner_signatures_age_seconds"), guarded.service.app.app_context():
            watch_scanner()
        told = guarded.service.call("GET", "/readyz").json
    finally:
        clamd.kill()
        clamd.start()

    assert told["status"] == "degraded"
    assert told["degraded"] == {"scanner": "scanner_signatures_old"}
    assert value_of("scanner_signatures_age_seconds") > timedelta(days=7).total_seconds()
