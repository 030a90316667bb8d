"""Uploads with a real scanner for malware: what it finds, and what happens while it is away."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest
import time_machine
from structlog.testing import capture_logs
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from chassis.events.envelope import Event
from chassis.process.clock import now
from chassis.process.config import SettingsInvalid
from chassis.process.ids import uuid7
from services.documents.adapters.scanners.clamd import Clamd
from services.documents.adapters.scanners.protocol import Clean, Found, ScannerTooLarge
from services.documents.domain.uploads import LARGEST_PIECE
from services.documents.workers.scrubbing import scrub
from services.documents.workers.watching import watch_scanner
from tests.builders import bad_pdfs
from tests.builders.clamav import MARK, SIGNATURE, ClamdServer, an_infected_pdf
from tests.builders.metrics import moved, value_of
from tests.builders.pdfs import a_pdf, a_pdf_of_size
from tests.builders.service import Service, one_service
from tests.documents.conftest import API, Desk, by_permit, by_token, permit
from tests.documents.test_api_made import known, make
from tests.documents.test_workers import objects, swept

NEW_MARK = b"SIMPUL-LATER-INFECTION-1c09"


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


def test_an_infected_file_in_pieces_is_refused_and_its_bytes_are_given_to_nobody(
    guarded: Desk, clock: time_machine.Traveller
):
    # No piece holds the whole mark.
    content = an_infected_pdf(ahead=LARGEST_PIECE - an_infected_pdf().index(MARK) - len(MARK) // 2)
    assert MARK in content
    assert not any(MARK in part for part in (content[:LARGEST_PIECE], content[LARGEST_PIECE:]))
    sending = by_permit(guarded)

    answer, again = sending.finish(content), sending.finish()
    shown, page = sending.show(), sending.ask("GET", f"{sending.where}/pages/1.jpg")
    clock.shift(timedelta(hours=2))
    swept(guarded)

    assert (answer.status_code, answer.json["code"]) == (422, "document_infected")
    assert (again.status_code, again.json["code"]) == (422, "document_infected")
    assert (shown["state"], shown["problem"]["offers"]) == ("refused", [])
    assert (page.status_code, page.json["code"]) == (404, "upload_lost")
    assert len(guarded.service.recorded("security.noted.v1")) == 1
    assert guarded.get("documents").json["data"] == objects(guarded) == []


def test_an_infected_file_of_a_form_is_refused_on_its_page(guarded: Desk):
    file = FileStorage(BytesIO(an_infected_pdf()), filename="surat.pdf")
    form = {"permit": permit(guarded, back="/portal/usulan/12"), "file": file}
    boundary, body = encode_multipart(form)
    answer = guarded.service.call(
        "POST",
        f"{API}/uploads/form",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    shown = by_token(guarded)
    shown.where = f"{API}/uploads/{answer.headers['Location'].partition('=')[2]}"

    assert answer.status_code == 303
    assert shown.show()["problem"]["code"] == "document_infected"


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

    def test_keeps_no_upload_away_and_gives_its_receipt(self, guarded: Desk):
        answer = guarded.upload()

        assert answer.status_code == 201
        assert answer.json["receipt"]
        assert answer.json["state"] == "in_quarantine"
        assert len(guarded.service.recorded("document.stored.v1")) == 1

    def test_keeps_a_made_file_in_quarantine_too(self, guarded: Desk):
        known(guarded, guarded.owner)
        made = make(guarded).json["id"]

        opened = guarded.get(f"documents/{made}/content")

        assert opened.json["code"] == "document_in_quarantine"

    def test_lets_nobody_open_what_was_not_scanned(self, guarded: Desk):
        document, officer = guarded.upload().json["id"], uuid7()
        url = guarded.grant(document, officer).json["url"]
        content = f"documents/{document}/content"

        by_owner = guarded.get(content)
        by_grant = guarded.get(url, guarded.token(officer))
        asked_about = guarded.service.call(
            "HEAD", f"/api/documents/v1/{content}", token=guarded.token()
        )

        for answer in (by_owner, by_grant):
            assert (answer.status_code, answer.json["code"]) == (409, "document_in_quarantine")
            assert answer.headers["Retry-After"] == "60"
        assert asked_about.status_code == 409
        assert guarded.get(f"documents/{document}").json["state"] == "in_quarantine"
        assert guarded.get(f"documents/{document}/views").json["data"] == []

    def test_refuses_files_where_the_region_wants_no_quarantine(
        self, service: Callable[..., Service], clamd: ClamdServer
    ):
        strict = service("documents", SCANNER_URL=clamd.url, SCANNER_DOWN="refuse")
        desk = Desk(strict, uuid7())

        answer = desk.upload()

        assert (answer.status_code, answer.json["code"]) == (503, "scanner_unavailable")
        assert answer.headers["Retry-After"] == "60"
        assert desk.get("documents").json["data"] == []
        assert strict.recorded() == []

    def test_leaves_what_is_in_quarantine_there(self, guarded: Desk):
        document = guarded.upload().json["id"]
        guarded.service.drain()

        assert guarded.get(f"documents/{document}").json["state"] == "in_quarantine"

    def test_shows_in_the_metrics(self, guarded: Desk):
        watched(guarded)
        assert value_of("scanner_answers") == value_of("documents_quarantined") == 0
        assert value_of("documents_quarantine_oldest_seconds") == 0
        guarded.upload()

        later = time_machine.travel(now() + timedelta(minutes=10))
        with later, moved("documents_quarantined"), moved("documents_quarantine_oldest_seconds"):
            watched(guarded)

        assert value_of("documents_quarantined") == 1
        assert value_of("documents_quarantine_oldest_seconds") > 500


class TestAScannerThatIsBack:
    """Files came while it was away: one that is clean, and one that is not."""

    @pytest.fixture(autouse=True)
    def quarantined(self, guarded: Desk, clamd: ClamdServer) -> tuple[str, str]:
        clamd.kill()
        infected, clean = guarded.upload(an_infected_pdf()), guarded.upload()
        clamd.start()
        return infected.json["id"], clean.json["id"]

    def test_lets_out_what_is_clean(self, guarded: Desk, quarantined: tuple[str, str]):
        guarded.service.drain()

        assert guarded.get(f"documents/{quarantined[1]}").json["state"] == "ready"
        assert guarded.get(f"documents/{quarantined[1]}/content").data == a_pdf()

    def test_lets_nobody_ever_open_what_is_not(self, guarded: Desk, quarantined: tuple[str, str]):
        document, officer = quarantined[0], uuid7()
        url = guarded.grant(document, officer).json["url"]
        with moved("documents_condemned"):
            guarded.service.drain()

        for answer in (
            guarded.get(f"documents/{document}/content"),
            guarded.get(url, guarded.token(officer)),
        ):
            assert (answer.status_code, answer.json["code"]) == (409, "document_found_infected")
            assert "Unggah berkas yang bersih" in answer.json["detail"]
        assert guarded.get(f"documents/{document}").json["state"] == "infected"

    def test_tells_once_which_document_was_refused(
        self, guarded: Desk, quarantined: tuple[str, str]
    ):
        guarded.service.drain()
        guarded.service.drain()

        (told,) = guarded.service.recorded("document.refused.v1")
        (noted,) = guarded.service.recorded("security.noted.v1")
        assert told.subject == f"document/{quarantined[0]}"
        assert told.region == "demo"
        assert told.data["document_id"] == quarantined[0]
        assert told.data["owner_id"] == str(guarded.owner)
        assert told.data["code"] == "document_infected"
        assert noted.data["person_id"] == str(guarded.owner)

    def test_is_not_held_up_by_one_whose_bytes_are_lost(
        self, guarded: Desk, quarantined: tuple[str, str]
    ):
        infected = [path for path in stored(guarded) if MARK in path.read_bytes()]
        infected[0].unlink()

        guarded.service.drain()

        assert guarded.get(f"documents/{quarantined[1]}").json["state"] == "ready"
        assert guarded.get(f"documents/{quarantined[0]}").json["state"] == "in_quarantine"

    def test_opens_nothing_to_a_worker_that_knows_of_no_scanner(
        self, guarded: Desk, quarantined: tuple[str, str]
    ):
        guarded.machinery.scanner = None
        with capture_logs() as lines:
            guarded.service.drain()

        assert guarded.get(f"documents/{quarantined[1]}").json["state"] == "in_quarantine"
        assert {line["event"] for line in lines} == {"quarantine_without_scanner"}


class TestSignaturesThatAreNew:
    @pytest.fixture
    def unknown(self, guarded: Desk, clamd: ClamdServer) -> Iterator[str]:
        """What no signature knew when it came; now one does."""
        document: str = guarded.upload(an_infected_pdf(NEW_MARK)).json["id"]
        clamd.kill()
        clamd.start(knows=NEW_MARK)
        yield document
        clamd.kill()
        clamd.start()

    def test_find_it_within_a_week(self, guarded: Desk, unknown: str):
        assert guarded.get(f"documents/{unknown}/content").status_code == 200

        with time_machine.travel(now() + timedelta(days=8)), guarded.service.app.app_context():
            scrub()
        opened = guarded.get(f"documents/{unknown}/content")

        assert opened.json["code"] == "document_found_infected"
        assert [told.data["document_id"] for told in told_of(guarded)] == [unknown]

    def test_find_it_no_sooner_while_the_scanner_is_away_and_nothing_breaks(
        self, guarded: Desk, unknown: str, clamd: ClamdServer
    ):
        clamd.kill()
        with time_machine.travel(now() + timedelta(days=8)), guarded.service.app.app_context():
            assert scrub() is True
            assert scrub() is False

        assert guarded.get(f"documents/{unknown}/content").status_code == 200


def test_a_scanner_that_takes_less_than_documents_holds_up_only_what_is_too_large(
    guarded: Desk, monkeypatch: pytest.MonkeyPatch
):
    scan = Clamd.scan

    def small(scanner: Clamd, file: BinaryIO) -> Clean | Found:
        if file.seek(0, 2) > 50_000:
            raise ScannerTooLarge
        return scan(scanner, file)

    monkeypatch.setattr(Clamd, "scan", small)
    large, fits = guarded.upload(a_pdf_of_size(60_000)).json, guarded.upload().json
    assert (large["state"], fits["state"]) == ("in_quarantine", "ready")

    guarded.service.drain()
    assert guarded.get(f"documents/{large['id']}").json["state"] == "in_quarantine"

    monkeypatch.undo()
    guarded.service.drain()
    assert guarded.get(f"documents/{large['id']}").json["state"] == "ready"


def test_what_happens_while_the_scanner_is_away_is_one_of_two(tmp_path: Path):
    with pytest.raises(SettingsInvalid, match="must be quarantine or refuse"):
        one_service("documents", tmp_path, SCANNER_DOWN="ignore")


def watched(desk: Desk) -> None:
    with desk.service.app.app_context():
        watch_scanner()


def stored(desk: Desk) -> list[Path]:
    return [path for path in Path(desk.machinery.store.root).rglob("*") if path.is_file()]


def told_of(desk: Desk) -> list[Event]:
    return desk.service.recorded("document.refused.v1")


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
