"""Security events: a page for whom identity shows them, with a filter, a file and alarms."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import FakeEdge, csrf_of, page_of, problem, sign_in

IDENTITY = "/api/identity/v1"
EVENTS = f"{IDENTITY}/security-events"
ENTRY = 'href="/portal/keamanan"'
PERSON = "0190a000-0000-7000-8000-000000000007"


def an_event(**facts: Any) -> dict[str, Any]:
    return {
        "id": "0190a000-0000-7000-8000-000000000001",
        "noted_at": "2026-04-01T01:00:00+00:00",
        "kind": "export",
        "kind_label": "Daftar diunduh",
        "why": "xlsx",
        "why_label": "Excel",
        "amount": 24,
        "actor_id": PERSON,
        "actor_name": "Sagu Contoh",
        "person_id": None,
        "person_name": None,
        "client_id": "simpul-portal",
        "thing": "/api/identity/v1/employees",
        "source": "identity",
        **facts,
    }


@pytest.fixture
def auditor(client: FlaskClient, edge: FakeEdge) -> FlaskClient:
    sign_in(client, edge, "auditor")
    may = {"events": True, "alarms": True, "alarms_lately": 1}
    alarm = {
        "id": "0190a000-0000-7000-8000-000000000002",
        "raised_at": "2026-04-01T01:00:00+00:00",
        "threshold": "access_refused",
        "threshold_label": "Akses satu orang yang ditolak",
        "amount": 30,
        "person_id": PERSON,
        "person_name": "Sagu Contoh",
        "closed_at": None,
        "closed_by_name": None,
    }
    edge.answers["GET", f"{IDENTITY}/me/security"] = (200, may)
    edge.answers["GET", f"{IDENTITY}/security-alarms"] = (200, page_of(alarm))
    kinds = {"kinds": [{"code": "export", "label": "Daftar diunduh"}]}
    edge.answers["GET", f"{EVENTS}/kinds"] = (200, kinds)
    edge.answers["GET", EVENTS] = (200, page_of(an_event()))
    return client


def test_the_page_shows_alarms_and_events_in_words(auditor: FlaskClient):
    front, page = auditor.get("/portal/").text, auditor.get("/portal/keamanan").text

    assert "Peringatan keamanan dalam tujuh hari: 1" in front
    assert f'{ENTRY}>Peristiwa keamanan <span class="count">1</span>' in front
    assert "Akses satu orang yang ditolak: 30 (Sagu Contoh)" in page
    assert "Daftar diunduh: Excel (24×)" in page
    assert f"/portal/keamanan?person_id={PERSON}" in page


def test_days_are_asked_for_as_the_region_counts_them(auditor: FlaskClient, edge: FakeEdge):
    auditor.get("/portal/keamanan?kind=export&noted_at_from=2026-04-01&noted_at_until=2026-04-02")

    [asked] = [call.query for call in edge.told("GET", EVENTS)]
    assert asked["kind"] == "export"
    assert asked["noted_at_from"] == "2026-04-01T00:00:00+08:00"
    assert asked["noted_at_until"] == "2026-04-02T23:59:59.999999+08:00"


def test_a_file_has_the_filter_of_the_page(auditor: FlaskClient, edge: FakeEdge):
    auditor.get("/portal/keamanan/unduh?kind=export&format=csv")

    [asked] = [call.query for call in edge.told("GET", EVENTS)]
    assert asked == {"kind": "export", "format": "csv"}


def test_an_nip_that_is_typed_never_stands_in_an_address(auditor: FlaskClient, edge: FakeEdge):
    edge.answers["POST", f"{EVENTS}/person"] = (200, {"id": PERSON, "full_name": "Sagu Contoh"})
    typed = {"nip": "199505052020121918", "csrf_token": csrf_of(auditor)}

    answer = auditor.post("/portal/keamanan/orang", data=typed)

    assert answer.status_code in (302, 303)
    assert answer.location == f"/portal/keamanan?person_id={PERSON}"


def test_an_nip_of_nobody_is_told(auditor: FlaskClient, edge: FakeEdge):
    edge.answers["POST", f"{EVENTS}/person"] = (404, problem(404, "not_found"))

    typed = {"nip": "1", "kind": "export", "csrf_token": csrf_of(auditor)}
    answer = auditor.post("/portal/keamanan/orang", data=typed)

    assert answer.location == "/portal/keamanan?kind=export"


def test_who_is_told_of_alarms_only_sees_no_events(auditor: FlaskClient, edge: FakeEdge):
    may = {"events": False, "alarms": True, "alarms_lately": 0}
    edge.answers["GET", f"{IDENTITY}/me/security"] = (200, may)

    page = auditor.get("/portal/keamanan").text

    assert "Akses satu orang yang ditolak" in page
    assert "Daftar diunduh" not in page


def test_whom_it_does_not_concern_never_hears_of_it(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge, "umpeg")
    none = {"events": False, "alarms": False, "alarms_lately": 0}
    edge.answers["GET", f"{IDENTITY}/me/security"] = (200, none)

    assert ENTRY not in client.get("/portal/").text


CLOSING = f"{IDENTITY}/security-alarms/0190a000-0000-7000-8000-000000000002/close"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, {}), "sudah diperiksa"),
        ((403, problem(403, "forbidden")), "tentang Anda sendiri"),
    ],
)
def test_an_alarm_is_closed_where_it_stands(
    auditor: FlaskClient, edge: FakeEdge, answer: tuple[int, Any], said: str
):
    edge.answers["POST", CLOSING] = answer
    page = auditor.get("/portal/keamanan").text
    [form] = [text for text in page.split("<form") if "keamanan/peringatan/" in text]
    path = form.partition('action="')[2].partition('"')[0]

    answered = auditor.post(path, data={"csrf_token": csrf_of(auditor), "key": "k"})

    assert answered.location == "/portal/keamanan"
    assert said in auditor.get("/portal/keamanan").text


def test_a_closed_alarm_says_who_looked_and_asks_nobody_again(auditor: FlaskClient, edge: FakeEdge):
    alarm = edge.answers["GET", f"{IDENTITY}/security-alarms"][1]["data"][0]
    alarm.update(closed_at="2026-04-02T01:00:00+00:00", closed_by_name="Aren Contoh")

    page = auditor.get("/portal/keamanan").text

    assert "diperiksa Aren Contoh" in page
    assert "keamanan/peringatan/" not in page
