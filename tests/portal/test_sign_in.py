import base64
import hashlib
import time
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.portal.stage_set import (
    PERSON,
    URL,
    FakeEdge,
    begin,
    csrf_of,
    id_token,
    identity_answers,
    me,
    portal,
    problem,
    sign_in,
    token_answer,
)


def session_cookie(client: FlaskClient, name: str = "simpul") -> Any:
    return client.get_cookie(name, domain="simpul.test")


def finish(client: FlaskClient, edge: FakeEdge, token: Any = None, **query: str) -> Any:
    """Come back from identity; `token` makes the id_token from the nonce."""
    edge.answers |= identity_answers()
    asked = begin(client)
    made = token(asked["nonce"]) if token else id_token(asked["nonce"])
    edge.answers["POST", "/oauth/token"] = (200, token_answer(asked["nonce"], id_token=made))
    given = {"code": "c", "state": asked["state"], "iss": URL} | query
    return client.get("/portal/callback", query_string=given), asked


def test_a_sign_in_asks_for_a_code_with_pkce_state_and_nonce(client: FlaskClient):
    first, second = begin(client), begin(client)

    assert first["response_type"] == "code"
    assert first["redirect_uri"] == f"{URL}/portal/callback"
    assert first["code_challenge_method"] == "S256"
    assert "offline_access" in first["scope"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]


def test_a_sign_in_begun_at_another_address_moves_to_the_public_one_once(client: FlaskClient):
    moved = client.get("/portal/masuk?next=/portal/riwayat", base_url="http://localhost:8080")
    stays = client.get("/portal/masuk?pindah=1", base_url="http://localhost:8080")

    assert moved.headers["Location"] == f"{URL}/portal/masuk?next=%2Fportal%2Friwayat&pindah=1"
    assert stays.headers["Location"].startswith(f"{URL}/oauth/authorize?")


def test_the_code_is_exchanged_with_the_verifier_of_this_sign_in(
    client: FlaskClient, edge: FakeEdge
):
    done, asked = finish(client, edge)

    sent = edge.told("POST", "/oauth/token")[0].form
    digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
    assert done.headers["Location"] == "/portal/"
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
    assert sent["redirect_uri"] == f"{URL}/portal/callback"


def test_the_dashboard_greets_who_signed_in(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)

    page = client.get("/portal/").text

    assert "Andini Contoh, S.Kom." in page
    assert edge.told("GET", "/api/proposal/v1/proposals")[0].headers["authorization"] == (
        "Bearer access-1"
    )


@pytest.mark.parametrize(
    "query", [{"state": "somebody-elses"}, {"iss": "https://evil.example"}, {"state": ""}]
)
def test_an_answer_nobody_asked_for_is_refused_before_any_exchange(
    client: FlaskClient, edge: FakeEdge, query: dict[str, str]
):
    refused, _ = finish(client, edge, **query)

    assert refused.status_code == 400
    assert edge.told("POST", "/oauth/token") == []


def unsigned(nonce: str) -> str:
    head, body, _ = id_token(nonce).split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{head}.{body}."


def strangers(nonce: str) -> str:
    key = ECKey.generate_key("P-256", {"kid": "portal-test"})
    claims = {
        "iss": URL,
        "aud": "simpul-portal",
        "sub": PERSON,
        "nonce": nonce,
        "exp": 9_999_999_999,
    }
    return jwt.encode({"alg": "ES256", "kid": "portal-test"}, claims, key, algorithms=["ES256"])


@pytest.mark.parametrize(
    "token",
    [
        lambda _nonce: id_token("another-nonce"),
        lambda nonce: id_token(nonce, aud=["another-app"]),
        lambda nonce: id_token(nonce, iss="https://evil.example"),
        lambda nonce: id_token(nonce, exp=int(time.time()) - 60),
        unsigned,
        strangers,
        lambda _nonce: "",
    ],
    ids=["nonce", "audience", "issuer", "expired", "alg-none", "strange-key", "missing"],
)
def test_a_wrong_id_token_signs_nobody_in(client: FlaskClient, edge: FakeEdge, token: Any):
    refused, _ = finish(client, edge, token)

    assert refused.status_code == 400
    assert client.get("/portal/usulan").headers["Location"].startswith("/portal/masuk")


def test_an_id_token_of_somebody_else_signs_nobody_in(client: FlaskClient, edge: FakeEdge):
    other = "00000000-0000-7000-8000-000000000000"

    refused, _ = finish(client, edge, lambda nonce: id_token(nonce, sub=other))

    assert refused.status_code == 400
    assert client.get("/portal/usulan").headers["Location"].startswith("/portal/masuk")


