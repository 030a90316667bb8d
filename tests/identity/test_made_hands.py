"""Whoever makes people, and whoever changes their numbers, does not become one of them (C17)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from chassis.process.clock import now
from tests.identity.demo import account
from tests.identity.desk import Desk
from tests.identity.door import Browser
from tests.identity.recoveries import NEW, ask, confirm, sign_in

ADMIN = "bkpsdm_admin"
FIRST, SECOND = "199001012015011977", "199001012015011978"
INVENTED = "197102021997032998"


def _call(desk: Desk, who: str, method: str, path: str, *, days: float = 0, **more: Any) -> Any:
    """Call as somebody of the demo region, or as an employee by id, some days from now."""
    with time_machine.travel(now() + timedelta(days=days, seconds=5)):
        person = who if len(who) == 36 else desk.id_of(who)
        token = desk.service.person(person, "identity", region="demo")
        return desk.service.call(method, f"/api/identity/v1{path}", token=token, **more)


def _register(desk: Desk, maker: str, nip: str) -> str:
    """Register somebody and set the password with the activation letter."""
    body = {"nip": nip, "name": "Boneka Contoh", "unit_id": desk.unit("bkpsdm"), "source": "SK"}
    employee: str = _call(desk, maker, "POST", "/employees", json=body).get_json()["id"]
    letter = _call(desk, maker, "POST", f"/employees/{employee}/password-reset").get_json()["path"]
    browser = Browser(desk.app.test_client())
    browser.get(letter)
    assert browser.post(letter, new_password=NEW, new_password_again=NEW).status_code == 303
    return employee


def _appoint(desk: Desk, maker: str, employee: str, role: str, unit: str, days: float) -> None:
    body = {"employee_id": employee, "role": role, "unit_id": unit}
    body["starts_on"] = str((now() + timedelta(days=min(days, 0))).date())
    given = _call(desk, maker, "POST", "/role-grants", json=body, days=days)
    assert given.status_code == 201, given.text


def _puppets(desk: Desk, owner: str, *, appointed_after: float = 0) -> tuple[str, str]:
    """Let one administrator make a hand for either desk."""
    found = desk.call(ADMIN, "POST", "/employees/search", json={"nip": _nip(desk, owner)})
    roles = desk.call(ADMIN, "GET", "/me").get_json()["roles"]
    division = next(role["unit_id"] for role in roles if role["role"] == ADMIN)
    first, second = (_register(desk, ADMIN, nip) for nip in (FIRST, SECOND))
    opd = found.get_json()["opd_id"]
    _appoint(desk, ADMIN, first, "umpeg", opd, appointed_after)
    _appoint(desk, ADMIN, second, ADMIN, division, appointed_after)
    return first, second


def _confirmed(desk: Desk, owner: str, hands: tuple[str, str], days: float = 0) -> Any:
    body = {"nip": _nip(desk, owner), "resets": "password", "contact_lost": True}
    asked = _call(desk, hands[0], "POST", "/recoveries", json=body, days=days)
    assert asked.status_code == 201, asked.text
    path = f"/recoveries/{asked.get_json()['id']}/confirm"
    return _call(desk, hands[1], "POST", path, days=days)


def _nip(desk: Desk, key: str) -> str:
    nip: str = account(desk.folder, key)["nip"]
    return nip


@pytest.mark.parametrize(
    ("owner", "code"), [("bkpsdm_head", "hands_dependent"), ("sysadmin", "sysadmins_hand")]
)
def test_two_whom_one_administrator_made_are_not_two_hands(desk: Desk, owner: str, code: str):
    answer = _confirmed(desk, owner, _puppets(desk, owner))

    assert (answer.status_code, answer.get_json()["code"]) == (403, code)


@pytest.mark.parametrize(
    ("appointed_after", "asked_after", "status"), [(0, 29, 403), (0, 31, 200), (20, 40, 403)]
)
def test_officers_of_one_maker_count_once_account_and_role_are_old(
    desk: Desk, appointed_after: float, asked_after: float, status: int
):
    hands = _puppets(desk, "bkpsdm_head", appointed_after=appointed_after)

    answer = _confirmed(desk, "bkpsdm_head", hands, days=asked_after)

    assert answer.status_code == status, answer.text


def test_a_system_administrator_comes_back_by_the_hand_of_another_only(desk: Desk):
    recovery_id = ask(desk, "umpeg_bkpsdm", "sysadmin").get_json()["id"]

    answers = [confirm(desk, who, recovery_id).get_json() for who in (ADMIN, "division_head")]

    assert [answer["code"] for answer in answers] == ["sysadmins_hand"] * 2
    assert "pengelola server" in answers[0]["detail"]


def _renumber(desk: Desk, who: str, owner: str, nip: str, version: int = 1) -> Any:
    body = {"nip": nip, "reason": "correction", "source": "SK 1"}
    path = f"/employees/{desk.id_of(owner)}/nip"
    return desk.call(who, "PUT", path, json=body, headers={"If-Match": f'"{version}"'})


@pytest.mark.parametrize("owner", ["bkpsdm_head", "umpeg", "sekda"])
def test_an_officer_gets_another_nip_from_a_system_administrator_only(desk: Desk, owner: str):
    refused = _renumber(desk, ADMIN, owner, INVENTED)

    assert refused.get_json()["code"] == "grant_beyond_own_role"
    assert sign_in(desk, owner).location == "/masuk/kode"
    assert desk.events("nip.replaced.v1") == []
    assert _renumber(desk, "sysadmin", owner, INVENTED).status_code == 200


def test_ending_an_officers_role_first_gives_nobody_the_nip(desk: Desk):
    grants = desk.call(ADMIN, "GET", "/role-grants?role=umpeg&active=true").get_json()["data"]
    mine = str(desk.id_of("umpeg"))
    grant = next(row for row in grants if row["employee_id"] == mine)
    etag = {"If-Match": f'"{grant["version"]}"'}
    ended = desk.call(ADMIN, "POST", f"/role-grants/{grant['id']}/end", json={}, headers=etag)

    assert ended.status_code == 200
    assert _renumber(desk, ADMIN, "umpeg", INVENTED).status_code == 403


def test_whose_nip_is_replaced_is_told_and_the_auditor_sees_it(desk: Desk):
    assert _renumber(desk, ADMIN, "applicant", "199001022015011901").status_code == 200

    (told,) = desk.events("nip.replaced.v1")
    notes = [event.data for event in desk.events("security.noted.v1")]
    (noted,) = [note for note in notes if note["kind"] == "nip"]
    assert told.data["employee_id"] == noted["person_id"] == str(desk.id_of("applicant"))
    assert noted["actor_id"] == str(desk.id_of(ADMIN))
    assert noted["why"] == told.data["reason"] == "correction"
    assert "199001" not in f"{told.data} {noted}"


@pytest.mark.parametrize(
    ("who", "days", "status"),
    [(ADMIN, 0, 403), (ADMIN, 31, 201), ("bkpsdm_admin_second", 0, 201), ("sysadmin", 0, 201)],
)
def test_a_number_is_not_moved_to_another_person_by_whoever_freed_it(
    desk: Desk, who: str, days: float, status: int
):
    nip = _nip(desk, "applicant")
    assert _renumber(desk, ADMIN, "applicant", "199001022015011901").status_code == 200

    body = {"nip": nip, "name": "Orang Lain", "unit_id": desk.unit("disdik"), "source": "SK 2"}
    answer = _call(desk, who, "POST", "/employees", json=body, days=days)

    assert answer.status_code == status, answer.text
    if status == 403:
        assert answer.get_json()["code"] == "nip_freed_by_you"
        assert _renumber(desk, ADMIN, "applicant", nip, version=2).status_code == 200


def test_nor_by_an_administrator_whom_that_one_made(desk: Desk):
    puppet = _puppets(desk, "applicant")[1]
    nip = _nip(desk, "applicant")
    assert _renumber(desk, ADMIN, "applicant", "199001022015011901").status_code == 200

    body = {"nip": nip, "name": "Orang Lain", "unit_id": desk.unit("disdik"), "source": "SK 2"}
    answer = _call(desk, puppet, "POST", "/employees", json=body)

    assert answer.get_json()["code"] == "nip_freed_by_you"
