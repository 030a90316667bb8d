"""Lists, tracking, notices, the public status page, languages; and when the API is away."""

import json
import re
from typing import Any, cast

import pytest
import structlog
from flask.testing import FlaskClient
from jinja2 import BaseLoader

from portal.transport import Answer, EdgeUnreachable
from portal.words import bytes_text, day, moment, month
from tests.portal.stage_set import (
    API,
    PERSON,
    PROPOSAL,
    FakeEdge,
    a_proposal,
    csrf_of,
    knows,
    page_of,
    portal,
    problem,
    sign_in,
)

NOTICES = "/api/notification/v1/notices"
NOTICE = "01a20000-0000-7000-8000-0000000000cc"
PATH = f"{API}/proposals/{PROPOSAL}"


def test_running_and_finished_proposals_are_two_searchable_lists(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    found = page_of(a_proposal(stage="revision"))
    found["page"] = {"next_cursor": "n+x/y", "has_more": True}
    edge.answers["GET", f"{API}/proposals"] = (200, found)

    page = client.get("/portal/usulan?q=bebas").text
    client.get("/portal/riwayat?cursor=c1")

    first, second = edge.told("GET", f"{API}/proposals")
    assert first.query == {"state": "open", "q": "bebas", "limit": "10"}
    assert second.query == {"state": "final", "cursor": "c1", "limit": "10"}
    assert "?q=bebas&amp;cursor=n%2Bx%2Fy" in page
    assert f'href="/portal/usulan/{PROPOSAL}/isi">Revisi' in page


def test_a_version_of_a_layanan_is_fetched_once_however_often_it_is_shown(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    knows(edge, a_proposal(stage="opd_head_approval", allowed_actions=[]))

    pages = [client.get(f"/portal/usulan/{PROPOSAL}") for _ in range(3)]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert [call.query for call in edge.told("GET", PATH)] == [{"definition": "false"}] * 3
    assert len(edge.told("GET", f"{API}/layanan/bebas_hukdis/versions/3")) == 1


def test_a_service_that_still_sends_the_definition_along_is_not_asked_for_it(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    knows(edge, a_proposal(stage="opd_head_approval", allowed_actions=[]))
    edge.answers["GET", PATH] = (200, a_proposal(stage="opd_head_approval"), {"ETag": '"1"'})

    assert client.get(f"/portal/usulan/{PROPOSAL}").status_code == 200
    assert edge.told("GET", f"{API}/layanan/bebas_hukdis/versions/3") == []


def test_a_proposal_shows_position_holder_since_and_expected_end(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    knows(edge, a_proposal(stage="opd_head_approval", allowed_actions=[]))
    edge.answers["GET", f"{PATH}/tracking"] = (
        200,
        {
            "holders": [{"id": "x", "name": "Fajar Contoh", "acting": "plt"}],
            "since": "2026-04-01T23:30:00+00:00",
            "due": "2026-04-03",
            "expected_end": "2026-04-10",
        },
    )

    page = client.get(f"/portal/usulan/{PROPOSAL}").text

    assert "Plt. Fajar Contoh" in page
    assert "2 April 2026, 07.30 WITA" in page
    assert "10 April 2026" in page
    assert '<li class="done"><span>Verifikasi Umpeg' in page
    assert '<li class="here" aria-current="step"><span>Persetujuan Kepala OPD' in page
    assert '<li class="ahead"><span>Diproses BKPSDM' in page


def test_a_rejected_proposal_shows_where_it_stopped(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    knows(edge, a_proposal(stage="rejected", allowed_actions=[]))
    entry = {
        "action": "reject", "action_label": "Tolak", "from_stage": "opd_head_approval",
        "to_stage": "rejected", "actor_name": "Fajar Contoh", "acting": None, "note": "Tidak <b>",
        "reasons": [{"code": "document_wrong", "label": "Bukan dokumen ini",
        "target": "document:skp"}], "at": "2026-04-02T01:00:00+00:00",
    }  # fmt: skip
    edge.answers["GET", f"{PATH}/history"] = (200, {"data": [entry]})

    page = client.get(f"/portal/usulan/{PROPOSAL}").text

    assert '<li class="stopped"><span>Persetujuan Kepala OPD' in page
    assert "Tidak &lt;b&gt;" in page
    assert '<p class="what">Ditolak</p>' in page
    assert "<strong>Dokumen skp</strong>: Bukan dokumen ini" in page


def test_a_note_says_who_wrote_it_and_where(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    note = {
        "at": "2026-04-02T01:00:00+00:00", "stage": "secretary_verification", "acting": "plt",
        "actor_name": "Nusa Contoh", "note": "Lengkap.", "reasons": [],
    }  # fmt: skip
    notes = {"umpeg": [], "opd_head": [], "bkpsdm": [note], "bkpsdm_head": []}
    knows(edge, a_proposal(stage="bkpsdm_head_approval", allowed_actions=[], notes=notes))

    page = client.get(f"/portal/usulan/{PROPOSAL}").text

    assert "Plt. Nusa Contoh · Verifikasi Sekretaris BKPSDM · 2 April 2026" in page


@pytest.mark.parametrize(
    ("applicant", "back"),
    [(PERSON, '/portal/usulan">Daftar usulan'), ("x", '/portal/keputusan">Riwayat keputusan')],
)
def test_the_way_back_from_a_proposal_is_to_the_list_it_stands_in(
    client: FlaskClient, edge: FakeEdge, applicant: str, back: str
):
    sign_in(client, edge, "umpeg")
    person = {"id": applicant, "name": "Contoh", "nip": "199001012015011901"}
    knows(edge, a_proposal(stage="opd_head_approval", allowed_actions=[], applicant=person))

    page = client.get(f"/portal/usulan/{PROPOSAL}").text

    assert f'<p class="crumb"><a href="{back}</a>' in page


def test_a_finished_proposal_offers_its_result(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    outcome = {
        "result": "ms", "label": "Memenuhi Syarat (MS)", "remark": None, "pickup_place": None,
        "document": {"name": "hasil.pdf"}, "fields": {},
    }  # fmt: skip
    knows(edge, a_proposal(stage="completed", result="ms", outcome=outcome, allowed_actions=[]))

    page = client.get(f"/portal/usulan/{PROPOSAL}").text

    assert f'href="/portal/usulan/{PROPOSAL}/dokumen/result">Unduh dokumen hasil' in page


def test_withdrawing_asks_first_and_names_the_version(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    knows(edge, a_proposal(stage="umpeg_verification", allowed_actions=["withdraw"]))
    edge.answers["POST", f"{PATH}/withdraw"] = (200, a_proposal(stage="withdrawn"))

    page = client.get(f"/portal/usulan/{PROPOSAL}").text
    data = {"csrf_token": csrf_of(client), "etag": '"1"', "key": "k"}
    client.post(f"/portal/usulan/{PROPOSAL}/batal", data=data)

    assert "Ya, batalkan" in page
    (sent,) = edge.told("POST", f"{PATH}/withdraw")
    assert (sent.headers["if-match"], sent.headers["idempotency-key"]) == ('"1"', "k")


def a_notice(**changes: Any) -> dict[str, Any]:
    return {
        "id": NOTICE,
        "about": f"proposal/{PROPOSAL}",
        "subject": "Usulan terkirim",
        "body": "Baris satu\nBaris dua",
        "created_at": "2026-04-01T01:00:00+00:00",
        "read_at": None,
    } | changes


def test_notices_open_what_they_are_about_and_are_read_then(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    edge.answers["GET", NOTICES] = (200, page_of(a_notice()))
    edge.answers["POST", f"{NOTICES}/{NOTICE}/read"] = (200, a_notice())

    page = client.get("/portal/pemberitahuan").text
    opened = client.post(
        f"/portal/pemberitahuan/{NOTICE}/dibaca",
        data={"csrf_token": csrf_of(client), "to": f"/portal/usulan/{PROPOSAL}"},
    )

    assert "Usulan terkirim" in page
    assert '<span class="badge">3</span>' in page
    assert opened.headers["Location"] == f"/portal/usulan/{PROPOSAL}"
    assert len(edge.told("POST", f"{NOTICES}/{NOTICE}/read")) == 1


def test_the_unread_count_is_asked_at_most_every_half_minute(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)

    for _ in range(5):
        client.get("/portal/usulan")

    assert len(edge.told("GET", f"{NOTICES}/counts")) == 1


def test_the_bell_agrees_with_the_list_of_notices(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    edge.answers["GET", f"{NOTICES}/counts"] = (200, {"unread": 0})
    client.get("/portal/usulan")
    edge.answers["GET", f"{NOTICES}/counts"] = (200, {"unread": 1})

    assert '<span class="badge">1</span>' in client.get("/portal/pemberitahuan").text


def test_pages_stand_while_notification_is_down(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    for path in (NOTICES, f"{NOTICES}/counts"):
        edge.answers["GET", path] = (503, problem(503, "unavailable"))

    assert client.get("/portal/").status_code == 200
    assert client.get("/portal/usulan").status_code == 200


def test_a_page_whose_service_is_down_says_so(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    edge.answers["GET", f"{API}/proposals"] = (503, problem(503, "unavailable"))

    page = client.get("/portal/usulan")

    assert page.status_code == 503
    assert "sedang tidak tersedia" in page.text
    assert 'href="/portal/usulan"' in page.text
    assert page.headers["Retry-After"] == "5"


def test_anybody_can_ask_for_a_status_with_number_and_code(client: FlaskClient, edge: FakeEdge):
    found = {
        "number": "DEMO/2026/1", "stage_label": "Validasi BKPSDM", "closed_at": None,
        "submitted_at": "2026-04-01T01:00:00+00:00", "stage_since": "2026-04-02T01:00:00+00:00",
        "expected_end": "2026-04-10",
    }  # fmt: skip
    edge.answers["POST", f"{API}/status"] = (200, found)

    data = {"csrf_token": csrf_of(client), "number": " DEMO/2026/1 ", "lookup_code": "abc123"}
    page = client.post("/portal/status", data=data).text

    (sent,) = edge.told("POST", f"{API}/status")
    assert sent.json == {"number": "DEMO/2026/1", "lookup_code": "ABC123"}
    assert "authorization" not in sent.headers
    assert "Validasi BKPSDM" in page


def test_a_wrong_code_tells_nothing(client: FlaskClient):
    data = {"csrf_token": csrf_of(client), "number": "DEMO/2026/1", "lookup_code": "x"}

    page = client.post("/portal/status", data=data)

    assert page.status_code == 404
    assert "tidak cocok" in page.text
    assert 'value="DEMO/2026/1"' in page.text


def test_what_is_wrong_takes_the_focus_wherever_it_stands(client: FlaskClient):
    environment = client.application.jinja_env
    loader = cast(BaseLoader, environment.loader)
    sources = [loader.get_source(environment, name)[0] for name in environment.list_templates()]

    banners = re.findall(r'<div class="banner failure"[^>]*>', "".join(sources))
    assert len(banners) >= 4
    assert all('role="alert" tabindex="-1" data-focus' in banner for banner in banners)


def test_the_language_follows_the_browser_until_it_is_chosen(client: FlaskClient, edge: FakeEdge):
    indonesian = client.get("/portal/").text
    english = client.get("/portal/", headers={"Accept-Language": "en-GB"}).text
    data = {"csrf_token": csrf_of(client), "language": "en", "next": "/portal/status"}
    switched = client.post("/portal/bahasa", data=data)
    chosen = client.get("/portal/", headers={"Accept-Language": "id"}).text

    assert "Masuk dengan NIP" in indonesian
    assert '<html lang="en">' in english
    assert switched.headers["Location"] == "/portal/status"
    assert "Sign in with your NIP" in chosen


def test_the_api_is_asked_in_the_readers_language_and_with_the_request_id(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)

    client.get("/portal/usulan", headers={"Accept-Language": "en", "X-Request-ID": "office-7-req"})

    (sent,) = edge.told("GET", f"{API}/proposals")
    assert sent.headers["accept-language"] == "en"
    assert sent.headers["x-request-id"] == "office-7-req"


def test_requests_are_counted_by_route_and_never_by_name(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    client.get(f"/portal/usulan/{PROPOSAL}")

    counted = client.get("/metrics").text

    assert 'route="/portal/usulan/<uuid:proposal_id>",service="portal",status="404"' in counted
    assert PROPOSAL not in counted


def test_a_visitors_calls_are_counted_against_the_visitors_address(
    client: FlaskClient, edge: FakeEdge
):
    seen: list[str] = []
    edge.answers["POST", f"{API}/status"] = lambda _sent: (404, problem(404, "not_found"))
    real = client.application.extensions["portal_transport"]

    def listening(call: Any) -> Any:
        seen.append(call.address)
        return real(call)

    client.application.extensions["portal_transport"] = listening
    data = {"csrf_token": csrf_of(client), "number": "1", "lookup_code": "x"}
    client.post("/portal/status", data=data, environ_base={"REMOTE_ADDR": "10.1.2.3"})

    assert seen == ["10.1.2.3"]


def test_the_address_without_its_slash_leads_to_the_portal(client: FlaskClient):
    assert client.get("/portal").headers["Location"] == "/portal/"


def test_pages_stay_small(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge, "umpeg")
    edge.answers["GET", f"{API}/proposals"] = (200, page_of(*[a_proposal() for _ in range(10)]))
    parts = [client.get("/portal/usulan").data]
    for name in ("portal.css", "portal.js", "simpul.svg"):
        with client.get(f"/portal/static/{name}") as answer:
            parts.append(answer.data)

    assert sum(map(len, parts)) < 60_000


def test_a_fault_of_ours_shows_no_trace_and_logs_no_token(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    edge.answers["GET", f"{API}/proposals"] = (200, {"unexpected": True})

    with structlog.testing.capture_logs() as logs:
        page = client.get("/portal/usulan")

    assert page.status_code == 500
    assert "Traceback" not in page.text
    assert [log["event"] for log in logs] == ["portal_failed"]
    assert "access-1" not in json.dumps(logs, default=str)
    assert "refresh-1" not in json.dumps(logs, default=str)


def test_an_unreachable_edge_is_explained(edge: FakeEdge, monkeypatch: pytest.MonkeyPatch):
    client = portal(edge)
    sign_in(client, edge)

    def gone(_call: Any) -> Answer:
        raise EdgeUnreachable

    monkeypatch.setitem(client.application.extensions, "portal_transport", gone)

    assert client.get("/portal/usulan").status_code == 503


@pytest.mark.parametrize(
    ("size", "text"),
    [(1_048_576, "1 MB"), (512_000, "500 KB"), (802, "802 byte"), (1_572_864, "1,5 MB")],
)
def test_sizes_are_written_as_the_requirement_lists_do(size: int, text: str):
    assert bytes_text(size) == text


def test_dates_are_written_out_in_the_regions_time(client: FlaskClient):
    with client.application.test_request_context("/portal/"):
        assert day("2026-04-01") == "1 April 2026"
        assert month("2026-08") == "Agustus 2026"
        assert moment("2026-12-31T23:30:00+00:00") == "1 Januari 2027, 06.30 WIB"
        assert moment("2026-12-31T23:30:00+00:00", "Asia/Jayapura") == "1 Januari 2027, 08.30 WIT"
        assert moment(None) == "–"
