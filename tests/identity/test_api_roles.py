"""Roles, heads' posts and delegations over HTTP."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

from chassis.process.clock import now
from services.identity import queries
from services.identity.manifest import ROLES
from tests.identity.desk import Desk


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel("2026-11-22T03:00:00Z", tick=True):
        yield


def _grant(desk: Desk, by: str = "sysadmin", **changes: Any) -> Any:
    body = {
        "employee_id": str(desk.id_of("umpeg_second")),
        "role": "opd_head",
        "unit_id": desk.unit("setda"),
        "acting": "plh",
        "starts_on": "2026-11-23",
        "ends_on": "2026-11-27",
        **changes,
    }
    return desk.call(by, "POST", "/role-grants", json=body)


def test_an_acting_head_is_appointed_with_dates(desk: Desk):
    answer = _grant(desk)

    assert answer.status_code == 201
    assert answer.get_json()["acting"] == "plh"
    assert answer.get_json()["active"] is True


def test_a_role_shows_in_me_from_its_first_day(desk: Desk):
    _grant(desk)

    def roles() -> list[str]:
        return [
            role["role"] for role in desk.call("umpeg_second", "GET", "/me").get_json()["roles"]
        ]

    assert roles() == ["umpeg"]
    with time_machine.travel("2026-11-22T16:59:59Z"):
        assert roles() == ["umpeg"]
    with time_machine.travel("2026-11-22T17:00:00Z"):
        assert roles() == ["umpeg", "opd_head"]
    with time_machine.travel("2026-11-27T17:00:00Z"):
        assert roles() == ["umpeg"]


@pytest.mark.parametrize("role", ["bkpsdm_head", "sekda"])
def test_one_officer_of_bkpsdm_neither_replaces_nor_closes_who_decides_over_all(
    desk: Desk, role: str
):
    listed = desk.call("bkpsdm_admin", "GET", f"/role-grants?role={role}&active=true")
    grant = listed.get_json()["data"][0]
    holder = f"/employees/{grant['employee_id']}"
    seen = {"If-Match": desk.call("bkpsdm_admin", "GET", holder).headers["ETag"]}

    tries = [
        desk.call(
            "bkpsdm_admin",
            "POST",
            f"/role-grants/{grant['id']}/end",
            json={},
            headers={"If-Match": f'"{grant["version"]}"'},
        ),
        _grant(desk, by="bkpsdm_admin", role=role, unit_id=grant["unit_id"]),
        desk.call("bkpsdm_admin", "POST", f"{holder}/sessions/revoke"),
        desk.call(
            "bkpsdm_admin",
            "PATCH",
            holder,
            json={"active": False, "source": "uji"},
            headers=seen,
        ),
    ]

    assert [(answer.status_code, answer.get_json()["code"]) for answer in tries] == [
        (403, "grant_beyond_own_role")
    ] * 4


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"acting": "plt", "ends_on": "2027-02-23"}, "plt_too_long"),
        ({"ends_on": None}, "end_missing"),
        ({"ends_on": "2026-11-22"}, "end_before_start"),
        ({"acting": "definitive", "ends_on": None}, "post_taken"),
        ({"role": "umpeg"}, "acting_kind_unfit"),
        ({"role": "bkpsdm_head"}, "role_unit_mismatch"),
        ({"unit_id": None}, "role_unit_mismatch"),
    ],
)
def test_an_appointment_against_the_rules_is_refused(desk: Desk, change: dict[str, Any], code: str):
    assert _grant(desk, **change).get_json()["code"] == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"starts_on": "0001-01-01"}, "out_of_range"),
        ({"ends_on": "9999-12-31"}, "out_of_range"),
        ({"ends_on": "2026-11-22"}, "end_before_start"),
        ({"ends_on": None}, "end_missing"),
        ({"acting": "plt", "ends_on": "2027-02-23"}, "plt_too_long"),
    ],
)
def test_dates_that_cannot_be_are_told_at_their_field(desk: Desk, change: Any, code: str):
    answer = _grant(desk, **change)

    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.get_json()["errors"]] == [
        (f"/{'starts_on' if 'starts_on' in change else 'ends_on'}", code)
    ]


def test_nobody_gives_himself_a_role_and_only_a_sysadmin_makes_a_sysadmin(desk: Desk):
    to_self = _grant(desk, by="bkpsdm_admin", employee_id=str(desk.id_of("bkpsdm_admin")))
    too_high = _grant(
        desk, by="bkpsdm_admin", role="sysadmin", unit_id=None, acting="definitive", ends_on=None
    )

    assert to_self.get_json()["code"] == "self_grant"
    assert too_high.get_json()["code"] == "grant_beyond_own_role"


def _first(desk: Desk, role: str) -> dict[str, Any]:
    data = desk.call("sysadmin", "GET", f"/role-grants?role={role}").get_json()["data"]
    return dict(data[0])


def test_a_role_is_ended_at_once_or_after_a_day(desk: Desk):
    umpeg = _first(desk, "opd_secretary")
    path = f"/role-grants/{umpeg['id']}/end"
    etag = {"If-Match": '"1"'}

    later = desk.call("sysadmin", "POST", path, json={"ends_on": "2026-12-31"}, headers=etag)
    assert later.get_json()["active"] is True
    assert later.get_json()["ends_on"] == "2026-12-31"
    stale = desk.call("sysadmin", "POST", path, json={}, headers=etag)
    now = desk.call("sysadmin", "POST", path, json={}, headers={"If-Match": '"2"'})
    again = desk.call("sysadmin", "POST", path, json={}, headers={"If-Match": '"3"'})

    assert stale.status_code == 412
    assert now.get_json()["active"] is False
    assert again.get_json()["code"] == "already_ended"


def test_a_region_never_loses_its_last_sysadmin(desk: Desk):
    only = _first(desk, "sysadmin")
    path = f"/role-grants/{only['id']}/end"
    etag = {"If-Match": '"1"'}

    refused = desk.call("sysadmin", "POST", path, json={}, headers=etag)
    _grant(desk, role="sysadmin", unit_id=None, acting="definitive", ends_on=None)
    allowed = desk.call("sysadmin", "POST", path, json={}, headers=etag)

    assert refused.get_json()["code"] == "last_sysadmin"
    assert allowed.status_code == 200


def test_nor_by_deactivating_the_person_who_holds_it(desk: Desk):
    only = _first(desk, "sysadmin")
    path = f"/employees/{only['employee_id']}"
    etag = desk.call("sysadmin", "GET", path).headers["ETag"]

    refused = desk.call(
        "sysadmin",
        "PATCH",
        path,
        json={"active": False, "source": "pejabat", "as_of": "2026-01-01"},
        headers={"If-Match": etag},
    )

    assert (refused.status_code, refused.get_json()["code"]) == (409, "last_sysadmin")


def test_a_plt_is_prolonged_once_to_six_months(desk: Desk):
    vacant = _first(desk, "opd_secretary")
    desk.call(
        "sysadmin",
        "POST",
        f"/role-grants/{vacant['id']}/end",
        json={},
        headers={"If-Match": '"1"'},
    )
    plt = _grant(
        desk,
        role="opd_secretary",
        unit_id=desk.unit("disdik"),
        acting="plt",
        starts_on="2026-11-23",
        ends_on="2027-02-22",
    ).get_json()
    path = f"/role-grants/{plt['id']}/prolong"

    def prolong(until: str) -> Any:
        return desk.call(
            "sysadmin", "POST", path, json={"ends_on": until}, headers={"If-Match": '"1"'}
        )

    assert prolong("2027-05-23").get_json()["code"] == "plt_too_long"
    assert prolong("2027-05-22").get_json()["ends_on"] == "2027-05-22"


def _delegate(desk: Desk, by: str = "opd_head", **changes: Any) -> Any:
    body = {
        "role": "opd_head",
        "unit_id": desk.unit("disdik"),
        "from_employee_id": str(desk.id_of("opd_head")),
        "to_employee_id": str(desk.id_of("opd_secretary")),
        "starts_on": "2026-11-23",
        "ends_on": "2026-11-27",
        **changes,
    }
    return desk.call(by, "POST", "/delegations", json=body)


def test_a_head_delegates_and_takes_it_back(desk: Desk):
    made = _delegate(desk, layanan=["bebas_hukdis"])
    assert made.status_code == 201
    assert made.get_json()["layanan"] == ["bebas_hukdis"]
    path = f"/delegations/{made.get_json()['id']}"

    ended = desk.call("opd_head", "POST", f"{path}/end", headers={"If-Match": '"1"'})

    assert ended.get_json()["active"] is False


def test_only_the_holder_or_an_administrator_delegates(desk: Desk):
    assert _delegate(desk, by="opd_secretary").status_code == 403
    assert _delegate(desk, by="bkpsdm_admin").status_code == 201


def test_one_officer_of_bkpsdm_lends_nobodys_role_that_decides_over_all(desk: Desk):
    of_the_head = {
        "role": "bkpsdm_head",
        "unit_id": desk.unit("bkpsdm"),
        "from_employee_id": str(desk.id_of("bkpsdm_head")),
        "to_employee_id": str(desk.id_of("bkpsdm_secretary")),
    }

    by_an_officer = _delegate(desk, by="bkpsdm_admin", **of_the_head)

    assert by_an_officer.get_json()["code"] == "grant_beyond_own_role"
    assert _delegate(desk, by="sysadmin", **of_the_head).status_code == 201


def test_a_role_somebody_does_not_hold_cannot_be_delegated(desk: Desk):
    assert _delegate(desk, unit_id=desk.unit("dinkes")).get_json()["code"] == "role_not_held"


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"starts_on": "0001-01-01"}, "/starts_on", "out_of_range"),
        ({"ends_on": "9999-12-31"}, "/ends_on", "out_of_range"),
        ({"ends_on": "2026-11-22"}, "/ends_on", "delegation_dates_wrong"),
    ],
)
def test_dates_of_a_delegation_that_cannot_be_are_told_at_their_field(
    desk: Desk, change: Any, pointer: str, code: str
):
    answer = _delegate(desk, **change)

    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.get_json()["errors"]] == [
        (pointer, code)
    ]


def test_a_delegation_is_seen_by_those_it_concerns(desk: Desk):
    made = _delegate(desk).get_json()
    path = f"/delegations/{made['id']}"

    assert desk.call("opd_secretary", "GET", path).status_code == 200
    assert desk.call("sysadmin", "GET", path).status_code == 200
    assert desk.call("applicant", "GET", path).status_code == 404
    assert desk.call("applicant", "GET", "/delegations").get_json()["data"] == []
    assert len(desk.call("opd_head", "GET", "/delegations").get_json()["data"]) == 1


def test_the_roles_of_a_demo_region_are_those_the_flow_needs(desk: Desk):
    data = desk.call("sysadmin", "GET", "/role-grants?limit=100").get_json()["data"]

    assert {item["role"] for item in data} == {
        *("umpeg", "opd_head", "opd_secretary", "bkpsdm_admin", "division_head"),
        *("bkpsdm_secretary", "bkpsdm_head", "sekda", "auditor", "sysadmin"),
    }


def test_every_role_is_listed_with_its_name_and_what_it_is_held_for(desk: Desk):
    roles = {one["code"]: one for one in desk.call("umpeg", "GET", "/roles").get_json()["data"]}

    assert roles["bkpsdm_admin"] == {
        "code": "bkpsdm_admin",
        "title": {"id": "Admin BKPSDM", "en": "BKPSDM officer"},
        "unit_kind": "division",
        "of_bkpsdm": True,
        "head": False,
        "delegable": True,
    }
    assert roles["sekda"]["delegable"] is True
    described = desk.call("umpeg", "GET", "/openapi.json").get_json()["components"]["schemas"]
    assert described["NewRoleGrant"]["properties"]["role"]["enum"] == list(roles)


def test_a_refusal_calls_a_role_by_its_name(desk: Desk):
    answer = _grant(desk, role="bkpsdm_head")

    assert "Kepala BKPSDM" in answer.get_json()["detail"]


def test_the_role_of_a_service_that_is_gone_can_be_ended_and_not_given(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    gone = _first(desk, "opd_secretary")
    left = {role.code: role for role in ROLES if role.code != "opd_secretary"}
    monkeypatch.setattr(queries, "machinery", lambda: SimpleNamespace(roles=left))

    refused = _grant(desk, role="opd_secretary")
    path, etag = f"/role-grants/{gone['id']}/end", {"If-Match": '"1"'}
    ended = desk.call("sysadmin", "POST", path, json={}, headers=etag)

    assert refused.get_json()["errors"][0]["pointer"] == "/role"
    assert (ended.status_code, ended.get_json()["active"]) == (200, False)


def test_the_same_role_or_delegation_is_given_once_however_often_it_is_asked_for(desk: Desk):
    twice = {"employee_id": str(desk.id_of("umpeg_second")), "role": "umpeg"}
    twice |= {"unit_id": desk.unit("setda"), "acting": "definitive", "ends_on": None}

    for post in (lambda: _grant(desk, **twice), lambda: _delegate(desk)):
        assert post().status_code in (201, 409)  # the first holds it, or gets it now
        again = post()
        assert again.status_code == 409
        assert again.get_json()["code"] in ("role_held_already", "delegated_already")


def test_a_delegation_for_other_layanan_is_another_one(desk: Desk):
    assert _delegate(desk, layanan=["bebas_hukdis"]).status_code == 201
    assert _delegate(desk, layanan=["kp_fungsional"]).status_code == 201
    assert _delegate(desk, layanan=["kp_fungsional", "izin_belajar"]).status_code == 409
    assert _delegate(desk).status_code == 409


def _refused(answer: Any) -> tuple[int, str, str]:
    """The status, the code and the one field that a refusal names."""
    problem = answer.get_json()
    (error,) = problem["errors"]
    assert error["detail"] == problem["detail"]
    return answer.status_code, problem["code"], error["pointer"]


def test_a_role_and_scope_has_one_delegate_at_a_time_whoever_it_is(desk: Desk):
    assert _delegate(desk).status_code == 201

    other = _delegate(desk, to_employee_id=str(desk.id_of("umpeg")))

    assert _refused(other) == (409, "delegated_already", "/to_employee_id")
    assert "27 November 2026" in other.get_json()["detail"]
    later = {"starts_on": "2026-11-28", "ends_on": "2026-11-30"}
    assert _delegate(desk, to_employee_id=str(desk.id_of("umpeg")), **later).status_code == 201


def test_a_delegation_stays_in_the_opd_or_goes_to_a_deputy_whom_the_region_names(desk: Desk):
    away = {"to_employee_id": str(desk.id_of("bkpsdm_secretary"))}
    assert _refused(_delegate(desk, **away)) == (422, "delegate_elsewhere", "/to_employee_id")
    etag = {"If-Match": desk.call("sysadmin", "GET", "/region").headers["ETag"]}
    named = {"deputies": {"opd_head": ["bkpsdm_secretary"]}}

    changed = desk.call("sysadmin", "PATCH", "/region", json=named, headers=etag)

    assert changed.get_json()["deputies"] == named["deputies"]
    assert _delegate(desk, **away).status_code == 201
    other = {"to_employee_id": str(desk.id_of("sekda")), "starts_on": "2026-12-01"}
    refused = _delegate(desk, **other, ends_on="2026-12-02")
    assert refused.get_json()["code"] == "delegate_elsewhere"


@pytest.mark.parametrize("deputies", [{"king": ["sekda"]}, {"sekda": ["king"]}, {"sekda": []}, []])
def test_deputies_are_roles_that_there_are(desk: Desk, deputies: Any):
    etag = {"If-Match": desk.call("sysadmin", "GET", "/region").headers["ETag"]}

    answer = desk.call("sysadmin", "PATCH", "/region", json={"deputies": deputies}, headers=etag)

    assert answer.status_code == 422


def test_a_delegation_lasts_three_months_unless_the_installation_says_otherwise(desk: Desk):
    longer = _delegate(desk, ends_on="2027-02-23")

    assert _refused(longer) == (422, "delegation_dates_wrong", "/ends_on")
    assert "3 bulan" in longer.get_json()["detail"]
    assert _delegate(desk, ends_on="2027-02-22").status_code == 201


def test_an_administrator_takes_nobodys_role_by_a_delegation(desk: Desk):
    answer = _delegate(desk, by="bkpsdm_admin", to_employee_id=str(desk.id_of("bkpsdm_admin")))

    assert _refused(answer) == (403, "delegated_to_oneself", "/to_employee_id")


@pytest.mark.parametrize(
    ("role", "unit", "giver", "taker", "above"),
    [
        ("opd_head", "disdik", "opd_head", "opd_secretary", "sekda"),
        ("umpeg", "disdik", "umpeg", "applicant", "opd_head"),
        ("umpeg", "disdik", "umpeg", "opd_head", "sekda"),
        ("bkpsdm_secretary", "bkpsdm", "bkpsdm_secretary", "division_head", "bkpsdm_head"),
        ("bkpsdm_head", "bkpsdm", "bkpsdm_head", "bkpsdm_secretary", "sekda"),
    ],
)
def test_giver_delegate_and_whoever_is_above_are_told_of_beginning_and_end(
    desk: Desk, role: str, unit: str, giver: str, taker: str, above: str
):
    parties = {"from_employee_id": str(desk.id_of(giver)), "to_employee_id": str(desk.id_of(taker))}
    made = _delegate(desk, by=giver, role=role, unit_id=desk.unit(unit), **parties).get_json()
    path = f"/delegations/{made['id']}/end"
    desk.call(giver, "POST", path, headers={"If-Match": '"1"'})

    (given,), (ended,) = (desk.events(f"delegation.{what}.v1") for what in ("given", "ended"))
    told = [*parties.values(), str(desk.id_of(above))]
    assert given.data["told_ids"] == ended.data["told_ids"] == told
    assert given.subject == ended.subject == f"delegation/{made['id']}"


def test_who_will_be_head_is_managed_as_a_head_is(desk: Desk):
    person = str(desk.id_of("applicant"))
    new = {
        "employee_id": person,
        "role": "bkpsdm_head",
        "unit_id": desk.unit("bkpsdm"),
        "acting": "plh",
        "starts_on": str(now().date() + timedelta(days=3)),
        "ends_on": str(now().date() + timedelta(days=9)),
    }
    assert desk.call("sysadmin", "POST", "/role-grants", json=new).status_code == 201

    moved = desk.call(
        "bkpsdm_admin",
        "PATCH",
        f"/employees/{person}",
        json={"unit_id": desk.unit("dinkes"), "source": "SK"},
        headers={"If-Match": '"1"'},
    )
    ended = desk.call("bkpsdm_admin", "POST", f"/employees/{person}/sessions/revoke")

    assert [moved.status_code, ended.status_code] == [403, 403]


def test_so_is_who_stands_in_for_a_head(desk: Desk):
    colleague = desk.id_of("bkpsdm_admin_second")
    lent = {
        "role": "bkpsdm_head",
        "unit_id": desk.unit("bkpsdm"),
        "from_employee_id": str(desk.id_of("bkpsdm_head")),
        "to_employee_id": str(colleague),
    }

    def end_sessions() -> int:
        path = f"/employees/{colleague}/sessions/revoke"
        return desk.call("bkpsdm_admin", "POST", path).status_code

    assert end_sessions() == 204
    assert _delegate(desk, by="sysadmin", **lent).status_code == 201

    assert end_sessions() == 403
