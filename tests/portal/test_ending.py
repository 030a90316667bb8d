"""An officer ends a case before its time; the applicant sees why."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import API, PROPOSAL, FakeEdge, csrf_of, problem, sign_in
from tests.portal.told import a_proposal, knows, said

PATH = f"{API}/proposals/{PROPOSAL}"
FORM = f"/portal/tugas/{PROPOSAL}/tutup"


@pytest.fixture
def desk(officer: FlaskClient, edge: FakeEdge) -> FlaskClient:
    knows(edge, a_proposal(stage="revision", allowed_actions=["close"]), etag='"4"')
    edge.answers["POST", f"{PATH}/close"] = (200, a_proposal(stage="closed"))
    return officer


def post(client: FlaskClient, **typed: str) -> Any:
    fields = {"csrf_token": csrf_of(client), "key": "k", "etag": '"4"'}
    return client.post(FORM, data=fields | typed)


def test_the_form_offers_the_reasons_of_the_service(desk: FlaskClient):
    page = desk.get(FORM).text

    assert said("retired") in page
    assert 'value="duplicate"' in page


def test_a_case_is_closed_with_reason_note_version_and_key(desk: FlaskClient, edge: FakeEdge):
    done = post(desk, reason="retired", note=" Pensiun per 1 April. ")

    (sent,) = edge.told("POST", f"{PATH}/close")
    assert sent.json == {"reason": "retired", "note": "Pensiun per 1 April."}
    assert (sent.headers["if-match"], sent.headers["idempotency-key"]) == ('"4"', "k")
    assert done.headers["Location"] == "/portal/tugas"


@pytest.mark.parametrize(("status", "code"), [(422, "note_required"), (412, "stale")])
def test_what_was_written_stays_when_it_is_refused(
    desk: FlaskClient, edge: FakeEdge, status: int, code: str
):
    edge.answers["POST", f"{PATH}/close"] = (status, problem(status, code))

    page = post(desk, reason="duplicate", note="Sama dengan nomor 3")

    assert page.status_code == 422
    assert f"Penjelasan {code}." in page.text
    assert ">Sama dengan nomor 3</textarea>" in page.text
    assert 'value="duplicate" required checked' in page.text


def test_who_may_not_close_sees_no_form(desk: FlaskClient, edge: FakeEdge):
    knows(edge, a_proposal(stage="closed", allowed_actions=[]))

    assert desk.get(FORM).headers["Location"] == f"/portal/usulan/{PROPOSAL}"


def test_the_way_to_close_is_on_the_page_of_the_case(desk: FlaskClient):
    assert FORM in desk.get(f"/portal/usulan/{PROPOSAL}").text


def test_a_closed_case_says_why(desk: FlaskClient, edge: FakeEdge):
    why = {"reason": "retired", "label": said("retired"), "note": "Pensiun per 1 April."}
    knows(edge, a_proposal(stage="closed", closing=why, allowed_actions=[]))

    page = desk.get(f"/portal/usulan/{PROPOSAL}").text

    assert f"{said('closed')}: {said('retired')}" in page
    assert "Pensiun per 1 April." in page


WISH = {"asked_at": "2026-04-02T01:00:00+00:00", "note": "Keliru memilih layanan."}


def test_an_applicant_asks_to_withdraw_what_was_decided(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    knows(edge, a_proposal(stage="opd_head_approval", allowed_actions=["request_withdrawal"]))
    edge.answers["POST", f"{PATH}/withdrawal-request"] = (200, a_proposal())
    fields = {"csrf_token": csrf_of(client), "key": "k", "etag": '"4"', "note": " Keliru. "}

    asked = "/portal/usulan/" + PROPOSAL + "/minta-batal"
    page = client.get(f"/portal/usulan/{PROPOSAL}").text
    client.post(asked, data=fields)

    (sent,) = edge.told("POST", f"{PATH}/withdrawal-request")
    assert asked in page
    assert (sent.json, sent.headers["if-match"]) == ({"note": "Keliru."}, '"4"')


def test_an_officer_answers_the_wish_beside_the_case(officer: FlaskClient, edge: FakeEdge):
    actions = ["approve", "close", "confirm_withdrawal", "refuse_withdrawal"]
    wished = a_proposal(stage="opd_head_approval", withdrawal=WISH, allowed_actions=actions)
    knows(edge, wished, etag='"4"')
    edge.answers["POST", f"{PATH}/withdrawal-answer"] = (200, a_proposal())
    fields = {"csrf_token": csrf_of(officer), "etag": '"4"', "answer": "refuse", "note": "Sudah."}

    page = officer.get(f"/portal/tugas/{PROPOSAL}").text
    officer.post(f"/portal/tugas/{PROPOSAL}/pembatalan", data=fields)

    (sent,) = edge.told("POST", f"{PATH}/withdrawal-answer")
    assert WISH["note"] in page
    assert page.count('name="answer"') == 2
    assert (sent.json, sent.headers["if-match"]) == ({"answer": "refuse", "note": "Sudah."}, '"4"')


def test_the_applicant_sees_the_wish_without_the_buttons(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    knows(edge, a_proposal(stage="opd_head_approval", withdrawal=WISH, allowed_actions=[]))

    page = client.get(f"/portal/usulan/{PROPOSAL}").text

    assert WISH["note"] in page
    assert 'name="answer"' not in page
