"""Authorization code with PKCE, as an application and a browser see it."""

import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
import time_machine

from chassis.process.clock import now
from chassis.process.regions import in_region
from services.identity import queries
from services.identity.models import RoleGrant, db
from services.identity.usecases import regions
from tests.identity import demo
from tests.identity.door import REDIRECT, Door, challenge, query_of


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


def _header(token: str) -> dict[str, Any]:
    head = token.split(".", maxsplit=1)[0]
    return dict(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))))


def test_a_signed_in_browser_gets_a_code_with_state_and_issuer(door: Door):
    browser = door.signed_in("applicant")

    response = door.authorize(browser)

    assert response.status_code == 302
    assert response.location.startswith(f"{REDIRECT}?")
    answer = query_of(response.location)
    assert answer["state"] == "the-state"
    assert answer["iss"] == "http://simpul.test"
    assert len(answer["code"]) >= 43


def test_a_stranger_is_sent_to_the_form_and_afterwards_back_to_the_application(door: Door):
    browser = door.browser()
    asked = door.authorize(browser)
    assert asked.status_code == 302
    assert "next=%2Foauth%2Fauthorize" in asked.location
    wanted = query_of(asked.location)["next"]
    account = door.account("applicant")

    browser.get(asked.location)
    signed_in = browser.post(
        "/masuk", nip=account["nip"], password=account["password"], next=wanted
    )
    back = browser.get(signed_in.location)

    assert back.location.startswith(f"{REDIRECT}?code=")


def test_the_access_token_says_who_and_where_and_never_a_role(door: Door):
    tokens = door.tokens("opd_head")

    claims = _claims(tokens["access_token"])

    assert _header(tokens["access_token"])["typ"] == "at+jwt"
    assert _header(tokens["access_token"])["alg"] == "ES256"
    assert claims["iss"] == "http://simpul.test"
    assert claims["aud"] == "simpul"
    assert claims["region"] == "demo"
    assert claims["client_id"] == "simpul-portal"
    assert claims["amr"] == ["pwd", "otp"]
    assert claims["exp"] - claims["iat"] == 600
    assert UUID(claims["sub"])
    assert "opd_head" not in json.dumps(claims)
    assert door.account("opd_head")["nip"] not in json.dumps(claims)
    assert set(claims) == {
        *("iss", "aud", "sub", "client_id", "region", "scope"),
        *("amr", "auth_time", "sid", "iat", "exp", "jti"),
    }


def test_the_token_opens_the_api(door: Door):
    answer = door.me(door.tokens("opd_head")["access_token"])

    assert answer.status_code == 200
    assert answer.get_json()["name"] == "Flamboyan Contoh"
    assert [role["role"] for role in answer.get_json()["roles"]] == ["opd_head"]
    assert answer.get_json()["opd"]["name"] == "Dinas Pendidikan"
    assert answer.get_json()["region"] == {
        "code": "demo",
        "name": "Kota Contoh Raya",
        "zone": "Asia/Jakarta",
    }


def test_the_id_token_names_its_issuer_and_repeats_the_nonce(door: Door):
    tokens = door.tokens()

    claims = _claims(tokens["id_token"])

    assert claims["iss"] == "http://simpul.test"
    assert claims["aud"] == ["simpul-portal"]
    assert claims["nonce"] == "a-nonce"
    assert claims["sub"] == _claims(tokens["access_token"])["sub"]
    assert claims["amr"] == ["pwd"]
    assert _header(tokens["id_token"])["kid"]


def test_an_id_token_is_no_access_token(door: Door):
    assert door.me(door.tokens()["id_token"]).status_code == 401


def test_who_used_a_second_factor_is_told(door: Door):
    claims = _claims(door.tokens("bkpsdm_head")["access_token"])

    assert claims["amr"] == ["pwd", "otp"]


def test_a_sign_in_by_password_names_the_roles_for_which_that_is_enough_in_the_region(door: Door):
    assert _claims(door.tokens()["access_token"])["roles_by_password"] == []

    with door.app.app_context(), in_region("demo"):
        chosen = [role.code for role in queries.roles() if role.code != "auditor"]
        regions.change(seen=[1], totp_roles=chosen)

    told = _claims(door.tokens(nonce="another")["access_token"])
    shown = _claims(door.tokens("opd_head", nonce="a-third")["access_token"])
    assert told["roles_by_password"] == ["auditor"]
    assert "roles_by_password" not in shown


def test_who_became_an_officer_goes_on_at_identity_with_a_second_factor_only(door: Door):
    door.take_away_the_authenticator("applicant")
    token = door.tokens()["access_token"]
    assert door.me(token).status_code == 200

    with door.app.app_context(), in_region("demo"), db.transaction() as session:
        session.add(
            RoleGrant(
                employee_id=demo.employee_id(door.app, door.folder, "applicant"),
                role="sysadmin",
                starts_on=queries.today(),
            )
        )

    answer = door.me(token)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "second_factor_needed")


def test_a_wrong_verifier_gets_nothing(door: Door):
    answer = door.redeem(
        door.code(), code_verifier="another-verifier-that-is-long-enough-0123456789"
    )

    assert answer.status_code == 400
    assert answer.get_json()["error"] == "invalid_grant"


def test_a_missing_verifier_gets_nothing(door: Door):
    answer = door.redeem(door.code(), code_verifier="")

    assert answer.status_code == 400


def test_a_code_used_twice_also_kills_what_the_first_use_gave(door: Door):
    code = door.code()
    first = door.redeem(code).get_json()

    again = door.redeem(code)

    assert again.status_code == 400
    assert again.get_json()["error"] == "invalid_grant"
    assert door.refresh(first["refresh_token"]).status_code == 400


