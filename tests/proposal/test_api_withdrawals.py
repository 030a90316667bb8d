"""Withdrawal on request (R34): over HTTP, as those concerned see it."""

from typing import Any
from uuid import UUID

import pytest

from services.proposal.models import Proposal, db
from tests.builders.organisation import an_id
from tests.proposal.office import Office

WHY = "Saya akan mengajukan lagi bulan depan."


def look(office: Office, proposal_id: UUID, who: str) -> Any:
    return office.call("GET", f"/proposals/{proposal_id}", who).json


def send(office: Office, proposal_id: UUID, tail: str, who: str, **body: Any) -> Any:
    version = office.read(proposal_id).version
    headers = {"If-Match": f'"{version}"'}
    return office.call("POST", f"/proposals/{proposal_id}/{tail}", who, json=body, headers=headers)


def ask(office: Office, proposal_id: UUID, who: str = "applicant") -> Any:
    return send(office, proposal_id, "withdrawal-request", who, note=WHY)


def answer(office: Office, proposal_id: UUID, who: str, said: str, note: str = "") -> Any:
    return send(office, proposal_id, "withdrawal-answer", who, answer=said, note=note)


@pytest.fixture
def asked(office: Office) -> UUID:
    proposal_id = office.at("bkpsdm_validation")
    assert ask(office, proposal_id).status_code == 200
    return proposal_id


def test_before_the_first_decision_nobody_is_asked(office: Office):
    proposal_id = office.submitted()

    actions = look(office, proposal_id, "applicant")["allowed_actions"]
    refused = ask(office, proposal_id)

    assert actions == ["withdraw"]
    assert (refused.status_code, refused.json["code"]) == (409, "illegal_move")


@pytest.mark.parametrize("stage", ["opd_head_approval", "bkpsdm_head_approval"])
def test_it_can_be_asked_until_the_head_of_bkpsdm_has_decided(office: Office, stage: str):
    proposal_id = office.at(stage)

    assert look(office, proposal_id, "applicant")["allowed_actions"] == ["request_withdrawal"]
    assert ask(office, proposal_id).status_code == 200


def test_it_cannot_be_asked_once_the_head_of_bkpsdm_has_decided(office: Office):
    refused = ask(office, office.at("processing"))

    assert (refused.status_code, refused.json["code"]) == (409, "illegal_move")


def test_the_officer_of_the_stage_is_told_and_sees_the_wish(office: Office, asked: UUID):
    (event,) = office.service.recorded("proposal.withdrawal_requested.v1")
    seen = look(office, asked, "bkpsdm_admin")

    told = {str(an_id("bkpsdm_admin")), str(an_id("bkpsdm_admin_second"))}
    assert (set(event.data["decider_ids"]), event.data["note"]) == (told, WHY)
    assert seen["withdrawal"]["note"] == WHY
    assert {"confirm_withdrawal", "refuse_withdrawal"} < set(seen["allowed_actions"])
    assert (seen["stage"], seen["allowed_actions"][:1]) == ("bkpsdm_validation", ["approve"])


def test_a_confirmed_wish_ends_the_case(office: Office, asked: UUID):
    done = answer(office, asked, "bkpsdm_admin", "confirm")

    entry = office.call("GET", f"/proposals/{asked}/history", "applicant").json["data"][-1]
    assert (done.status_code, done.json["stage"]) == (200, "withdrawn")
    assert (entry["action"], entry["done_label"]) == ("confirm_withdrawal", "Pembatalan disetujui")
    assert len(office.service.recorded("proposal.withdrawn.v1")) == 1


def test_a_refused_wish_leaves_the_case_where_it_is(office: Office, asked: UUID):
    without_a_word = answer(office, asked, "bkpsdm_admin", "refuse")
    refused = answer(office, asked, "bkpsdm_admin", "refuse", "Surat sudah dicetak.")

    (event,) = office.service.recorded("proposal.withdrawal_refused.v1")
    seen = look(office, asked, "applicant")
    assert (without_a_word.status_code, without_a_word.json["code"]) == (422, "note_required")
    assert (refused.status_code, seen["stage"]) == (200, "bkpsdm_validation")
    assert (seen["withdrawal"], seen["allowed_actions"]) == (None, ["request_withdrawal"])
    assert (event.data["note"], event.data["stage"]) == (
        "Surat sudah dicetak.",
        "bkpsdm_validation",
    )


def test_in_a_revision_those_who_asked_for_it_answer(office: Office):
    proposal_id = office.at("bkpsdm_validation")
    office.decide(proposal_id, "bkpsdm_admin", "revise", note="Mohon diperbaiki")
    ask(office, proposal_id)

    refused = answer(office, proposal_id, "umpeg", "confirm")
    confirmed = answer(office, proposal_id, "bkpsdm_admin_second", "confirm")

    assert (refused.status_code, refused.json["code"]) == (403, "not_your_stage")
    assert confirmed.json["stage"] == "withdrawn"


