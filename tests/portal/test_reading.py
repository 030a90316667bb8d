"""The public status page, languages, the first page; and when the API is away."""

import json
import re
from typing import Any, cast

import pytest
import structlog
from flask.testing import FlaskClient
from jinja2 import BaseLoader

from portal.shell.transport import Answer, EdgeUnreachable
from portal.shell.words import day, moment, month
from portal.shell.words import size as written_size
from tests.portal.stage_set import (
    API,
    PROPOSAL,
    FakeEdge,
    csrf_of,
    page_of,
    portal,
    problem,
    sign_in,
)
from tests.portal.told import a_proposal, said

NOTICES = "/api/notification/v1/notices"
PATH = f"{API}/proposals/{PROPOSAL}"


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


@pytest.mark.parametrize(
    ("stage", "frame"),
    [("processing", "good"), ("completed", ""), ("rejected", "bad"), ("revision", "attention")],
)
def test_only_what_goes_well_stands_in_green(
    client: FlaskClient, edge: FakeEdge, stage: str, frame: str
):
    at = "2026-04-01T01:00:00+00:00"
    status = {"number": "1", "stage": stage, "stage_label": said(stage), "closed_at": None}
    status |= {"submitted_at": at, "stage_since": at, "expected_end": None}
    edge.answers["POST", f"{API}/status"] = (200, status)

    data = {"csrf_token": csrf_of(client), "number": "1", "lookup_code": "x"}
    page = client.post("/portal/status", data=data).text

    assert f'<section class="card {frame}"><h2>{said(stage)}' in page


@pytest.mark.parametrize(
    ("zone", "day"), [("Asia/Jakarta", "1 April"), ("Asia/Jayapura", "2 April")]
)
def test_a_visitor_reads_days_of_the_region_of_the_case(
    client: FlaskClient, edge: FakeEdge, zone: str, day: str
):
    at = "2026-04-01T16:00:00+00:00"
    status = {"number": "1", "stage_label": "Validasi", "submitted_at": at, "stage_since": at}
    told = status | {"closed_at": None, "expected_end": None, "zone": zone}
    edge.answers["POST", f"{API}/status"] = (200, told)

    page = client.post("/portal/status", data={"csrf_token": csrf_of(client), "number": "1"}).text

    assert f"{day} 2026" in page


def test_a_wrong_code_tells_nothing(client: FlaskClient):
    data = {"csrf_token": csrf_of(client), "number": "DEMO/2026/1", "lookup_code": "x"}

    page = client.post("/portal/status", data=data)

    assert page.status_code == 404
    assert "tidak cocok" in page.text
    assert 'value="DEMO/2026/1"' in page.text


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
def test_sizes_are_written_as_the_requirement_lists_do(client: FlaskClient, size: int, text: str):
    with client.application.test_request_context("/portal/"):
        assert written_size(size) == text


def test_dates_are_written_out_in_the_regions_time(client: FlaskClient):
    with client.application.test_request_context("/portal/"):
        assert day("2026-04-01") == "1 April 2026"
        assert day("2026-11-28T20:22:00+00:00") == "29 November 2026"
        assert month("2026-08") == "Agustus 2026"
        assert moment("2026-12-31T23:30:00+00:00") == "1 Januari 2027 pukul 06.30 WIB"
        assert moment("2026-12-31T23:30:00+00:00", "Asia/Jayapura").endswith("08.30 WIT")
        assert moment(None) == "–"


def test_what_is_wrong_takes_the_focus_wherever_it_stands(client: FlaskClient):
    environment = client.application.jinja_env
    loader = cast(BaseLoader, environment.loader)
    sources = [loader.get_source(environment, name)[0] for name in environment.list_templates()]

    banners = re.findall(r'<div class="banner failure"[^>]*>', "".join(sources))
    assert len(banners) >= 4
    assert all('role="alert" tabindex="-1" data-focus' in banner for banner in banners)
