"""A session that was ended elsewhere: the portal says why, and leads on to the sign-in."""

import time

import pytest
import time_machine
from flask.testing import FlaskClient

from tests.portal.stage_set import FakeEdge, problem, sign_in
from tests.portal.test_typed import FORM, TYPED, hidden, open_form

WHY = "Kata sandi akun ini diganti, sehingga sesi lain diakhiri."


@pytest.fixture
def applicant(client: FlaskClient, edge: FakeEdge) -> FlaskClient:
    sign_in(client, edge)
    open_form(edge)
    return client


def ends_elsewhere(edge: FakeEdge, why: str = "password_changed") -> None:
    """Every service refuses its tokens from now on."""
    told = {"error": "invalid_grant", "end_reason": why, "end_reason_label": WHY}
    edge.answers = {("POST", "/oauth/token"): (400, told)}
    edge.otherwise = (401, problem(401, "session_revoked"))


@pytest.mark.parametrize("seconds", [0, 60, 590])
def test_whoever_was_signed_out_elsewhere_reads_why_and_goes_on_where_they_were(
    applicant: FlaskClient, edge: FakeEdge, seconds: int
):
    ends_elsewhere(edge)

    with time_machine.travel(time.time() + seconds):
        page = applicant.get("/portal/usulan?q=a")
        then = applicant.get("/portal/usulan?q=a")

    assert page.status_code == 401
    assert WHY in page.text
    assert 'href="/portal/masuk?next=/portal/usulan?q%3Da"' in page.text
    assert "Andini" not in page.text
    assert then.headers["Location"] == "/portal/masuk?next=/portal/usulan?q%3Da"


def test_what_was_typed_when_a_session_ended_elsewhere_comes_back_and_why_is_told(
    applicant: FlaskClient, edge: FakeEdge
):
    form = hidden(applicant, FORM)
    answers = dict(edge.answers)
    ends_elsewhere(edge)

    over = applicant.post(FORM, data=form | TYPED)
    edge.answers, edge.otherwise = answers, None
    sign_in(applicant, edge)
    again = applicant.get(FORM)

    assert over.status_code == 401
    assert WHY in over.text
    assert "beasiswa" in again.text


def test_whose_new_role_needs_a_second_factor_reads_so_and_is_led_to_the_sign_in(
    applicant: FlaskClient, edge: FakeEdge
):
    edge.answers["GET", "/api/proposal/v1/proposals"] = (403, problem(403, "second_factor_needed"))

    page = applicant.get("/portal/usulan")

    assert page.status_code == 401
    assert "Penjelasan second_factor_needed." in page.text
    assert 'href="/portal/masuk?next=/portal/usulan"' in page.text


def test_eight_hours_that_are_over_need_no_page_of_their_own(
    applicant: FlaskClient, edge: FakeEdge
):
    ends_elsewhere(edge, "expired")

    with time_machine.travel(time.time() + 590):
        led = applicant.get("/portal/usulan")

    assert led.headers["Location"] == "/portal/masuk?next=/portal/usulan"


def test_a_sign_in_whose_fresh_tokens_are_refused_is_not_begun_in_circles(
    applicant: FlaskClient, edge: FakeEdge
):
    fresh = {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": 600}
    edge.answers["POST", "/oauth/token"] = (200, fresh)
    edge.answers["GET", "/api/proposal/v1/proposals"] = (401, problem(401, "token_invalid"))

    assert applicant.get("/portal/usulan").status_code == 403