def test_a_wish_is_asked_once_and_answered_once(office: Office, asked: UUID):
    twice = ask(office, asked)
    answer(office, asked, "bkpsdm_admin", "refuse", "Surat sudah dicetak.")
    again = answer(office, asked, "bkpsdm_admin", "confirm")

    assert (twice.status_code, twice.json["code"]) == (409, "withdrawal_asked")
    assert (again.status_code, again.json["code"]) == (409, "no_withdrawal_asked")


def test_whoever_sends_a_revision_again_wants_it_to_go_on(office: Office):
    proposal_id = office.at("bkpsdm_validation")
    office.decide(proposal_id, "bkpsdm_admin", "revise", note="Mohon diperbaiki")
    ask(office, proposal_id)

    office.resubmit(proposal_id)

    assert look(office, proposal_id, "bkpsdm_admin")["withdrawal"] is None


def test_a_wish_goes_along_and_lapses_with_the_last_approval(office: Office):
    proposal_id = office.at("secretary_verification")
    ask(office, proposal_id)

    office.decide(proposal_id, "bkpsdm_secretary")
    on_the_way = look(office, proposal_id, "bkpsdm_head")["withdrawal"]
    office.decide(proposal_id, "bkpsdm_head")

    assert on_the_way["note"] == WHY
    assert look(office, proposal_id, "bkpsdm_admin")["withdrawal"] is None


def test_nobody_else_asks_or_answers(office: Office, asked: UUID):
    own = answer(office, asked, "applicant", "confirm")
    other = answer(office, asked, "opd_head", "confirm")

    assert ask(office, asked, "opd_head").status_code == 404
    assert [own.json["code"], other.json["code"]] == ["own_proposal", "not_your_stage"]


def test_a_process_of_the_previous_release_finds_words_it_knows(office: Office, asked: UUID):
    answer(office, asked, "bkpsdm_admin", "refuse", "Surat sudah dicetak.")

    with office.inside():
        proposal = db.session.get(Proposal, asked)
        assert proposal is not None
        assert proposal.stage == "bkpsdm_validation"
    assert [entry.action for entry in office.history(asked)][-2:] == ["sub_status"] * 2


def inbox(office: Office, who: str, **wanted: Any) -> list[str]:
    rows = office.call("GET", "/inbox", who, query_string=wanted).json["data"]
    return [row["id"] for row in rows]


@pytest.fixture
def asked_in_revision(office: Office) -> UUID:
    proposal_id = office.at("bkpsdm_validation")
    office.decide(proposal_id, "bkpsdm_admin", "revise", note="Mohon diperbaiki")
    assert ask(office, proposal_id).status_code == 200
    return proposal_id


def test_a_wish_is_in_the_inbox_of_who_answers_it_wherever_the_case_stands(
    office: Office, asked: UUID, asked_in_revision: UUID
):
    office.at("bkpsdm_validation", "opd_secretary")
    wishes = {str(asked), str(asked_in_revision)}

    assert set(inbox(office, "bkpsdm_admin", withdrawal="asked")) == wishes
    assert len(inbox(office, "bkpsdm_admin")) == 3
    assert inbox(office, "bkpsdm_admin", stage="revision") == [str(asked_in_revision)]
    assert inbox(office, "umpeg") == inbox(office, "applicant") == []


def test_a_wish_is_marked_and_counted_in_the_inbox(office: Office, asked_in_revision: UUID):
    (row,) = office.call("GET", "/inbox", "bkpsdm_admin").json["data"]
    told = office.call("GET", "/inbox/queues", "bkpsdm_admin").json["data"]
    counted = office.call("GET", "/inbox/counts", "bkpsdm_admin").json
    listed = office.call("GET", "/inbox?limit=1", "bkpsdm_admin").json["page"]

    assert (row["stage"], row["withdrawal_asked"]) == ("revision", True)
    assert told[-1] == {"stage": "revision", "label": "Minta pembatalan", "waiting": 1}
    assert (counted["revision"], listed["total"]) == (1, 1)


@pytest.mark.parametrize("said", ["confirm", "refuse"])
def test_a_wish_leaves_the_inbox_with_its_answer(
    office: Office, asked_in_revision: UUID, said: str
):
    answer(office, asked_in_revision, "bkpsdm_admin", said, "Sudah dibahas.")

    assert inbox(office, "bkpsdm_admin") == []
    assert "revision" not in office.call("GET", "/inbox/counts", "bkpsdm_admin").json
