"""What identity tells the others: one event per change, as the contract says, never contacts."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

import services.identity
from chassis.events.envelope import Event
from services.identity.manifest import MANIFEST
from tests.identity.desk import Desk

CONTRACTS = Path(next(iter(services.identity.__path__))) / "contracts"


def _schema(event_type: str) -> Draft202012Validator:
    text = (CONTRACTS / f"{event_type}.schema.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text), format_checker=FormatChecker())


@pytest.mark.parametrize("event_type", MANIFEST.publishes)
def test_every_published_event_has_a_schema_and_a_sample_that_fits(event_type: str):
    sample = json.loads((CONTRACTS / f"{event_type}.sample.json").read_text("utf-8"))

    event = Event.from_cloudevent(sample)

    assert event.type == event_type
    _schema(event_type).validate(dict(event.data))


def test_there_is_no_contract_for_an_event_nobody_publishes():
    names = {path.name.split(".schema")[0] for path in CONTRACTS.glob("*.schema.json")}

    assert names == set(MANIFEST.publishes)


@pytest.mark.parametrize("event_type", MANIFEST.publishes)
def test_what_a_new_region_says_keeps_the_contract(desk: Desk, event_type: str):
    validator = _schema(event_type)

    for event in desk.events(event_type):
        validator.validate(dict(event.data))


def _one_more(desk: Desk, event_type: str, change: Any) -> Event:
    before = {event.id for event in desk.events(event_type)}
    answer = change()
    assert answer.status_code < 300, answer.text
    [event] = [notice for notice in desk.events(event_type) if notice.id not in before]
    _schema(event_type).validate(dict(event.data))
    return event


def _patch(desk: Desk, key: str, **body: Any) -> Any:
    path = f"/employees/{desk.id_of(key)}"
    etag = desk.call("sysadmin", "GET", path).headers["ETag"]
    return desk.call(
        "sysadmin", "PATCH", path, json={"source": "x", **body}, headers={"If-Match": etag}
    )


def test_a_changed_employee_is_told_whole_with_a_higher_version(desk: Desk):
    event = _one_more(
        desk, "employee.changed.v1", lambda: _patch(desk, "applicant", golongan="III/c")
    )

    assert event.subject == f"employee/{desk.id_of('applicant')}"
    assert event.version == 2
    assert event.region == "demo"
    assert event.data["golongan"] == "III/c"
    assert event.data["pangkat"] == "Penata"
    assert event.data["name"] == "Andini Contoh"


def test_a_change_that_changes_nothing_is_not_told(desk: Desk):
    before = len(desk.events("employee.changed.v1"))

    assert _patch(desk, "applicant", golongan="III/b").status_code == 200

    assert len(desk.events("employee.changed.v1")) == before


def test_a_refused_change_is_not_told(desk: Desk):
    before = len(desk.events("employee.changed.v1"))

    assert _patch(desk, "applicant", golongan="IX").status_code == 422

    assert len(desk.events("employee.changed.v1")) == before


def test_a_revocation_is_told_with_its_instant(desk: Desk):
    path = f"/employees/{desk.id_of('applicant')}/sessions/revoke"

    event = _one_more(desk, "employee.changed.v1", lambda: desk.call("sysadmin", "POST", path))

    assert event.data["sessions_revoked_at"].endswith("+00:00")


def test_a_changed_contact_is_told_without_the_contact(desk: Desk):
    event = _one_more(
        desk,
        "employee.contact_changed.v1",
        lambda: desk.call(
            "applicant",
            "PATCH",
            "/me/contact",
            json={"email": "rahasia@contoh.example"},
            headers={"If-Match": '"1"'},
        ),
    )

    assert dict(event.data) == {"id": str(desk.id_of("applicant")), "version": 2}


def test_no_contact_is_in_any_event(desk: Desk):
    said = json.dumps([dict(event.data) for event in desk.service.recorded()])

    assert "@" not in said
    assert "834000" not in said


def test_a_unit_and_its_change_are_told(desk: Desk):
    body = {"code": "sdn-2", "name": "SDN 2", "kind": "unit", "parent_id": desk.unit("disdik")}
    made = _one_more(
        desk, "unit.changed.v1", lambda: desk.call("sysadmin", "POST", "/units", json=body)
    )
    changed = _one_more(
        desk,
        "unit.changed.v1",
        lambda: desk.call(
            "sysadmin",
            "PATCH",
            f"/units/{made.data['id']}",
            json={"active": False},
            headers={"If-Match": '"1"'},
        ),
    )

    assert (made.version, changed.version) == (1, 2)
    assert made.data["opd_id"] == desk.unit("disdik")
    assert "zone" not in made.data
    assert changed.data["active"] is False


def test_only_the_top_of_the_tree_tells_the_zone(desk: Desk):
    zones = {event.data["code"]: event.data.get("zone") for event in desk.events("unit.changed.v1")}

    assert zones.pop("demo") == "Asia/Jakarta"
    assert set(zones.values()) == {None}


def test_a_role_given_and_ended_is_told(desk: Desk):
    body = {
        "employee_id": str(desk.id_of("applicant")),
        "role": "umpeg",
        "unit_id": desk.unit("disdik"),
        "starts_on": "2026-01-01",
    }
    given = _one_more(
        desk, "role.changed.v1", lambda: desk.call("sysadmin", "POST", "/role-grants", json=body)
    )
    ended = _one_more(
        desk,
        "role.changed.v1",
        lambda: desk.call(
            "sysadmin",
            "POST",
            f"/role-grants/{given.data['id']}/end",
            json={},
            headers={"If-Match": '"1"'},
        ),
    )

    assert given.data["active"] is True
    assert given.data["ends_on"] is None
    assert (ended.data["active"], ended.version) == (False, 2)
    assert ended.subject == given.subject == f"role/{given.data['id']}"


def test_a_delegation_is_told(desk: Desk):
    body = {
        "role": "opd_head",
        "unit_id": desk.unit("disdik"),
        "from_employee_id": str(desk.id_of("opd_head")),
        "to_employee_id": str(desk.id_of("opd_secretary")),
        "starts_on": "2026-11-23",
        "ends_on": "2026-11-27",
    }

    event = _one_more(
        desk,
        "delegation.changed.v1",
        lambda: desk.call("opd_head", "POST", "/delegations", json=body),
    )

    assert event.data["layanan"] is None
    assert event.data["active"] is True


def test_the_events_of_a_region_can_be_read_from_the_log(desk: Desk):
    desk.service.drain()
    token = desk.service.client("svc-proposal", "events.read")

    page = desk.service.call(
        "GET", "/api/identity/v1/events?types=employee.changed.v1&limit=500", token=token
    ).get_json()

    assert len(page["data"]) == 25
    assert [item["position"] for item in page["data"]] == sorted(
        item["position"] for item in page["data"]
    )
