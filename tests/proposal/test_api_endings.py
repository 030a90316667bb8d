"""Every case can end (R34): over HTTP, as those concerned see it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from services.proposal.domain.reasons import Reason
from services.proposal.models import HistoryEntry, Proposal, db
from services.proposal.usecases import closing
from services.proposal.usecases.closing import Closing, ClosingReason
from tests.builders.organisation import an_id
from tests.builders.people import employee_event
from tests.proposal.office import EVERY_VERSION, Office
from tests.proposal.test_people_who_leave import alarmed

NOTE = "Pengusul sudah tidak dapat dihubungi."


@pytest.fixture
def returned(office: Office) -> UUID:
    proposal_id = office.submitted()
    reason = Reason("document_unreadable", "document:skp_1_tahun")
    office.decide(proposal_id, "umpeg", "revise", note="Tidak terbaca", reasons=[reason])
    return proposal_id


def look(office: Office, proposal_id: UUID, who: str) -> Any:
    return office.call("GET", f"/proposals/{proposal_id}", who).json


def send(office: Office, proposal_id: UUID, tail: str, who: str, **body: Any) -> Any:
    version = office.read(proposal_id).version
    headers = {"If-Match": f'"{version}"'}
    path = f"/proposals/{proposal_id}/{tail}"
    return office.call("POST", path, who, json=body, headers=headers)


def close(office: Office, proposal_id: UUID, who: str, reason: str = "retired") -> Any:
    return send(office, proposal_id, "close", who, reason=reason, note=NOTE)


def test_one_way_out_when_the_applicant_left_during_a_revision(office: Office, returned: UUID):
    office.service.hear(employee_event("applicant", "disdik", version=2, active=False))

    closed = close(office, returned, "umpeg")

    assert (closed.status_code, closed.json["stage"]) == (200, "closed")
    assert closed.json["stage_label"] == "Ditutup"
    assert closed.json["closing"] == {
        "reason": "retired",
        "label": "Pensiun atau berhenti",
        "note": NOTE,
    }
    assert (closed.json["allowed_actions"], closed.json["closed_at"] is None) == ([], False)


def test_one_way_out_is_pointed_at_by_an_alarm_until_it_was_taken(office: Office, returned: UUID):
    assert alarmed(office) == []
    office.service.hear(employee_event("applicant", "disdik", version=2, active=False))
    assert alarmed(office) == alarmed(office) == [str(returned)]
    (alarm,) = office.call("GET", "/alarms", "bkpsdm_admin").json["data"]
    assert alarm["cause"] == "Pengusul tidak aktif lagi; usulan perlu ditutup."

    close(office, returned, "bkpsdm_admin")

    assert alarmed(office) == []


@pytest.mark.parametrize("who", ["umpeg_second", "bkpsdm_admin"])
def test_whoever_asked_for_the_revision_closes_or_bkpsdm(office: Office, returned: UUID, who: str):
    assert "close" in look(office, returned, who)["allowed_actions"]
    assert close(office, returned, who).status_code == 200


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("applicant", 403, "own_proposal"),
        ("opd_head", 403, "not_your_stage"),
        ("bkpsdm_secretary", 403, "not_your_stage"),
        ("umpeg_dinkes", 404, "not_found"),
    ],
)
def test_nobody_else_closes_it(office: Office, returned: UUID, who: str, status: int, code: str):
    refused = close(office, returned, who)

    assert (refused.status_code, refused.json["code"]) == (status, code)
    if status != 404:
        assert "close" not in look(office, returned, who)["allowed_actions"]


def test_the_applicant_is_told_why(office: Office, returned: UUID):
    close(office, returned, "umpeg", "duplicate")

    (event,) = office.service.recorded("proposal.closed.v1")
    assert event.data["told_ids"] == [str(an_id("applicant"))]
    assert (event.data["stage"], event.data["closing_reason"]) == ("closed", "duplicate")
    assert event.data["note"] == NOTE


def test_after_death_the_staffing_section_is_told(office: Office, returned: UUID):
    close(office, returned, "bkpsdm_admin", "deceased")

    (event,) = office.service.recorded("proposal.closed.v1")
    told = {str(an_id(who)) for who in ("umpeg", "umpeg_second")}
    assert set(event.data["told_ids"]) == told


def test_no_answer_is_offered_once_it_was_waited_for(office: Office, returned: UUID):
    def offered() -> set[str]:
        choices = look(office, returned, "umpeg")["choices"]["closings"]
        return {choice["code"] for choice in choices}

    early = offered()
    refused = close(office, returned, "umpeg", "unresponsive")
    with office.inside(), db.transaction() as session:
        long_ago = datetime.now(UTC) - timedelta(days=60)
        session.execute(update(Proposal).values(stage_since=long_ago))

    assert ("unresponsive" in early, "unresponsive" in offered()) == (False, True)
    assert (refused.status_code, refused.json["code"]) == (409, "not_yet_unresponsive")
    assert close(office, returned, "umpeg", "unresponsive").status_code == 200


def test_a_case_is_closed_once(office: Office, returned: UUID):
    close(office, returned, "umpeg")

    again = close(office, returned, "umpeg")

    assert (again.status_code, again.json["code"]) == (409, "illegal_move")


def test_closing_says_why_in_a_note(office: Office, returned: UUID):
    refused = send(office, returned, "close", "umpeg", reason="duplicate", note=" ")

    assert (refused.status_code, refused.json["code"]) == (422, "note_required")


def test_a_closed_case_is_shown_as_such_in_every_list(office: Office, returned: UUID):
    close(office, returned, "umpeg")

    def listed(path: str, who: str) -> Any:
        return office.call("GET", path, who).json["data"]

    (mine,) = listed("/proposals?state=final&stage=closed", "applicant")
    entry = listed(f"/proposals/{returned}/history", "applicant")[-1]
    (decided,) = listed("/decided?action=close", "umpeg")
    tracking = office.call("GET", f"/proposals/{returned}/tracking", "applicant").json
    assert (mine["stage"], listed("/proposals?stage=withdrawn", "applicant")) == ("closed", [])
    assert (entry["action"], entry["to_stage"], entry["note"]) == ("close", "closed", NOTE)
    assert (decided["action"], decided["to_stage"]) == ("close", "closed")
    assert tracking["stage"] == "closed"
    assert tracking["steps"][0]["state"] == "stopped"


def test_a_process_of_the_previous_release_finds_words_it_knows(office: Office, returned: UUID):
    close(office, returned, "umpeg")

    with office.inside():
        stage = db.session.scalar(select(Proposal.stage))
        entries = select(HistoryEntry.action, HistoryEntry.to_stage).order_by(HistoryEntry.sequence)
        action, to_stage = db.session.execute(entries).all()[-1]
    assert (stage, action, to_stage) == ("withdrawn", "withdraw", "withdrawn")


def test_a_case_in_an_officers_hands_leaves_the_queue(office: Office):
    proposal_id = office.at("bkpsdm_validation")
    close(office, proposal_id, "bkpsdm_admin", "deceased")

    counts = office.call("GET", "/inbox/counts", "bkpsdm_admin").json
    assert counts["bkpsdm_validation"] == 0


def test_who_ended_a_case_is_not_told_of_it(office: Office, returned: UUID):
    with office.inside():
        why = Closing(ClosingReason.DECEASED, "Surat kematian diterima.")
        closing.close(returned, person_id=an_id("umpeg"), why=why, seen=EVERY_VERSION)

    (event,) = office.service.recorded("proposal.closed.v1")
    assert event.data["told_ids"] == [str(an_id("umpeg_second"))]
