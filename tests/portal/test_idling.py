"""Who leaves a PC is signed out, and whoever sits down next finds nothing of theirs."""

import time

import pytest
import time_machine
from flask.testing import FlaskClient

from tests.portal.stage_set import URL, FakeEdge, begin, identity_answers, token_answer
from tests.portal.test_typed import (
    FORM,
    SOMEBODY_ELSE,
    TYPED,
    hidden,
    open_form,
    sign_in_as,
)

LIMIT = 900


def sign_in(client: FlaskClient, edge: FakeEdge, *, idle: int | None = LIMIT) -> None:
    edge.answers |= identity_answers("umpeg")
    asked = begin(client)
    edge.answers["POST", "/oauth/token"] = (200, token_answer(asked["nonce"], idle_timeout=idle))
    client.get(f"/portal/callback?code=c&state={asked['state']}&iss={URL}")
    edge.calls.clear()


@pytest.fixture
def officer(client: FlaskClient, edge: FakeEdge) -> FlaskClient:
    sign_in(client, edge)
    return client


def test_an_unused_session_ends_after_its_time_and_says_why(officer: FlaskClient, edge: FakeEdge):
    with time_machine.travel(time.time() + LIMIT + 1):
        page = officer.get("/portal/")
        then = officer.get("/portal/")

    assert page.status_code == 401
    assert "keluar otomatis" in page.text
    assert 'href="/portal/masuk?next=' in page.text
    assert "reason=idle" in edge.told("POST", "/oauth/revoke")[0].body.decode()
    assert then.status_code == 302 or "Masuk" in then.text
    assert "Andini" not in page.text


@pytest.mark.parametrize("path", ["/portal/", "/portal/sesi"])
def test_using_a_page_goes_on_and_asking_what_is_left_does_not(officer: FlaskClient, path: str):
    start = time.time()
    with time_machine.travel(start + 500):
        officer.get(path)
    with time_machine.travel(start + LIMIT + 1):
        answer = officer.get("/portal/sesi", headers={"Accept": "application/json"})

    assert answer.status_code == (200 if path == "/portal/" else 401)


def test_staying_goes_on_without_loading_the_page(officer: FlaskClient):
    start = time.time()
    token = officer.get("/portal/").text.split('name="csrf_token" value="')[1].split('"')[0]
    with time_machine.travel(start + LIMIT - 30):
        left = officer.get("/portal/sesi").get_json()
        stayed = officer.post("/portal/sesi", data={"csrf_token": token}).get_json()
    with time_machine.travel(start + LIMIT + 30):
        page = officer.get("/portal/")

    assert left["left"] in (29, 30)
    assert stayed == {"left": LIMIT}
    assert page.status_code == 200


def test_who_has_no_limit_is_neither_warned_nor_signed_out(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge, idle=None)

    page = client.get("/portal/").text
    with time_machine.travel(time.time() + 500):
        assert client.get("/portal/sesi").get_json() == {"left": None}

    assert "idle.js" not in page
    assert "data-idle" not in page


def test_the_page_of_who_has_one_warns(officer: FlaskClient):
    page = officer.get("/portal/").text

    assert f'data-idle="{LIMIT}"' in page
    assert "Tetap masuk" in page
    assert "idle.js" in page


def test_signing_in_again_needs_no_detour(officer: FlaskClient):
    with time_machine.travel(time.time() + LIMIT + 1):
        assert "/oauth/authorize?" in officer.get("/portal/masuk").headers["Location"]


@pytest.fixture
def applicant(officer: FlaskClient, edge: FakeEdge) -> FlaskClient:
    """Somebody with a form before them, and with a limit."""
    open_form(edge)
    return officer


def test_what_was_typed_at_a_shared_pc_is_seen_by_nobody_else_and_comes_back_to_its_owner(
    applicant: FlaskClient, edge: FakeEdge
):
    form = hidden(applicant, FORM)
    with time_machine.travel(time.time() + LIMIT + 1):
        over = applicant.post(FORM, data=form | TYPED)
        sign_in_as(applicant, edge, SOMEBODY_ELSE)
        of_the_next = applicant.get(FORM).text
        own = hidden(applicant, FORM)
        applicant.post(FORM, data=own | {"field.keperluan": "Punya orang lain"})
        sign_in(applicant, edge)
        again = applicant.get(FORM).text

    assert over.status_code == 401
    assert "beasiswa" not in over.text
    assert "beasiswa" not in of_the_next
    assert "beasiswa" in again


def test_a_page_hands_over_what_was_typed_before_it_ends(applicant: FlaskClient, edge: FakeEdge):
    form = hidden(applicant, FORM)
    kept = applicant.post("/portal/sesi/ketikan", data={"again": FORM} | form | TYPED)
    with time_machine.travel(time.time() + LIMIT + 1):
        over = applicant.get(f"/portal/sesi/berakhir?next={FORM}")
        sign_in(applicant, edge)
        again = applicant.get(FORM).text

    assert kept.status_code == 204
    assert over.status_code == 401
    assert f"next={FORM}" in over.text.replace("%2F", "/")
    assert "beasiswa" in again


@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example"])
def test_the_page_of_the_end_leads_nowhere_else(officer: FlaskClient, place: str):
    assert "evil.example" not in officer.get(f"/portal/sesi/berakhir?next={place}").text
