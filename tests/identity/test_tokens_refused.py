"""Tokens that must never open anything."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from tests.builders.tokens import Signer
from tests.identity.desk import Desk

Forge = Callable[[Signer, dict[str, Any]], str]


def _encode(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unsigned(algorithm: str) -> Forge:
    def forge(_signer: Signer, claims: dict[str, Any]) -> str:
        head = {"alg": algorithm, "typ": "at+jwt", "kid": "test"}
        return f"{_encode(head)}.{_encode(claims)}."

    return forge


def _public_key_as_hmac_secret(signer: Signer, claims: dict[str, Any]) -> str:
    body = f"{_encode({'alg': 'HS256', 'typ': 'at+jwt', 'kid': 'test'})}.{_encode(claims)}"
    secret = json.dumps(signer.key.as_dict(private=False)).encode()
    return f"{body}.{_encode(hmac.new(secret, body.encode(), hashlib.sha256).digest())}"


def _stranger(signer: Signer, claims: dict[str, Any]) -> str:
    return Signer().sign(claims)


def _own_key_in_header(_signer: Signer, claims: dict[str, Any]) -> str:
    key = ECKey.generate_key("P-256")
    head = {"alg": "ES256", "typ": "at+jwt", "jwk": key.as_dict(private=False)}
    return jwt.encode(head, claims, key, algorithms=["ES256"])


def _key_from_elsewhere(_signer: Signer, claims: dict[str, Any]) -> str:
    key = ECKey.generate_key("P-256")
    head = {"alg": "ES256", "typ": "at+jwt", "kid": "test", "jku": "https://evil.example/jwks"}
    return jwt.encode(head, claims, key, algorithms=["ES256"])


def _rsa(_signer: Signer, claims: dict[str, Any]) -> str:
    key = RSAKey.generate_key(2048, {"kid": "test"})
    return jwt.encode(
        {"alg": "RS256", "typ": "at+jwt", "kid": "test"}, claims, key, algorithms=["RS256"]
    )


def _changed_payload(signer: Signer, claims: dict[str, Any]) -> str:
    head, _, signature = signer.sign(claims | {"scope": ""}).split(".")
    return f"{head}.{_encode(claims)}.{signature}"


def _cut(signer: Signer, claims: dict[str, Any]) -> str:
    return signer.sign(claims)[:-10]


@pytest.fixture
def claims(desk: Desk) -> dict[str, Any]:
    at = int(time.time())
    return {
        "iss": "http://simpul.test",
        "aud": "simpul",
        "sub": str(desk.id_of("applicant")),
        "client_id": "simpul-portal",
        "region": "demo",
        "scope": "identity",
        "iat": at,
        "exp": at + 600,
        "jti": "x",
    }


def _status(desk: Desk, token: str) -> int:
    return desk.service.call("GET", "/api/identity/v1/me", token=token).status_code


def test_the_honest_token_of_these_tests_is_taken(desk: Desk, claims: dict[str, Any]):
    assert _status(desk, desk.service.signer.sign(claims)) == 200


@pytest.mark.parametrize(
    "forge",
    [
        *(_unsigned("none"), _unsigned("None"), _unsigned("ES256"), _public_key_as_hmac_secret),
        *(_stranger, _own_key_in_header, _key_from_elsewhere, _rsa, _changed_payload, _cut),
    ],
)
def test_a_forged_token_is_refused(desk: Desk, claims: dict[str, Any], forge: Forge):
    assert _status(desk, forge(desk.service.signer, claims)) == 401


@pytest.mark.parametrize(
    "change",
    [
        {"exp": 1_700_000_000},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"iss": "http://evil.test"},
        {"aud": "another"},
        {"aud": ["another"]},
        {"sub": "not-a-uuid"},
        {"region": "*"},
        {"exp": "soon"},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(
    desk: Desk, claims: dict[str, Any], change: dict[str, Any]
):
    assert _status(desk, desk.service.signer.sign(claims | change)) == 401


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "client_id", "region", "exp", "iat"])
def test_a_token_without_a_claim_is_refused(desk: Desk, claims: dict[str, Any], claim: str):
    del claims[claim]

    assert _status(desk, desk.service.signer.sign(claims)) == 401


@pytest.mark.parametrize("typ", ["JWT", "id+jwt", "receipt+jwt", ""])
def test_a_token_of_another_type_is_refused(desk: Desk, claims: dict[str, Any], typ: str):
    assert _status(desk, desk.service.signer.sign(claims, typ=typ)) == 401


def test_no_header_says_who_somebody_is(desk: Desk):
    answer = desk.service.call(
        "GET",
        "/api/identity/v1/me",
        headers={"X-User": str(desk.id_of("sysadmin")), "X-Region": "demo"},
    )

    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"


def test_somebody_of_another_region_is_nobody_here(desk: Desk, claims: dict[str, Any]):
    assert _status(desk, desk.service.signer.sign(claims | {"region": "lain"})) == 404


def test_tokens_from_before_a_revocation_are_dead_and_later_ones_live(
    desk: Desk, claims: dict[str, Any]
):
    old = desk.service.signer.sign(claims)
    path = f"/employees/{desk.id_of('applicant')}/sessions/revoke"

    assert desk.call("bkpsdm_admin", "POST", path).status_code == 204

    assert _status(desk, old) == 401
    assert _status(desk, desk.service.signer.sign(claims | {"iat": claims["iat"] + 3})) == 200
