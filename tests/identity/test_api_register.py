"""The staff register and the tree of units over HTTP."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from chassis.process.regions import in_region
from services.identity.models import Employee, db
from tests.identity.desk import Desk

NEW = {
    "nip": "19950203 201901 1 777",
    "name": "Wijaya Contoh",
    "source": "SK CPNS 813/2019",
    "golongan": "III/a",
    "jenis_jabatan": "pelaksana",
}


def _new(desk: Desk, **changes: Any) -> dict[str, Any]:
    return {**NEW, "unit_id": desk.unit("disdik"), **changes}


def test_an_employee_is_registered_with_facts_and_their_source(desk: Desk):
    contact = {"email": "wijaya@contoh.example", "phone": "0834-0000-7770"}

    answer = desk.call("bkpsdm_admin", "POST", "/employees", json=_new(desk, contact=contact))

    assert answer.status_code == 201
    told = answer.get_json()
    assert told["nip"] == "199502032019011777"
    assert told["kind"] == "pns"
    assert told["birth_date"] == "1995-02-03"
    assert told["sex"] == "male"
    assert told["tmt_cpns"] == "2019-01-01"
    assert told["opd_id"] == desk.unit("disdik")
    assert told["facts"]["golongan"]["source"] == "SK CPNS 813/2019"
    assert answer.headers["ETag"] == '"1"'
    assert "email" not in answer.text


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("   ", "nothing_left"),
        ("\u200b", "nothing_left"),
        ("Andini \u202egnp.exe Contoh", "direction_mark"),
        ("Budi\tSanto\nso", "line_break"),
        ("Budi\x00", "control_character"),
    ],
)
def test_a_name_that_cannot_be_read_as_it_looks_is_refused(desk: Desk, name: str, code: str):
    answer = desk.call("bkpsdm_admin", "POST", "/employees", json=_new(desk, name=name))

    (error,) = answer.get_json()["errors"]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, "/name", code)


def test_a_name_is_kept_as_it_reads(desk: Desk):
    told = desk.call(
        "bkpsdm_admin", "POST", "/employees", json=_new(desk, name=" Budi\t Sant\u00adoso\ufeff")
    ).get_json()

    assert told["name"] == "Budi Santoso"


@pytest.mark.parametrize(
    "typed",
    [
        "19950203-201901-1-777",
        "\ufeff199502032019011777",
        "'199502032019011777",
        "１９９５０２０３２０１９０１１７７７",
    ],
)
def test_an_nip_is_taken_and_looked_for_in_any_notation(desk: Desk, typed: str):
    added = desk.call("sysadmin", "POST", "/employees", json=_new(desk, nip=typed)).get_json()
    found = desk.call("sysadmin", "POST", "/employees/search", json={"nip": typed}).get_json()

    assert added["nip"] == found["nip"] == "199502032019011777"


def test_an_nip_that_nobody_can_have_is_not_registered(desk: Desk):
    answer = desk.call("sysadmin", "POST", "/employees", json=_new(desk, nip="201502032019011777"))

    assert answer.status_code == 422
    assert answer.get_json()["code"] == "invalid_nip"


def test_a_number_registered_before_the_rule_stays_readable_and_its_facts_can_change(desk: Desk):
    impossible = "201001012015011777"
    person = desk.id_of("applicant")
    with desk.app.app_context(), in_region("demo"), db.transaction() as session:
        told = {"nip": impossible, "birth_date": date(2010, 1, 1), "tmt_cpns": date(2015, 1, 1)}
        session.execute(update(Employee).where(Employee.id == person).values(**told))

    found = desk.call("sysadmin", "POST", "/employees/search", json={"nip": impossible})
    changed = desk.call(
        "sysadmin",
        "PATCH",
        f"/employees/{person}",
        json={"jabatan": " Analis\u00a0 Contoh ", "source": "SK 1"},
        headers={"If-Match": found.headers["ETag"]},
    )

    assert changed.status_code == 200, changed.get_json()
    assert changed.get_json()["jabatan"] == "Analis Contoh"


def test_an_employee_of_a_school_belongs_to_the_opd_above(desk: Desk):
    told = desk.call(
        "sysadmin", "POST", "/employees", json=_new(desk, unit_id=desk.unit("sdn-contoh-1"))
    ).get_json()

    assert told["unit_id"] == desk.unit("sdn-contoh-1")
    assert told["opd_id"] == desk.unit("disdik")


def test_a_nip_with_month_13_is_refused_at_its_field(desk: Desk):
    answer = desk.call("sysadmin", "POST", "/employees", json=_new(desk, nip="199001012015131999"))

    assert answer.status_code == 422
    assert answer.get_json()["code"] == "invalid_nip"
    assert answer.get_json()["errors"][0]["pointer"] == "/nip"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"birth_date": "1995-02-04"}, "/birth_date"),
        ({"sex": "female"}, "/sex"),
        ({"golongan": "IX"}, "/golongan"),
        ({"tmt_jabatan": "2018-12-31"}, "/tmt_jabatan"),
        ({"name": ""}, "/name"),
        ({"active": True}, "/active"),
        ({"version": 7}, "/version"),
        ({"region": "lain"}, "/region"),
        ({"sessions_revoked_at": None}, "/sessions_revoked_at"),
        ({"guru": "false"}, "/guru"),
        ({"cpns": 0}, "/cpns"),
        ({"masa_kerja_golongan_bulan": "12"}, "/masa_kerja_golongan_bulan"),
        ({"masa_kerja_golongan_bulan": 12.5}, "/masa_kerja_golongan_bulan"),
        ({"name": 7}, "/name"),
        ({"tmt_kgb": "0001-01-01"}, "/tmt_kgb"),
        ({"as_of": "9999-12-31"}, "/as_of"),
    ],
)
def test_wrong_and_foreign_fields_are_refused(desk: Desk, change: dict[str, Any], pointer: str):
    answer = desk.call("sysadmin", "POST", "/employees", json=_new(desk, **change))

    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.get_json()["errors"]]


def test_a_nip_is_registered_once(desk: Desk):
    desk.call("sysadmin", "POST", "/employees", json=_new(desk))

    again = desk.call("sysadmin", "POST", "/employees", json=_new(desk))

    assert again.status_code == 409
    assert again.get_json()["code"] == "nip_taken"


def test_nobody_is_placed_at_the_top_of_the_tree_or_nowhere(desk: Desk):
    top = desk.call("sysadmin", "POST", "/employees", json=_new(desk, unit_id=desk.unit("demo")))
    nowhere = desk.call(
        "sysadmin", "POST", "/employees", json=_new(desk, unit_id=str(desk.id_of("umpeg")))
    )

    assert top.get_json()["code"] == "unit_unfit"
    assert nowhere.status_code == 404


def test_a_repeated_request_registers_once_and_answers_the_same(desk: Desk):
    headers = {"Idempotency-Key": "employee-1"}

    first = desk.call("sysadmin", "POST", "/employees", json=_new(desk), headers=headers)
    again = desk.call("sysadmin", "POST", "/employees", json=_new(desk), headers=headers)
    other = desk.call(
        "sysadmin", "POST", "/employees", json=_new(desk, name="Lain"), headers=headers
    )

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.get_json() == again.get_json()


@pytest.mark.parametrize("who", ["applicant", "umpeg", "opd_head", "bkpsdm_head"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/employees"),
        ("POST", "/employees"),
        ("POST", "/employees/search"),
        ("GET", "/employees/{id}"),
        ("PATCH", "/employees/{id}"),
        ("PUT", "/employees/{id}/nip"),
        ("POST", "/employees/{id}/password-reset"),
        ("POST", "/employees/{id}/sessions/revoke"),
        ("POST", "/employees/{id}/totp/reset"),
        ("POST", "/units"),
        ("PATCH", "/units/{unit}"),
        ("GET", "/role-grants"),
        ("POST", "/role-grants"),
        ("PATCH", "/region"),
        ("POST", "/signing-keys/rotate"),
    ],
)
def test_administration_is_closed_to_everybody_else(desk: Desk, who: str, method: str, path: str):
    bodies: dict[str, Any] = {
        "/employees": _new(desk),
        "/employees/search": {"nip": "199001012015011901"},
        "/employees/{id}": {"name": "X", "source": "x"},
        "/employees/{id}/nip": {
            "nip": "199001022015011901",
            "reason": "correction",
            "source": "x",
        },
        "/units": {"code": "x", "name": "X", "kind": "opd", "parent_id": desk.unit("demo")},
        "/units/{unit}": {"name": "X"},
        "/role-grants": {
            "employee_id": str(desk.id_of(who)),
            "role": "sysadmin",
            "starts_on": "2026-01-01",
        },
        "/region": {"totp_roles": []},
    }
    body = None if method == "GET" else bodies.get(path)
    where = path.format(id=desk.id_of("applicant"), unit=desk.unit("disdik"))

    answer = desk.call(who, method, where, json=body, headers={"If-Match": '"1"'})

    assert answer.status_code == 403


def test_without_the_scope_even_an_administrator_is_refused(desk: Desk):
    token = desk.service.person(desk.id_of("sysadmin"), "proposal")

    answer = desk.service.call("GET", "/api/identity/v1/employees", token=token)

    assert answer.status_code == 403
    assert answer.get_json()["code"] == "insufficient_scope"


def test_the_list_goes_by_name_page_by_page_and_misses_nobody(desk: Desk):
    names: list[str] = []
    cursor = None
    while True:
        more = f"&cursor={cursor}" if cursor else ""
        page = desk.call("sysadmin", "GET", f"/employees?limit=7{more}").get_json()
        names.extend(item["name"] for item in page["data"])
        cursor = page["page"]["next_cursor"]
        if cursor is None:
            break

    assert len(names) == 25
    assert names == sorted(names)


def test_the_list_is_narrowed_by_name_unit_and_activity(desk: Desk):
    def names(query: str) -> list[str]:
        data = desk.call("sysadmin", "GET", f"/employees?{query}").get_json()["data"]
        return [item["name"] for item in data]

    assert names("q=JATI") == ["Jati Contoh"]
    assert names("q=%25") == []
    assert len(names(f"unit_id={desk.unit('dinkes')}")) == 3
    assert names("active=false") == []


def test_an_employee_is_found_by_nip_in_the_body_never_in_the_address(desk: Desk):
    answer = desk.call(
        "sysadmin", "POST", "/employees/search", json={"nip": "19900101 201501 1 901"}
    )

    assert answer.get_json()["name"] == "Andini Contoh"


def _change(desk: Desk, etag: str | None, **changes: Any) -> Any:
    headers = {"If-Match": etag} if etag else {}
    body = {"source": "SK 821/2026", "as_of": "2026-04-01", **changes}
    path = f"/employees/{desk.id_of('applicant')}"
    return desk.call("bkpsdm_admin", "PATCH", path, json=body, headers=headers)


def test_a_change_names_the_version_it_means(desk: Desk):
    assert _change(desk, None, golongan="III/c").status_code == 428
    assert _change(desk, '"9"', golongan="III/c").status_code == 412

    done = _change(desk, '"1"', golongan="III/c", tmt_golongan="2026-04-01")

    assert done.status_code == 200
    assert done.get_json()["golongan"] == "III/c"
    assert done.get_json()["facts"]["golongan"] == {"source": "SK 821/2026", "as_of": "2026-04-01"}
    assert done.headers["ETag"] == '"2"'
    assert _change(desk, '"1"', golongan="III/d").status_code == 412


def test_a_change_that_contradicts_the_nip_is_refused(desk: Desk):
    assert _change(desk, '"1"', sex="male", golongan="XI").status_code == 422


def test_somebody_elsewhere_is_as_unknown_as_nobody(desk: Desk):
    answer = desk.call("sysadmin", "GET", "/employees/0193b1f0-0000-7000-8000-000000000101")

    assert answer.status_code == 404


def test_deactivating_ends_every_session(desk: Desk):
    token = desk.service.person(desk.id_of("applicant"), "identity")

    assert _change(desk, '"1"', active=False).status_code == 200

    assert desk.service.call("GET", "/api/identity/v1/me", token=token).status_code == 401


def test_a_unit_is_added_below_its_parent_and_belongs_to_its_opd(desk: Desk):
    body = {
        "code": "sdn-contoh-2",
        "name": "SD Negeri Contoh 2",
        "kind": "unit",
        "parent_id": desk.unit("disdik"),
    }

    told = desk.call("sysadmin", "POST", "/units", json=body)

    assert told.status_code == 201
    assert told.get_json()["opd_id"] == desk.unit("disdik")
    assert desk.call("sysadmin", "POST", "/units", json=body).get_json()["code"] == (
        "unit_code_taken"
    )


@pytest.mark.parametrize(
    ("kind", "parent"),
    [("opd", "disdik"), ("unit", "demo"), ("division", "demo"), ("division", "sdn-contoh-1")],
)
def test_a_unit_has_its_place_in_the_tree(desk: Desk, kind: str, parent: str):
    body = {"code": "x1", "name": "X", "kind": kind, "parent_id": desk.unit(parent)}

    assert desk.call("sysadmin", "POST", "/units", json=body).get_json()["code"] == (
        "unit_misplaced"
    )


def test_a_unit_with_people_stays_in_use(desk: Desk):
    path = f"/units/{desk.unit('sdn-contoh-1')}"

    answer = desk.call(
        "sysadmin", "PATCH", path, json={"active": False}, headers={"If-Match": '"1"'}
    )

    assert answer.get_json()["code"] == "unit_in_use"


def test_everybody_signed_in_may_read_the_tree(desk: Desk):
    answer = desk.call("applicant", "GET", "/units?kind=opd")

    assert [item["code"] for item in answer.get_json()["data"]] == [
        "bkpsdm",
        "dinkes",
        "disdik",
        "setda",
    ]


def test_the_region_chooses_who_needs_a_second_factor(desk: Desk):
    version = desk.call("sysadmin", "GET", "/region").headers["ETag"]

    unknown = desk.call(
        "sysadmin",
        "PATCH",
        "/region",
        json={"totp_roles": ["raja"]},
        headers={"If-Match": version},
    )
    done = desk.call(
        "sysadmin",
        "PATCH",
        "/region",
        json={"totp_roles": ["umpeg", "sysadmin"]},
        headers={"If-Match": version},
    )

    assert unknown.status_code == 422
    assert done.get_json()["totp_roles"] == ["sysadmin", "umpeg"]
    assert (
        desk.call(
            "bkpsdm_admin", "PATCH", "/region", json={"totp_roles": []}, headers={"If-Match": '"2"'}
        ).status_code
        == 403
    )


def test_a_region_has_one_bkpsdm(desk: Desk):
    body = {"code": "kedua", "name": "BKPSDM Kedua", "kind": "opd", "bkpsdm": True}

    answer = desk.call("sysadmin", "POST", "/units", json={**body, "parent_id": desk.unit("demo")})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "bkpsdm_exists")
