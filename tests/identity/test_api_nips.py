"""A wrong NIP is corrected, and a PPPK who becomes CPNS gets another (R38)."""

from typing import Any

import pytest

from chassis.process.regions import in_region
from services.identity.domain.renumbering import NewNip
from services.identity.models import db
from services.identity.queries import employee_by_nip
from services.identity.usecases import employees
from tests.identity.desk import Desk
from tests.identity.door import Browser, Door
from tests.identity.imports import bring, table

WRONG, RIGHT = "199001012015011901", "199001022015011901"
CONTRACT, APPOINTED = "199201152023212902", "199201152026042901"
DECREE = "SK Bupati 813/112/2026"
CORRECTION = {"nip": RIGHT, "reason": "correction", "source": "Kutipan SK CPNS 813/77/2015"}
APPOINTMENT = {
    "nip": APPOINTED,
    "reason": "cpns_appointment",
    "source": DECREE,
    "as_of": "2026-04-01",
    "golongan": "III/a",
    "golongan_pertama": "III/a",
    "tmt_golongan": "2026-04-01",
}


def replaced(desk: Desk, key: str = "applicant", *, etag: str = '"1"', **changes: Any) -> Any:
    body = {**(CORRECTION if key == "applicant" else APPOINTMENT), **changes}
    path = f"/employees/{desk.id_of(key)}/nip"
    return desk.call("bkpsdm_admin", "PUT", path, json=body, headers={"If-Match": etag})


def search(desk: Desk, nip: str) -> Any:
    return desk.call("sysadmin", "POST", "/employees/search", json={"nip": nip})


def test_a_wrong_nip_is_corrected_by_a_document_and_told_to_the_services(desk: Desk):
    answer = replaced(desk, nip="19900102.201501.1.901")

    told = answer.get_json()
    assert (answer.status_code, told["nip"], told["birth_date"]) == (200, RIGHT, "1990-01-02")
    assert told["facts"]["nip"]["source"] == CORRECTION["source"]
    assert answer.headers["ETag"] == '"2"'
    event = desk.events("employee.changed.v1")[-1]
    assert (event.data["nip"], event.version) == (RIGHT, 2)


def test_the_former_nip_stays_in_the_history_and_is_found(desk: Desk):
    answer = replaced(desk)

    (former,) = answer.get_json()["former_nips"]
    assert (former["nip"], former["reason"]) == (WRONG, "correction")
    assert former["source"] == CORRECTION["source"]
    assert former["replaced_by"] == str(desk.id_of("bkpsdm_admin"))
    for nip in (WRONG, RIGHT):
        assert search(desk, nip).get_json()["id"] == str(desk.id_of("applicant"))
        (listed,) = desk.call("sysadmin", "GET", f"/employees?q={nip}").get_json()["data"]
        assert listed["nip"] == RIGHT


def test_a_pppk_becomes_cpns_and_begins_a_ladder_of_its_own(desk: Desk):
    told = replaced(desk, "applicant_pppk").get_json()

    assert (told["nip"], told["kind"], told["cpns"]) == (APPOINTED, "pns", True)
    assert (told["golongan"], told["tmt_cpns"]) == ("III/a", "2026-04-01")
    assert (told["masuk_daerah"], told["jabatan"]) == (None, "Penyuluh Pendidikan")
    assert told["facts"]["golongan"] == {"source": DECREE, "as_of": "2026-04-01"}
    event = desk.events("employee.changed.v1")[-1]
    assert (event.data["kind"], event.data["cpns"]) == ("pns", True)


def test_what_nobody_tells_of_the_new_appointment_is_not_known_any_more(desk: Desk):
    body = {name: APPOINTMENT[name] for name in ("nip", "reason", "source")}
    path = f"/employees/{desk.id_of('applicant_pppk')}/nip"

    told = desk.call("sysadmin", "PUT", path, json=body, headers={"If-Match": '"1"'}).get_json()

    assert (told["golongan"], told["golongan_pertama"], told["tmt_golongan"]) == (None, None, None)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"nip": WRONG}, "nip_unchanged"),
        ({"reason": "cpns_appointment"}, "no_cpns_appointment"),
        ({"nip": "199001022065011901"}, "invalid_nip"),
        ({"nip": "197202021998031906"}, "nip_taken"),
        ({"nip": RIGHT, "sex": "female"}, "facts_contradict"),
        ({"nip": CONTRACT[:8] + "2023211902"}, "facts_contradict"),
        ({"source": " "}, "invalid"),
        ({"name": "Lain"}, "invalid"),
    ],
)
def test_a_number_that_cannot_be_the_persons_is_refused(desk: Desk, change, code: str):
    answer = replaced(desk, **change)

    assert answer.get_json()["code"] == code
    assert search(desk, WRONG).get_json()["former_nips"] == []


