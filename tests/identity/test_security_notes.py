"""Identity's own changes of accounts and rights are noted, and so is who takes a list away."""

from typing import Any

import pytest

from chassis.events.envelope import Event
from chassis.events.refusals import LOOP, Refusals
from chassis.process import runtime as runtimes
from services.identity.models import db
from tests.identity.desk import Desk
from tests.identity.door import Door

NOTED = "security.noted.v1"
FAILED = "sign_in_failed"


def noted(desk: Desk, kind: str) -> list[dict[str, Any]]:
    return [dict(e.data) for e in desk.events(NOTED) if e.data["kind"] == kind]


def test_a_role_given_and_ended_is_noted_with_who_did_it(desk: Desk):
    before = len(noted(desk, "role"))
    body = {
        "employee_id": str(desk.id_of("applicant")),
        "role": "umpeg",
        "unit_id": desk.unit("disdik"),
        "starts_on": "2026-01-01",
    }
    grant = desk.call("sysadmin", "POST", "/role-grants", json=body).json
    ending = {"json": {}, "headers": {"If-Match": '"1"'}}
    desk.call("sysadmin", "POST", f"/role-grants/{grant['id']}/end", **ending)

    given, ended = noted(desk, "role")[before:]
    assert (given["why"], ended["why"]) == ("granted", "ended")
    for row in (given, ended):
        assert row["actor_id"] == str(desk.id_of("sysadmin"))
        assert row["person_id"] == str(desk.id_of("applicant"))
        assert row["thing"] == f"umpeg/{grant['id']}"


def test_that_the_key_of_all_regions_was_changed_is_told_to_all_of_them(desk: Desk):
    answer = desk.call("sysadmin", "POST", "/signing-keys/rotate", json={})

    assert answer.status_code == 204
    [event] = [e for e in desk.events(NOTED) if e.data["why"] == "signing_key_rotated"]
    assert event.region == "*"
    assert event.data["actor_id"] == str(desk.id_of("sysadmin"))


def test_a_role_that_was_refused_is_not_noted(desk: Desk):
    before = noted(desk, "role")
    body = {"employee_id": str(desk.id_of("sysadmin")), "role": "umpeg"}

    assert desk.call("sysadmin", "POST", "/role-grants", json=body).status_code >= 400

    assert noted(desk, "role") == before


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_who_takes_a_list_away_is_noted_with_how_many_rows(desk: Desk, format_: str):
    assert desk.call("sysadmin", "GET", "/employees").status_code == 200
    assert noted(desk, "export") == []

    answer = desk.call("sysadmin", "GET", f"/employees?format={format_}")

    assert answer.status_code == 200
    [row] = noted(desk, "export")
    assert row["actor_id"] == str(desk.id_of("sysadmin"))
    assert (row["why"], row["amount"]) == (format_, 25)
    assert row["thing"] == "/api/identity/v1/employees"


def test_sessions_that_somebody_ended_for_another_are_noted(desk: Desk):
    desk.call("sysadmin", "POST", f"/employees/{desk.id_of('applicant')}/sessions/revoke")

    [row] = noted(desk, "session")
    assert (row["why"], row["person_id"]) == (
        "ended_by_administrator",
        str(desk.id_of("applicant")),
    )


def test_the_applications_are_noted_when_registered_and_not_at_each_start(desk: Desk):
    registered = noted(desk, "client")

    assert "client/simpul-portal" in {row["thing"] for row in registered}
    assert {row["why"] for row in registered} == {"registered"}
    assert len({row["thing"] for row in registered}) == len(registered)


def sign_in(door: Door, nip: str, password: str) -> None:
    browser = door.browser()
    browser.get("/masuk")
    browser.post("/masuk", nip=nip, password=password)


def noted_at(door: Door, kind: str) -> list[Event]:
    counted: Refusals = door.app.extensions[LOOP]
    with door.app.app_context():
        counted.flush(runtimes.of(door.app))
        outbox = db.plumbing.outbox
        rows = db.session.execute(outbox.select().where(outbox.c.type == NOTED)).all()
    events = [Event.from_json(row.body) for row in rows]
    return [event for event in events if event.data["kind"] == kind]


def test_who_fails_to_sign_in_is_noted_by_ids_and_a_mark_of_the_address(door: Door):
    nip = door.account("applicant")["nip"]
    sign_in(door, nip, "bukan kata sandinya")
    sign_in(door, "199001012015011999", "bukan kata sandinya")

    known, unknown = noted_at(door, FAILED)
    assert (known.data["why"], known.region) == ("sign_in_refused", "demo")
    assert known.data["person_id"]
    assert (unknown.data["person_id"], unknown.region) == (None, "*")
    assert known.data["origin"] == unknown.data["origin"] != ""
    assert (known.data["amount"], unknown.data["amount"]) == (1, 1)
    assert nip not in known.to_json()
    assert "127.0.0.1" not in known.to_json()


def test_tries_at_many_accounts_that_nobody_has_are_one_row_with_their_number(door: Door):
    for number in range(4):
        sign_in(door, f"19900101201501199{number}", "bukan kata sandinya")
    for key in ("applicant", "umpeg", "applicant"):
        sign_in(door, door.account(key)["nip"], "bukan kata sandinya")

    rows = [(e.data["person_id"] is not None, e.data["amount"]) for e in noted_at(door, FAILED)]

    assert sorted(rows) == [(False, 4), (True, 1), (True, 2)]


def test_every_sign_in_that_succeeds_is_noted_on_a_known_browser_too_and_a_half_one_is_not(
    door: Door,
):
    half = door.browser()
    door.sign_in(half, "umpeg")
    assert noted_at(door, "signed_in") == []

    known = door.signed_in("applicant")
    door.sign_in(known, "applicant")
    door.signed_in("umpeg")

    noted = [(e.data["why"], e.region) for e in noted_at(door, "signed_in")]
    assert noted == [("with_password", "demo")] * 2 + [("with_second_factor", "demo")]
    for event in noted_at(door, "signed_in"):
        assert event.data["person_id"] == event.data["actor_id"]
        assert (event.data["thing"], event.data["origin"]) == ("", "")


def test_a_browser_that_a_person_first_comes_with_is_noted_once(door: Door):
    browser = door.signed_in("applicant")
    browser.get("/masuk/akun")

    [event] = noted_at(door, "new_device")
    assert event.data["person_id"] == event.data["actor_id"]


def test_what_is_chosen_for_a_region_is_noted(desk: Desk):
    etag = {"If-Match": desk.call("sysadmin", "GET", "/region").headers["ETag"]}

    answer = desk.call("sysadmin", "PATCH", "/region", json={"idle_minutes": 5}, headers=etag)

    assert answer.status_code == 200
    [row] = noted(desk, "setting")
    assert (row["why"], row["thing"]) == ("changed", "region/idle_minutes")
    assert row["actor_id"] == str(desk.id_of("sysadmin"))
