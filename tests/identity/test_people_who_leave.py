"""Roles and delegations end with the person who leaves or moves, by events (R31, R32)."""

from typing import Any

import pytest
import time_machine
from sqlalchemy import update

from chassis.process.regions import all_regions
from services.identity.models import Employee, db
from services.identity.usecases.leaving import end_what_is_left
from tests.builders.people import WHO_SEES_WHAT_HANGS_ON_SOMEBODY
from tests.identity.desk import Desk
from tests.identity.imports import imported, table


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel("2026-11-22T03:00:00Z", tick=True):
        yield


def change(desk: Desk, who: str, **values: Any) -> Any:
    path = f"/employees/{desk.id_of(who)}"
    etag = desk.call("sysadmin", "GET", path).headers["ETag"]
    body = {"source": "SK 800/1", **values}
    return desk.call("sysadmin", "PATCH", path, json=body, headers={"If-Match": etag})


def leave(desk: Desk, who: str, **values: Any) -> None:
    answer = change(desk, who, active=False, **values)
    assert answer.status_code == 200, answer.json


def roles(desk: Desk, who: str) -> set[str]:
    """The roles that a person has, as a list of administrators shows them."""
    query = f"/role-grants?employee_id={desk.id_of(who)}&active=true"
    return {grant["role"] for grant in desk.call("sysadmin", "GET", query).json["data"]}


def grant(desk: Desk, who: str, role: str, unit: str | None, **more: Any) -> dict[str, Any]:
    body = {
        "employee_id": str(desk.id_of(who)),
        "role": role,
        "unit_id": desk.unit(unit) if unit else None,
        "starts_on": "2026-11-01",
        **more,
    }
    answer = desk.call("sysadmin", "POST", "/role-grants", json=body)
    assert answer.status_code == 201, answer.json
    return answer.json


def lend(desk: Desk, giver: str, taker: str, role: str = "opd_head") -> Any:
    body = {
        "role": role,
        "unit_id": desk.unit("disdik"),
        "from_employee_id": str(desk.id_of(giver)),
        "to_employee_id": str(desk.id_of(taker)),
        "starts_on": "2026-11-22",
        "ends_on": "2026-12-31",
    }
    return desk.call("sysadmin", "POST", "/delegations", json=body)


def delegations(desk: Desk) -> list[bool]:
    """Whether each delegation still runs."""
    data = desk.call("sysadmin", "GET", "/delegations").json["data"]
    return [each["active"] for each in data]


def departure(desk: Desk, who: str, to: str | None = None) -> dict[str, Any]:
    query = f"?unit_id={desk.unit(to)}" if to else ""
    answer = desk.call("sysadmin", "GET", f"/employees/{desk.id_of(who)}/departure{query}")
    assert answer.status_code == 200, answer.json
    return answer.json


def test_what_hangs_on_somebody_is_shown_before_anything_ends(desk: Desk):
    lend(desk, "opd_head", "opd_secretary")

    head, secretary = departure(desk, "opd_head"), departure(desk, "opd_secretary")

    (post,) = head["role_grants"]
    assert (post["role"], post["title"]["id"]) == ("opd_head", "Kepala OPD")
    assert (post["unit_name"], post["needs_successor"]) == ("Dinas Pendidikan", True)
    assert (len(head["delegations_given"]), len(head["delegations_received"])) == (1, 0)
    assert (len(secretary["delegations_given"]), len(secretary["delegations_received"])) == (0, 1)
    assert roles(desk, "opd_head") == {"opd_head"}


def test_an_office_with_another_holder_needs_no_successor(desk: Desk):
    (post,) = departure(desk, "umpeg")["role_grants"]

    assert post["needs_successor"] is False


@pytest.mark.parametrize(("who", "status"), WHO_SEES_WHAT_HANGS_ON_SOMEBODY)
def test_what_would_end_is_shown_to_whoever_may_deactivate(desk: Desk, who: str, status: int):
    path = f"/employees/{desk.id_of('opd_head')}/departure"

    assert desk.call(who, "GET", path).status_code == status


def test_roles_of_somebody_who_leaves_end_by_event(desk: Desk):
    leave(desk, "umpeg")

    assert roles(desk, "umpeg") == set()
    (told,) = [event.data for event in desk.events("role.changed.v1") if not event.data["active"]]
    assert (told["employee_id"], told["ends_on"]) == (str(desk.id_of("umpeg")), "2026-11-22")


@pytest.mark.parametrize("left", ["opd_head", "opd_secretary"])
def test_delegations_from_and_to_somebody_who_leaves_end_by_event(desk: Desk, left: str):
    lend(desk, "opd_head", "opd_secretary")

    leave(desk, left)

    assert delegations(desk) == [False]
    assert [each.data["active"] for each in desk.events("delegation.changed.v1")] == [True, False]


def test_coming_back_brings_no_role_or_delegation_back(desk: Desk):
    lend(desk, "opd_head", "opd_secretary")
    leave(desk, "opd_head")

    assert change(desk, "opd_head", active=True).status_code == 200

    assert (roles(desk, "opd_head"), delegations(desk)) == (set(), [False])


def test_coming_back_ends_what_an_earlier_release_left_in_force(desk: Desk):
    with desk.app.app_context(), all_regions(), db.transaction() as session:
        person = Employee.id == desk.id_of("umpeg")
        session.execute(update(Employee).where(person).values(active=False))

    assert change(desk, "umpeg", active=True).status_code == 200

    assert roles(desk, "umpeg") == set()


