"""Services signing in by themselves, discovery, and the published keys."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from werkzeug.test import TestResponse

from chassis.process.clock import now
from chassis.process.regions import all_regions
from services.identity import queries
from services.identity.usecases import signing_keys
from tests.builders.service import SECRET
from tests.identity.door import Door


def _ask(door: Door, secret: str = SECRET, **fields: str) -> TestResponse:
    basic = base64.b64encode(f"svc-identity:{secret}".encode()).decode()
    return door.app.test_client().post(
        "/oauth/token",
        data={"grant_type": "client_credentials", **fields},
        headers={"Authorization": f"Basic {basic}"},
    )


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


def test_a_service_gets_a_token_of_five_minutes_that_is_no_person(door: Door):
    answer = _ask(door, scope="events.read").get_json()

    claims = _claims(answer["access_token"])
    assert claims["sub"] == "client:svc-identity"
    assert claims["exp"] - claims["iat"] == 300
    assert claims["scope"] == "events.read"
    assert "amr" not in claims
    assert "refresh_token" not in answer


def test_the_token_reads_the_log_but_is_nobody(door: Door):
    token = _ask(door, scope="events.read").get_json()["access_token"]
    client = door.app.test_client()
    headers = {"Authorization": f"Bearer {token}"}

    assert client.get("/api/identity/v1/events", headers=headers).status_code == 200
    assert client.get("/api/identity/v1/me", headers=headers).status_code == 403


def test_a_wrong_secret_gets_nothing(door: Door):
    answer = _ask(door, secret="guess")

    assert answer.status_code == 401
    assert answer.get_json()["error"] == "invalid_client"


def test_a_scope_that_was_not_given_is_not_in_the_token(door: Door):
    answer = _ask(door, scope="events.read contacts.read").get_json()

    assert answer["scope"] == "events.read"


def test_a_service_cannot_come_without_its_secret(door: Door):
    answer = door.token(grant_type="client_credentials", client_id="svc-identity")

    assert answer.status_code == 401


def test_an_application_of_people_cannot_be_a_service(door: Door):
    answer = door.token(grant_type="client_credentials", client_id="simpul-portal")

    assert answer.status_code == 401


def test_discovery_tells_where_everything_is(door: Door):
    told = door.app.test_client().get("/.well-known/openid-configuration").get_json()

    assert told["issuer"] == "http://simpul.test"
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["response_types_supported"] == ["code"]
    assert "password" not in told["grant_types_supported"]
    for name in ("authorization", "token", "userinfo", "end_session", "revocation"):
        path = told[f"{name}_endpoint"].removeprefix("http://simpul.test")
        adapter = door.app.url_map.bind("simpul.test")
        assert adapter.allowed_methods(path)


def _published(door: Door) -> list[dict[str, Any]]:
    return list(door.app.test_client().get("/.well-known/jwks.json").get_json()["keys"])


def test_published_keys_are_public_only(door: Door):
    keys = _published(door)

    assert len(keys) == 1
    assert set(keys[0]) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_private_keys_lie_sealed_in_the_database(door: Door):
    with door.app.app_context():
        row = signing_keys.db.session.scalars(signing_keys.select(signing_keys.SigningKey)).one()

    assert '"d"' not in row.private_sealed
    assert "d" not in row.public_jwk


def test_two_keys_are_live_while_they_change_and_old_tokens_stay_good(door: Door):
    before = _ask(door, scope="events.read").get_json()["access_token"]
    with door.app.app_context():
        signing_keys.rotate()
    assert len(_published(door)) == 2

    with time_machine.travel(now() + timedelta(minutes=4)):
        assert _kid(_ask(door).get_json()["access_token"]) == _kid(before)
        assert _reads_log(door, before) == 200
    with time_machine.travel(now() + timedelta(minutes=16)):
        after = _ask(door, scope="events.read").get_json()["access_token"]
        assert _kid(after) != _kid(before)
        assert _reads_log(door, after) == 200


def test_a_key_that_was_replaced_is_trusted_no_longer_than_its_last_token(door: Door):
    """It may have been stolen: a month of its own would be a month of the thief's tokens."""
    start, first = now(), _published(door)[0]["kid"]
    with door.app.app_context(), time_machine.travel(start) as clock:
        signing_keys.rotate()
        clock.move_to(start + timedelta(minutes=70))
        while_tokens_live = [key["kid"] for key in signing_keys.published()]
        clock.move_to(start + timedelta(minutes=80))
        afterwards = [key["kid"] for key in signing_keys.published()]

    assert first in while_tokens_live
    assert afterwards == [kid for kid in while_tokens_live if kid != first]
    assert afterwards