def test_a_callback_works_once(client: FlaskClient, edge: FakeEdge):
    done, asked = finish(client, edge)

    again = client.get("/portal/callback", query_string={"code": "c", "state": asked["state"]})

    assert done.status_code == 302
    assert again.status_code == 400


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/portal/riwayat", "/portal/riwayat"),
        ("https://evil.example/portal/", "/portal/"),
        ("//evil.example", "/portal/"),
        ("/portal/\\evil.example", "/portal/"),
        ("/portal//evil.example", "/portal/"),
        ("/portal/x%0D%0AA:b", "/portal/"),
        ("/portal/../masuk", "/portal/"),
        ("/masuk", "/portal/"),
    ],
)
def test_after_signing_in_one_lands_on_our_own_pages_only(
    client: FlaskClient, edge: FakeEdge, wanted: str, reached: str
):
    edge.answers |= identity_answers()
    asked = begin(client, f"?next={wanted}")
    edge.answers["POST", "/oauth/token"] = (200, token_answer(asked["nonce"]))

    done = client.get(f"/portal/callback?code=c&state={asked['state']}")

    assert done.headers["Location"] == reached


def test_the_session_is_sealed_and_out_of_reach_of_scripts(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    client.get("/portal/")

    for cookie in (session_cookie(client), session_cookie(client, "simpul_who")):
        assert "access-1" not in cookie.value
        assert cookie.http_only
        assert cookie.same_site == "Lax"
        assert len(cookie.value) < 3800


def test_a_slow_answer_of_another_tab_does_not_bring_old_tokens_back(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)

    page = client.get("/portal/")  # counts notices, so the session changes

    written = [header.split("=")[0] for header in page.headers.getlist("Set-Cookie")]
    assert written == ["simpul"]


def test_leaving_takes_both_cookies_away(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    client.post("/portal/keluar", data={"csrf_token": csrf_of(client)})

    assert session_cookie(client, "simpul_who") is None
    assert session_cookie(client) is None


def test_on_https_the_cookie_is_pinned_to_this_host(edge: FakeEdge):
    client = portal(edge, PUBLIC_URL="https://simpul.test")

    client.get("/portal/masuk", base_url="https://simpul.test")
    cookie = session_cookie(client, "__Host-simpul")

    assert cookie.secure
    assert cookie.path == "/"


def test_a_new_sign_in_gets_a_new_form_secret(client: FlaskClient, edge: FakeEdge):
    before = csrf_of(client)
    sign_in(client, edge)

    assert csrf_of(client) != before


def test_an_old_token_is_renewed_once_and_the_name_with_it(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    fresh = {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": 600}
    edge.answers["POST", "/oauth/token"] = (200, fresh)
    edge.answers["GET", "/api/identity/v1/me"] = (200, me() | {"full_name": "Andini Baru, M.Si."})

    with time_machine.travel(time.time() + 590):
        page = client.get("/portal/usulan")
        client.get("/portal/usulan")

    renewals = edge.told("POST", "/oauth/token")
    assert [renewal.form["refresh_token"] for renewal in renewals] == ["refresh-1"]
    bearers = [
        proposal.headers["authorization"]
        for proposal in edge.told("GET", "/api/proposal/v1/proposals")
    ]
    assert bearers == ["Bearer access-2"] * 2
    assert "Andini Baru, M.Si." in page.text


def test_a_dead_refresh_token_leads_to_the_sign_in_and_back(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    edge.answers["POST", "/oauth/token"] = (400, {"error": "invalid_grant"})

    with time_machine.travel(time.time() + 590):
        sent_away = client.get("/portal/usulan?q=a")

    assert sent_away.headers["Location"] == "/portal/masuk?next=/portal/usulan?q%3Da"


def test_a_revoked_session_asks_to_sign_in_but_never_in_circles(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    edge.answers["GET", "/api/proposal/v1/proposals"] = (401, problem(401, "token_revoked"))

    at_once = client.get("/portal/usulan")
    sign_in(client, edge)
    edge.answers["GET", "/api/proposal/v1/proposals"] = (401, problem(401, "token_revoked"))
    with time_machine.travel(time.time() + 60):
        later = client.get("/portal/usulan")

    assert at_once.status_code == 403
    assert later.status_code == 302


def test_a_post_after_the_session_is_not_lost_silently(client: FlaskClient, edge: FakeEdge):
    token = csrf_of(client)

    page = client.post("/portal/pemberitahuan/dibaca", data={"csrf_token": token})

    assert page.status_code == 401
    assert "Sesi Anda berakhir" in page.text


def test_leaving_revokes_the_token_and_ends_both_sessions(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)

    gone = client.post("/portal/keluar", data={"csrf_token": csrf_of(client)})

    assert edge.told("POST", "/oauth/revoke")[0].form["token"] == "refresh-1"
    assert gone.headers["Location"].startswith(f"{URL}/oauth/logout?")
    assert "id_token_hint=ey" in gone.headers["Location"]
    assert client.get("/portal/usulan").status_code == 302


def test_leaving_works_while_identity_is_down(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    edge.answers["POST", "/oauth/revoke"] = (503, problem(503, "unavailable"))

    assert client.post("/portal/keluar", data={"csrf_token": csrf_of(client)}).status_code == 302