def test_what_an_earlier_release_left_in_force_is_ended(desk: Desk):
    lend(desk, "opd_head", "opd_secretary")
    with desk.app.app_context():
        with all_regions(), db.transaction() as session:
            person = Employee.id == desk.id_of("opd_head")
            session.execute(update(Employee).where(person).values(active=False))
        end_what_is_left()
        end_what_is_left()

    assert (roles(desk, "opd_head"), delegations(desk)) == (set(), [False])
    ended = [event for event in desk.events("role.changed.v1") if not event.data["active"]]
    assert [event.version for event in ended] == [2]


def test_a_successor_takes_over_the_day_the_holder_leaves(desk: Desk):
    (post,) = departure(desk, "opd_head")["role_grants"]
    successor = str(desk.id_of("opd_secretary"))

    leave(desk, "opd_head", successors=[{"role_grant_id": post["id"], "employee_id": successor}])

    assert roles(desk, "opd_secretary") == {"opd_head", "opd_secretary"}
    told = [event.data for event in desk.events("role.changed.v1")]
    assert [each["role"] for each in told if each["starts_on"] == "2026-11-22"] == ["opd_head"]


def test_a_successor_to_what_does_not_end_is_refused_and_nothing_changes(desk: Desk):
    (post,) = departure(desk, "umpeg_second")["role_grants"]
    named = {"role_grant_id": post["id"], "employee_id": str(desk.id_of("applicant"))}

    answer = change(desk, "umpeg", active=False, successors=[named])

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/successors/0/role_grant_id"
    assert roles(desk, "umpeg") == {"umpeg"}


def test_an_officer_who_moves_loses_the_desk_of_the_old_unit(desk: Desk):
    lend(desk, "opd_head", "umpeg")
    (ends,) = departure(desk, "umpeg", "dinkes")["role_grants"]

    assert change(desk, "umpeg", unit_id=desk.unit("dinkes")).status_code == 200

    assert (ends["role"], roles(desk, "umpeg"), delegations(desk)) == ("umpeg", set(), [False])


def test_a_move_within_the_opd_takes_no_desk_away(desk: Desk):
    assert departure(desk, "umpeg", "sdn-contoh-1")["role_grants"] == []

    change(desk, "umpeg", unit_id=desk.unit("sdn-contoh-1"))

    assert roles(desk, "umpeg") == {"umpeg"}


def test_a_move_out_of_a_division_takes_its_desk_away(desk: Desk):
    change(desk, "bkpsdm_admin_second", unit_id=desk.unit("bkpsdm"))

    assert roles(desk, "bkpsdm_admin_second") == set()


def test_a_move_takes_no_office_of_elsewhere_or_of_the_region_away(desk: Desk):
    dates = {"acting": "plh", "ends_on": "2026-11-30"}
    grant(desk, "opd_head", "opd_head", "dinkes", **dates)
    grant(desk, "opd_head", "complaint_officer", None)

    change(desk, "opd_head", unit_id=desk.unit("setda"))

    assert roles(desk, "opd_head") == {"opd_head", "complaint_officer"}
    query = f"/role-grants?employee_id={desk.id_of('opd_head')}&active=true&role=opd_head"
    (left,) = desk.call("sysadmin", "GET", query).json["data"]
    assert left["unit_id"] == desk.unit("dinkes")


def test_roles_end_when_an_import_says_that_somebody_left(desk: Desk):
    person = desk.call("sysadmin", "GET", f"/employees/{desk.id_of('umpeg')}").json
    row = (person["nip"], person["name"], "disdik", "tidak")

    told = imported(desk, table(row, headings=("NIP", "Nama", "Kode unit", "Aktif")))

    assert told["counts"]["changed"] == 1, told["errors"]
    assert roles(desk, "umpeg") == set()


def test_somebody_who_left_gets_no_role_and_no_delegation(desk: Desk):
    leave(desk, "opd_secretary")
    body = {
        "employee_id": str(desk.id_of("opd_secretary")),
        "role": "umpeg",
        "unit_id": desk.unit("disdik"),
        "starts_on": "2026-11-22",
    }

    given = desk.call("sysadmin", "POST", "/role-grants", json=body)
    lent = lend(desk, "opd_head", "opd_secretary")

    assert {answer.status_code for answer in (given, lent)} == {409}
    assert {answer.json["code"] for answer in (given, lent)} == {"employee_not_active"}


def test_the_post_of_somebody_who_left_can_be_given_anew(desk: Desk):
    leave(desk, "opd_head")

    grant(desk, "opd_secretary", "opd_head", "disdik", starts_on="2026-11-22")


def test_a_successor_who_holds_the_role_already_keeps_it_once(desk: Desk):
    (post,) = departure(desk, "umpeg")["role_grants"]
    colleague = str(desk.id_of("umpeg_second"))
    assert "umpeg" in roles(desk, "umpeg_second")

    leave(desk, "umpeg", successors=[{"role_grant_id": post["id"], "employee_id": colleague}])

    held = [e.data for e in desk.events("role.changed.v1") if e.data["employee_id"] == colleague]
    assert len(held) == 1
    assert "umpeg" in roles(desk, "umpeg_second")