@pytest.mark.parametrize("minutes", [1, 7, 14])
def test_at_every_moment_some_key_signs_however_often_it_is_changed(door: Door, minutes: int):
    """A second click, or somebody who goes on clicking, must not leave everybody without one."""
    start = now()
    with door.app.app_context(), all_regions(), time_machine.travel(start) as clock:
        for n in range(40):
            signing_keys.signing_key()
            if n % minutes == 0 and n < 30:
                signing_keys.rotate()
                signing_keys.rotate()
            clock.shift(timedelta(minutes=1))
        assert len(signing_keys.published()) > 1


def test_keys_change_by_themselves_and_old_ones_disappear(door: Door):
    start = now()
    first = _published(door)[0]["kid"]

    with door.app.app_context(), time_machine.travel(start) as clock:
        clock.move_to(start + timedelta(days=29))
        signing_keys.keep_keys()
        two = [key["kid"] for key in signing_keys.published()]
        clock.move_to(start + timedelta(days=31))
        signing_keys.keep_keys()
        one = [key["kid"] for key in signing_keys.published()]

    assert len(two) == 2
    assert first in two
    assert one == [kid for kid in two if kid != first]


def _kid(token: str) -> str:
    head = token.split(".", maxsplit=1)[0]
    return str(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"])


def _reads_log(door: Door, token: str) -> int:
    answer = door.app.test_client().get(
        "/api/identity/v1/events", headers={"Authorization": f"Bearer {token}"}
    )
    return answer.status_code


JUNK = ("é", '"', "\x00", "a\\b", "x" * 5000)


def test_junk_at_the_token_endpoint_is_a_clean_refusal(door: Door):
    for field in ("grant_type", "client_id", "code", "refresh_token", "scope"):
        for grant_type in ("authorization_code", "refresh_token", "client_credentials"):
            for junk in JUNK:
                fields = {"grant_type": grant_type, "client_id": "simpul-portal", "code": "x"}
                answer = door.token(**{**fields, "refresh_token": "x", field: junk})

                assert answer.status_code in (400, 401), (field, grant_type, junk)
                assert answer.get_json()["error"]


@pytest.mark.parametrize(
    "field",
    [
        *("response_type", "client_id", "redirect_uri", "scope"),
        *("state", "nonce", "prompt", "code_challenge"),
    ],
)
def test_junk_at_the_authorization_endpoint_is_a_clean_answer(door: Door, field: str):
    for browser in (door.browser(), door.signed_in("applicant")):
        for junk in JUNK:
            answer = door.authorize(browser, **{field: junk})

            assert answer.status_code in (302, 400), junk


@pytest.mark.parametrize("junk", ["simpul\x00portal", "\x00"])
def test_no_database_is_asked_for_what_it_cannot_hold(
    door: Door, monkeypatch: pytest.MonkeyPatch, junk: str
):
    asked: list[str] = []
    monkeypatch.setattr(queries, "client", asked.append)
    basic = {"Authorization": f"Basic {base64.b64encode(f'{junk}:x'.encode()).decode()}"}
    client = {"grant_type": "client_credentials"}

    answers = [
        door.token(grant_type="client_credentials", client_id=junk, client_secret="x"),
        door.app.test_client().post("/oauth/token", data=client, headers=basic),
        door.authorize(door.browser(), client_id=junk),
        door.browser().get("/oauth/logout", query_string={"client_id": junk}),
    ]

    assert asked == []
    assert [answer.status_code for answer in answers] == [400, 401, 400, 200]
