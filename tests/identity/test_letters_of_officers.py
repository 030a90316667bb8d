"""An activation letter of a lesser administrator opens no officer's account, before or after."""

from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from chassis.process.clock import now
from chassis.process.regions import in_region
from services.identity import queries
from services.identity.models import db
from tests.identity.desk import Desk
from tests.identity.door import Browser
from tests.identity.recoveries import NEW

ADMIN = "bkpsdm_admin"


def _newcomer(desk: Desk) -> str:
    newcomer = {"nip": "199001012015011977", "name": "Baru Contoh", "source": "SK"}
    body = {**newcomer, "unit_id": desk.unit("bkpsdm")}
    employee_id: str = desk.call(ADMIN, "POST", "/employees", json=body).get_json()["id"]
    return employee_id


def _letter(desk: Desk, by: str, employee_id: str) -> dict[str, Any]:
    answer = desk.call(by, "POST", f"/employees/{employee_id}/password-reset")
    return dict(answer.get_json())


def _grant(desk: Desk, employee_id: str, role: str) -> None:
    body = {"employee_id": employee_id, "role": role, "starts_on": str(now().date())}
    assert desk.call("sysadmin", "POST", "/role-grants", json=body).status_code == 201


def _end(desk: Desk, by: str, person: str, last_day: str | None) -> None:
    path = f"/role-grants?employee_id={desk.id_of(person)}&active=true"
    for grant in desk.call(by, "GET", path).get_json()["data"]:
        seen = {"If-Match": f'"{grant["version"]}"'}
        ended = desk.call(
            by, "POST", f"/role-grants/{grant['id']}/end", json={"ends_on": last_day}, headers=seen
        )
        assert ended.status_code == 200, ended.text


def _never_signed_in(desk: Desk, person: str) -> None:
    with desk.app.app_context(), in_region("demo"), db.transaction():
        account = queries.account(desk.id_of(person))
        assert account is not None
        account.password_hash = None


def _open(desk: Desk, path: str) -> TestResponse:
    browser = Browser(desk.app.test_client())
    shown = browser.get(path)
    if shown.status_code != 200:
        return shown
    return browser.post(path, new_password=NEW, new_password_again=NEW)


def test_a_letter_of_a_lesser_administrator_dies_when_its_person_becomes_an_officer(desk: Desk):
    newcomer = _newcomer(desk)
    path = _letter(desk, ADMIN, newcomer)["path"]

    _grant(desk, newcomer, "sysadmin")

    assert _open(desk, path).status_code == 404


def test_a_letter_of_a_system_administrator_outlives_the_role(desk: Desk):
    newcomer = _newcomer(desk)
    path = _letter(desk, "sysadmin", newcomer)["path"]

    _grant(desk, newcomer, "sysadmin")

    assert _open(desk, path).status_code == 303


def test_a_letter_opens_nothing_once_its_maker_is_no_administrator(desk: Desk):
    path = _letter(desk, ADMIN, _newcomer(desk))["path"]

    _end(desk, "sysadmin", ADMIN, None)

    assert _open(desk, path).status_code == 404


@pytest.mark.parametrize("days_ago", [None, 40])
def test_ending_an_officers_role_first_gives_no_lesser_administrator_the_letter(
    desk: Desk, days_ago: int | None
):
    head = "opd_head_dinkes"
    _never_signed_in(desk, head)
    last_day = str(now().date() - timedelta(days=days_ago)) if days_ago else None

    _end(desk, ADMIN, head, last_day)

    head_id = str(desk.id_of(head))
    assert _letter(desk, ADMIN, head_id)["code"] == "grant_beyond_own_role"
    assert _letter(desk, "sysadmin", head_id)["path"]
