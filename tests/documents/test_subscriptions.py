import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine

import services.identity
from chassis.events.envelope import Event
from chassis.process.clock import now
from chassis.process.ids import uuid7
from tests.builders.pdfs import a_letter
from tests.documents.conftest import Desk

PROPOSAL_ID = uuid7()


def issued(document: dict[str, Any], owner: UUID, *, by: str = "proposal", **data: Any) -> Event:
    facts = {
        "document_id": document["id"],
        "sha256": document["sha256"],
        "proposal_id": str(PROPOSAL_ID),
        "number": "DEMO/BEBAS_HUKDIS/2026/1",
        "layanan": "bebas_hukdis",
        "owner_id": str(owner),
        "issued_at": "2026-11-02T01:00:00+00:00",
        **data,
    }
    return Event(
        "result_document.issued.v1",
        f"result_document/{document['id']}",
        facts,
        1,
        region=data.get("region", "demo"),
        source=by,
        position=1,
    )


def parked(desk: Desk) -> list[str]:
    inbox = desk.service.runtime.db.plumbing.inbox
    with desk.service.app.app_context():
        rows = desk.service.runtime.db.session.execute(inbox.select()).all()
    return [row.error for row in rows if row.status == "parked"]


@pytest.fixture
def applicant() -> UUID:
    return uuid7()


@pytest.mark.parametrize("issuer", ["proposal", "a_service_of_tomorrow"])
def test_an_issued_document_is_in_its_owner_s_archive(desk: Desk, applicant: UUID, issuer: str):
    result = desk.upload(a_letter(), name="Surat Keterangan.pdf").json

    desk.service.hear(issued(result, applicant, by=issuer))

    (mine,) = desk.get("documents?category=bebas_hukdis", desk.token(applicant)).json["data"]
    assert (mine["id"], mine["category"]) == (result["id"], "bebas_hukdis")
    assert mine["number"] == "DEMO/BEBAS_HUKDIS/2026/1"
    content = desk.get(f"documents/{result['id']}/content", desk.token(applicant))
    assert content.data == a_letter()


def test_its_uploader_keeps_seeing_it_without_the_applicant_s_category(desk: Desk, applicant: UUID):
    result = desk.upload().json
    desk.service.hear(issued(result, applicant))

    assert desk.get(f"documents/{result['id']}").json["category"] is None
    assert desk.get("documents?category=bebas_hukdis").json["data"] == []


def test_archiving_is_told_as_verified_by_an_officer(desk: Desk, applicant: UUID):
    result = desk.upload().json
    desk.service.hear(issued(result, applicant))

    (event,) = desk.service.recorded("document.verified.v1")

    assert event.data == {
        "document_id": result["id"],
        "owner_id": str(applicant),
        "category": "bebas_hukdis",
        "sha256": result["sha256"],
    }


def test_the_same_news_twice_is_archived_once(desk: Desk, applicant: UUID):
    result = desk.upload().json

    desk.service.hear(issued(result, applicant), issued(result, applicant))

    assert len(desk.get("documents", desk.token(applicant)).json["data"]) == 1
    assert len(desk.service.recorded("document.verified.v1")) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"sha256": "0" * 64}, {"document_id": str(uuid7())}, {"region": "lain"}],
    ids=["another hash", "unknown document", "another region"],
)
def test_news_about_a_document_that_is_not_ours_is_parked_and_gives_nobody_access(
    desk: Desk, applicant: UUID, wrong: dict[str, str]
):
    result = desk.upload().json

    desk.service.hear(issued(result, applicant, **wrong))

    assert len(parked(desk)) == 1
    assert desk.get(f"documents/{result['id']}", desk.token(applicant)).status_code == 404


def employee_changed(employee_id: UUID, version: int, **data: Any) -> Event:
    sample = Path(next(iter(services.identity.__path__))) / "contracts"
    event = json.loads((sample / "employee.changed.v1.sample.json").read_text("utf-8"))
    facts = event["data"] | {"id": str(employee_id)} | data
    return Event(
        "employee.changed.v1",
        f"employee/{employee_id}",
        facts,
        version,
        region="demo",
        source="identity",
        position=version,
    )


def test_the_view_log_names_the_viewer(desk: Desk):
    officer = uuid7()
    desk.service.hear(employee_changed(officer, 1, name="Contoh Pejabat", title_prefix="Dr."))
    document = desk.upload().json["id"]
    desk.get(desk.grant(document, officer).json["url"], desk.token(officer))

    (view,) = desk.get(f"documents/{document}/views").json["data"]

    assert view["viewer_name"] == "Dr. Contoh Pejabat, S.Pd."


def test_an_older_state_of_an_employee_changes_nothing(desk: Desk):
    desk.service.hear(
        employee_changed(desk.owner, 2, name="Baru", title_suffix=None),
        employee_changed(desk.owner, 1, name="Lama", title_suffix=None),
    )
    document = desk.upload().json["id"]
    desk.get(f"documents/{document}/content")

    assert desk.get(f"documents/{document}/views").json["data"][0]["viewer_name"] == "Baru"


def test_a_token_from_before_the_sessions_were_ended_is_no_longer_good(desk: Desk):
    token = desk.token()
    assert desk.get("documents", token).status_code == 200
    with time_machine.travel(now(), tick=False) as clock:
        clock.shift(5)
        desk.service.hear(employee_changed(desk.owner, 2, sessions_revoked_at=now().isoformat()))
        answer = desk.get("documents", token)
        clock.shift(5)
        newer = desk.get("documents", desk.token())

    assert (answer.status_code, answer.json["code"]) == (401, "session_revoked")
    assert newer.status_code == 200
