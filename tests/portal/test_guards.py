import pytest
from flask.testing import FlaskClient

from chassis.process.config import SettingsInvalid
from portal.shell.app import create_app
from tests.portal.stage_set import API, PROPOSAL, SECRET, URL, FakeEdge, csrf_of, portal, sign_in

OTHER = "another-secret-of-32-characters-or-more"


@pytest.mark.parametrize("token", [None, "", "guessed", "x" * 32])
def test_a_post_without_the_sessions_secret_is_refused(
    client: FlaskClient, edge: FakeEdge, token: str | None
):
    sign_in(client, edge)
    data = {} if token is None else {"csrf_token": token}

    refused = client.post("/portal/pemberitahuan/dibaca", data=data)

    assert refused.status_code == 403
    assert edge.told("POST", "/api/notification/v1/notices/read-all") == []


def test_a_program_is_refused_with_a_problem_and_a_browser_with_a_page(client: FlaskClient):
    problem = client.get("/portal/tidak-ada", headers={"Accept": "application/json"})
    page = client.get("/portal/tidak-ada", headers={"Accept": "text/html,*/*;q=0.8"})

    assert problem.content_type == "application/problem+json"
    assert (problem.json["status"], problem.json["code"]) == (404, "not_found")
    assert problem.json["title"] == "Halaman tidak ditemukan"
    assert (page.status_code, page.mimetype) == (404, "text/html")


@pytest.mark.parametrize("field", ["etag", "key"])
@pytest.mark.parametrize("value", ['"1"\r\nX-Evil: 1', "😀", "\x00"])
def test_what_no_header_can_hold_is_not_sent_as_one(
    officer: FlaskClient, edge: FakeEdge, field: str, value: str
):
    form = {
        "csrf_token": csrf_of(officer),
        "etag": '"1"',
        "result": "ms",
        "confirmed": "1",
        field: value,
    }

    answer = officer.post(f"/portal/tugas/{PROPOSAL}/hasil", data=form)

    assert answer.status_code < 500
    for call in edge.told("POST", f"{API}/proposals/{PROPOSAL}/result"):
        sent = f"{call.headers.get('if-match')} {call.headers.get('idempotency-key')}"
        assert sent.isascii()
        assert "x-evil" not in call.headers


def test_a_post_from_another_site_is_refused_even_with_the_secret(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)

    refused = client.post(
        "/portal/keluar",
        data={"csrf_token": csrf_of(client)},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert refused.status_code == 403


def moved(client: FlaskClient, edge: FakeEdge, secrets: str) -> FlaskClient:
    """Take the session cookie to a portal started with other secrets."""
    cookie = client.get_cookie("simpul_who", domain="simpul.test")
    assert cookie
    other = portal(edge, SECRET_PORTAL=secrets)
    other.set_cookie("simpul_who", cookie.value, domain="simpul.test")
    return other


def test_a_session_survives_the_rotation_of_the_secret(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)

    assert moved(client, edge, f"{OTHER},{SECRET}").get("/portal/usulan").status_code == 200
    assert moved(client, edge, OTHER).get("/portal/usulan").status_code == 302


def test_a_cookie_somebody_changed_is_no_session(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    cookie = client.get_cookie("simpul_who", domain="simpul.test")
    assert cookie
    client.set_cookie("simpul_who", cookie.value[:-6] + "AAAAA=", domain="simpul.test")

    assert client.get("/portal/usulan").status_code == 302


def test_every_page_forbids_foreign_and_inline_content(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge, "umpeg")

    for path in ("/portal/", "/portal/usulan", "/portal/status", "/portal/nowhere"):
        page = client.get(path)
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert " style=" not in page.text
        assert "<script>" not in page.text
        assert " onclick" not in page.text
        assert page.headers["Cache-Control"] == "no-store"


def test_no_page_can_be_framed(client: FlaskClient, edge: FakeEdge):
    for path in ("/portal/", "/portal/masuk", "/portal/nowhere"):
        assert "frame-ancestors 'none'" in client.get(path).headers["Content-Security-Policy"]


def test_every_page_of_somebody_signed_in_shows_the_way_out(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge, "umpeg")

    for path in ("/portal/", "/portal/usulan", "/portal/status", "/portal/nowhere"):
        assert 'action="/portal/keluar"' in client.get(path).text, path


@pytest.mark.parametrize("missing", ["PUBLIC_URL", "SECRET_PORTAL"])
def test_a_missing_setting_stops_the_start(missing: str):
    config = {"PUBLIC_URL": URL, "SECRET_PORTAL": SECRET}
    del config[missing]

    with pytest.raises(SettingsInvalid, match=missing):
        create_app(config, edge=FakeEdge())


def test_a_short_secret_stops_the_start():
    with pytest.raises(SettingsInvalid, match="at least 32"):
        create_app({"PUBLIC_URL": URL, "SECRET_PORTAL": "short"}, edge=FakeEdge())


def test_local_calls_need_the_edge_in_this_process():
    with pytest.raises(SettingsInvalid, match="PEERS_URL"):
        create_app({"PUBLIC_URL": URL, "SECRET_PORTAL": SECRET})