def test_a_changed_nip_names_the_version_it_means(desk: Desk):
    assert replaced(desk, etag="").status_code == 428
    assert replaced(desk, etag='"7"').status_code == 412


def test_whoever_writes_the_nip_among_the_facts_is_told_where_it_goes(desk: Desk):
    body = {"nip": RIGHT, "source": "SK 1"}
    path = f"/employees/{desk.id_of('applicant')}"

    answer = desk.call("sysadmin", "PATCH", path, json=body, headers={"If-Match": '"1"'})

    (error,) = answer.get_json()["errors"]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, "/nip", "unknown_field")
    assert "PUT /api/identity/v1/employees/{id}/nip" in error["detail"]


def registered(desk: Desk, nip: str) -> Any:
    body = {"nip": nip, "name": "Orang Lain", "unit_id": desk.unit("disdik"), "source": "SK 2"}
    return desk.call("sysadmin", "POST", "/employees", json=body)


def test_a_number_that_was_wrong_is_free_for_whom_it_belongs_to(desk: Desk):
    replaced(desk)

    assert registered(desk, WRONG).status_code == 201
    assert search(desk, WRONG).get_json()["name"] == "Orang Lain"


def test_a_number_that_was_right_is_never_given_to_somebody_else(desk: Desk):
    replaced(desk, "applicant_pppk")

    assert registered(desk, CONTRACT).get_json()["code"] == "nip_taken"


def test_a_correction_can_be_taken_back(desk: Desk):
    replaced(desk)

    told = replaced(desk, etag='"2"', nip=WRONG).get_json()

    assert (told["nip"], told["birth_date"]) == (WRONG, "1990-01-01")
    assert [former["nip"] for former in told["former_nips"]] == [WRONG, RIGHT]


@pytest.mark.usefixtures("papers")
def test_an_old_list_does_not_register_the_person_anew(desk: Desk):
    replaced(desk)
    old = (WRONG, "Andini Contoh", "disdik", "", "", "")

    told = bring(desk, table(old))

    (error,) = told["errors"]
    assert error["code"] == "nip_replaced"
    assert "19900102 201501 1 901 (Andini Contoh, S.Kom.)" in error["detail"]["id"]


def give_nip(door: Door, nip: str) -> None:
    with door.app.app_context(), in_region("demo"):
        person = employee_by_nip(door.account("applicant")["nip"])
        administrator = employee_by_nip(door.account("sysadmin")["nip"])
        employees.replace_nip(
            person.id,
            NewNip(nip, "correction", "SK 1"),
            by=administrator.id,
            seen=[person.version],
        )
        db.session.remove()


def tried(door: Door, nip: str, password: str) -> Any:
    browser: Browser = door.browser()
    browser.get("/masuk")
    return browser.post("/masuk", nip=nip, password=password)


def test_a_person_signs_in_with_the_new_nip_at_once_and_not_with_the_old(door: Door):
    password = door.account("applicant")["password"]
    give_nip(door, RIGHT)

    old, new = (tried(door, nip, password) for nip in (WRONG, RIGHT))

    assert new.status_code == 303
    assert old.status_code == 401
    assert "NIP Anda yang baru: 19900102 201501 1 901" in old.text


def test_only_who_knows_the_password_is_told_the_new_nip(door: Door):
    give_nip(door, RIGHT)

    old = tried(door, WRONG, "salah sekali")

    assert old.status_code == 401
    assert "201501 1 901" not in old.text


def test_tries_with_the_old_and_the_new_nip_are_tries_of_one_account(door: Door):
    give_nip(door, RIGHT)

    answers = [tried(door, (WRONG, RIGHT)[turn % 2], "salah sekali") for turn in range(12)]

    assert answers[-1].status_code == 429