def test_a_code_is_good_for_one_minute(door: Door):
    code = door.code()

    with time_machine.travel(now() + timedelta(seconds=61)):
        answer = door.redeem(code)

    assert answer.get_json()["error"] == "invalid_grant"


def test_a_code_of_one_application_is_worthless_to_another(door: Door):
    answer = door.redeem(
        door.code(), client_id="simpul-cli", redirect_uri="http://127.0.0.1/callback"
    )

    assert answer.get_json()["error"] == "invalid_grant"


def test_another_redirect_at_the_token_endpoint_is_refused(door: Door):
    answer = door.redeem(door.code(), redirect_uri="http://simpul.test/portal/other")

    assert answer.get_json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://simpul.test/portal/callback/",
        "http://simpul.test/portal/callback?x=1",
        "http://simpul.test.evil.example/portal/callback",
        "https://simpul.test/portal/callback",
        "javascript:alert(1)",
        None,
    ],
)
def test_a_redirect_that_is_not_registered_letter_for_letter_is_never_followed(
    door: Door, redirect_uri: str | None
):
    response = door.authorize(door.signed_in("applicant"), redirect_uri=redirect_uri)

    assert response.status_code == 400
    assert "Location" not in response.headers
    assert response.content_type.startswith("text/html")


def test_an_unknown_application_is_told_to_the_person_not_redirected(door: Door):
    response = door.authorize(door.signed_in("applicant"), client_id="nobody")

    assert response.status_code == 400
    assert "Location" not in response.headers


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "contacts.read"}, "invalid_scope"),
    ],
)
def test_a_request_that_breaks_the_rules_goes_back_as_an_error(
    door: Door, change: dict[str, str | None], error: str
):
    response = door.authorize(door.signed_in("applicant"), **change)

    answer = query_of(response.location)
    assert response.location.startswith(REDIRECT)
    assert answer["error"] == error
    assert answer["state"] == "the-state"
    assert answer["iss"] == "http://simpul.test"
    assert "code" not in answer


@pytest.mark.parametrize(
    "twice",
    [
        ("redirect_uri", "http://evil.example/callback"),
        ("client_id", "simpul-cli"),
        ("response_type", "token"),
        ("scope", "ops"),
        ("state", "another"),
        ("code_challenge", "another"),
        ("code_challenge_method", "plain"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_parameter_that_comes_twice_gets_no_code(door: Door, twice: tuple[str, str], first: bool):
    browser = door.signed_in("applicant")
    both = [twice, *door.asked().items()] if first else [*door.asked().items(), twice]

    answer = browser.get(f"/oauth/authorize?{urlencode(both)}")

    assert "code=" not in (answer.location or "")
    assert not (answer.location or "").startswith("http://evil.example")


def test_prompt_none_without_a_session_is_answered_without_a_page(door: Door):
    response = door.authorize(door.browser(), prompt="none")

    assert query_of(response.location)["error"] == "login_required"


def test_prompt_login_asks_again_although_signed_in(door: Door):
    browser = door.signed_in("applicant")

    response = door.authorize(browser, prompt="login")

    assert response.location.startswith("/masuk?")
    assert browser.get(response.location).status_code == 200
    wanted = query_of(response.location)["next"]
    account = door.account("applicant")
    again = browser.post("/masuk", nip=account["nip"], password=account["password"], next=wanted)
    assert browser.get(again.location).location.startswith(f"{REDIRECT}?code=")


def test_an_application_may_ask_for_a_recent_sign_in(door: Door):
    browser = door.signed_in("applicant")

    assert door.authorize(browser, max_age="60").location.startswith(REDIRECT)
    with time_machine.travel(now() + timedelta(seconds=90)):
        assert door.authorize(browser, max_age="60", nonce="b").location.startswith("/masuk?")


def test_a_program_of_the_own_machine_gets_a_code_only_from_a_sign_in_made_for_it(door: Door):
    """Any page can lead a browser that is signed in to where another program listens."""
    program = {"client_id": "simpul-cli", "redirect_uri": "http://127.0.0.1/callback"}
    browser = door.signed_in("applicant")

    just_now = door.authorize(browser, **program)
    with time_machine.travel(now() + timedelta(minutes=6)):
        later = door.authorize(browser, nonce="b", **program)
        unasked = door.authorize(browser, nonce="c", prompt="none", **program)
        portal = door.authorize(browser, nonce="d")

    assert "code=" in just_now.location
    assert later.location.startswith("/masuk?ulang=1")
    assert query_of(unasked.location)["error"] == "login_required"
    assert "code=" in portal.location


def test_a_nonce_serves_once(door: Door):
    browser = door.signed_in("applicant")
    door.authorize(browser)

    again = door.authorize(browser)

    assert query_of(again.location)["error"] == "invalid_request"


def test_the_password_grant_does_not_exist(door: Door):
    account = door.account("applicant")

    answer = door.token(
        grant_type="password",
        client_id="simpul-portal",
        username=account["nip"],
        password=account["password"],
    )

    assert answer.get_json()["error"] == "unsupported_grant_type"


def test_userinfo_tells_the_name_but_neither_nip_nor_contacts(door: Door):
    token = door.tokens()["access_token"]

    answer = door.app.test_client().get(
        "/oauth/userinfo", headers={"Authorization": f"Bearer {token}"}
    )

    assert set(answer.get_json()) == {"sub", "name", "zoneinfo"}
    assert answer.get_json()["name"] == "Andini Contoh, S.Kom."


def test_without_offline_access_there_is_no_refresh_token(door: Door):
    assert "refresh_token" not in door.tokens(scope="openid identity")


def test_a_challenge_of_this_test_is_what_the_rfc_says():
    # RFC 7636, appendix B.
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
