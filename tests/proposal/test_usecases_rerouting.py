"""An applicant who moves to another OPD in the middle of a case (R32)."""

from typing import Any
from uuid import UUID

import pytest

from services.proposal.domain.reasons import Reason
from tests.builders.organisation import an_id
from tests.builders.people import employee_event
from tests.proposal.office import Office


def moves(office: Office, to: str = "dinkes", version: int = 2) -> None:
    office.service.hear(employee_event("applicant", to, version=version))


def counts(office: Office, who: str) -> Any:
    return office.call("GET", "/inbox/counts", who).json


def seen(office: Office, proposal_id: UUID, who: str) -> Any:
    return office.call("GET", f"/proposals/{proposal_id}", who)


@pytest.mark.parametrize("stage", ["umpeg_verification", "opd_head_approval"])
def test_moved_in_the_middle_goes_to_the_new_staffing_section(office: Office, stage: str):
    proposal_id = office.at(stage)

    moves(office)

    proposal = office.read(proposal_id)
    assert (proposal.stage, proposal.opd_id) == ("umpeg_verification", an_id("dinkes"))
    assert proposal.applicant["opd_name"] == "Unit dinkes"
    assert counts(office, "umpeg_dinkes")["umpeg_verification"] == 1
    assert counts(office, "umpeg")["umpeg_verification"] == 0
    assert counts(office, "opd_head")["opd_head_approval"] == 0


def test_the_earlier_verification_stays_in_the_history(office: Office):
    proposal_id = office.at("opd_head_approval")

    moves(office)

    told = office.call("GET", f"/proposals/{proposal_id}/history", "umpeg_dinkes").json["data"]
    assert [entry["action"] for entry in told] == ["submit", "approve", "reroute"]
    assert (told[-1]["to_stage"], told[-1]["actor_id"]) == ("umpeg_verification", None)


def test_what_the_register_moved_says_so_with_both_offices(office: Office):
    proposal_id = office.at("opd_head_approval")

    moves(office)

    path = f"/proposals/{proposal_id}/history"
    moved = office.call("GET", path, "umpeg_dinkes").json["data"][-1]
    assert (moved["role"], moved["actor_name"]) == ("system", "Data kepegawaian (otomatis)")
    assert moved["cause"] == (
        "Menurut data kepegawaian, pengusul pindah dari Unit disdik ke Unit dinkes."
    )


def test_both_offices_and_the_applicant_are_told(office: Office):
    office.at("opd_head_approval")

    moves(office)

    (event,) = office.service.recorded("proposal.rerouted.v1")
    assert event.data["decider_ids"] == [str(an_id("umpeg_dinkes"))]
    assert set(event.data["former_decider_ids"]) == {
        str(an_id(who)) for who in ("umpeg", "umpeg_second")
    }
    assert (event.data["from_opd_id"], event.data["opd_id"]) == (
        str(an_id("disdik")),
        str(an_id("dinkes")),
    )


def test_a_revision_goes_there_when_it_is_sent(office: Office):
    proposal_id = office.submitted()
    reason = Reason("other", "field:keperluan")
    office.decide(proposal_id, "umpeg", "revise", note="Perjelas", reasons=[reason])

    moves(office)

    proposal = office.read(proposal_id)
    assert (proposal.stage, proposal.return_to) == ("revision", "umpeg_verification")
    assert proposal.opened is not None
    assert "close" in seen(office, proposal_id, "umpeg_dinkes").json["allowed_actions"]


def test_after_the_heads_approval_it_goes_on_and_the_new_opd_sees_it(office: Office):
    proposal_id = office.at("bkpsdm_validation")
    before = seen(office, proposal_id, "umpeg_dinkes").status_code

    moves(office)

    shown = seen(office, proposal_id, "umpeg_dinkes")
    assert (before, shown.status_code, shown.json["allowed_actions"]) == (404, 200, [])
    assert office.read(proposal_id).stage == "bkpsdm_validation"
    assert office.service.recorded("proposal.rerouted.v1") == []


def test_moving_back_takes_the_case_back(office: Office):
    proposal_id = office.submitted()

    moves(office)
    moves(office, "disdik", version=3)

    assert office.read(proposal_id).opd_id == an_id("disdik")
    assert counts(office, "umpeg")["umpeg_verification"] == 1


def test_a_draft_and_what_has_ended_stay_as_they_are(office: Office):
    draft, ended = office.draft(), office.submitted()
    office.decide(ended, "umpeg", "reject", note="Tidak memenuhi ketentuan")

    moves(office)

    assert {office.read(one).opd_id for one in (draft, ended)} == {an_id("disdik")}
