"""Imports put back, and the tree of units brought in."""

from datetime import timedelta

import pytest
import time_machine

from chassis.process.clock import now
from services.identity.app import IMPORTING
from tests.identity.desk import Desk
from tests.identity.imports import (
    BUDI,
    SITI,
    bring,
    counts,
    employee,
    imported,
    read,
    send,
    step,
    table,
    turn,
    units,
    work,
)

WRONG_UNIT = (*SITI[:2], "tidak-ada", *SITI[3:])
# Children before their parents, as files have it.
TREE = (
    ("seksi-a", "Seksi A", "Unit", "sekolah-b"),
    ("sekolah-b", "Sekolah B", "unit", "dinas-baru"),
    ("dinas-baru", "Dinas Baru", "OPD", ""),
    ("kantor-c", "Kantor C", "opd", "demo"),
)


def unit(desk: Desk, code: str) -> dict | None:
    listed = desk.call("sysadmin", "GET", "/units?limit=100").json["data"]
    return next((item for item in listed if item["code"] == code), None)


def test_undoing_puts_back_what_was_changed_and_deactivates_what_is_new(desk: Desk):
    imported(desk, table(BUDI))
    before = employee(desk, BUDI[0])
    changed = (BUDI[0], "Budi Berganti", "sdn-contoh-1", "Kepala", "III/d", "01/04/2024")
    told = imported(desk, table(changed, SITI), name="salah.csv")
    assert counts(told, "new", "changed") == (1, 1)

    undone = step(desk, told["id"], "undo")

    assert (undone["state"], *counts(undone, "undone", "not_undone")) == ("undone", 2, 0)
    budi = employee(desk, BUDI[0])
    same = ("name", "unit_id", "opd_id", "jabatan", "golongan", "tmt_golongan", "active")
    assert [budi[name] for name in same] == [before[name] for name in same]
    assert budi["facts"]["golongan"]["source"] == "pembatalan impor salah.csv"
    siti = employee(desk, SITI[0])
    assert (siti["name"], siti["active"]) == ("Siti Baru", False)
    assert desk.events("employee.changed.v1")[-1].data["nip"] in (BUDI[0], SITI[0])


def test_what_somebody_changed_since_is_listed_as_not_undone(desk: Desk):
    told = imported(desk, table(BUDI, SITI))
    budi = employee(desk, BUDI[0])
    changed = desk.call(
        "sysadmin",
        "PATCH",
        f"/employees/{budi['id']}",
        json={"jabatan": "Pengawas", "source": "SK 1"},
        headers={"If-Match": '"1"'},
    )
    assert changed.status_code == 200

    undone = step(desk, told["id"], "undo")

    assert counts(undone, "undone", "not_undone") == (1, 1)
    assert [(error["row"], error["code"]) for error in undone["errors"]] == [(2, "stale")]
    assert (employee(desk, BUDI[0])["active"], employee(desk, SITI[0])["active"]) == (True, False)


def test_who_was_deactivated_comes_back_only_when_the_file_says_so(desk: Desk):
    step(desk, imported(desk, table(BUDI))["id"], "undo")

    silent = bring(desk, table(BUDI))
    said = imported(desk, table((*BUDI[:3], "ya"), headings=("NIP", "Nama", "Kode unit", "Aktif")))

    assert [error["code"] for error in silent["errors"]] == ["row_not_in_use"]
    assert counts(said, "changed") == (1,)
    assert employee(desk, BUDI[0])["active"] is True


def test_an_import_that_was_stopped_midway_can_be_undone(desk: Desk):
    rows = [(f"19800101200501{1000 + number}", *BUDI[1:]) for number in range(1, 151)]
    job = send(desk, table(*rows), dry_run="false").json["job"]
    turn(desk)
    desk.call("sysadmin", "POST", f"/jobs/{job['id']}/stop")
    work(desk)
    (told,) = desk.call("sysadmin", "GET", "/imports").json["data"]

    undone = step(desk, told["id"], "undo")

    assert (undone["state"], *counts(undone, "undone")) == ("undone", 100)
    assert employee(desk, rows[0][0])["active"] is False
    assert employee(desk, rows[149][0]) is None


def test_a_tree_of_units_comes_in_whatever_the_order_of_its_rows(desk: Desk):
    tried = bring(desk, units(*TREE), kind="units")
    assert counts(tried, "new", "wrong") == (4, 0), tried["errors"]
    assert unit(desk, "dinas-baru") is None

    applied = step(desk, tried["id"], "apply")

    assert counts(applied, "new", "wrong") == (4, 0), applied["errors"]
    opd = unit(desk, "dinas-baru")
    assert unit(desk, "seksi-a")["opd_id"] == opd["id"]
    assert unit(desk, "seksi-a")["parent_id"] == unit(desk, "sekolah-b")["id"]
    assert [event.data["code"] for event in desk.events("unit.changed.v1")][-4:] == [
        "dinas-baru",
        "kantor-c",
        "sekolah-b",
        "seksi-a",
    ]


def test_a_chain_of_units_longer_than_any_region_has_is_refused(desk: Desk):
    chain = [(f"u-{n}", f"Unit {n}", "Unit", f"u-{n - 1}" if n else "disdik") for n in range(22)]

    answer = send(desk, units(*reversed(chain)), kind="units")

    assert (answer.status_code, answer.json["code"]) == (422, "import_too_deep")
    assert send(desk, units(*chain[:21]), kind="units").status_code == 202


def test_a_tree_of_units_is_undone_from_its_leaves(desk: Desk):
    told = imported(desk, units(*TREE), kind="units")

    undone = step(desk, told["id"], "undo")

    assert counts(undone, "undone", "not_undone") == (4, 0), undone["errors"]
    assert [unit(desk, row[0])["active"] for row in TREE] == [False] * 4


def test_a_unit_that_people_are_in_stays_and_says_why(desk: Desk):
    told = imported(desk, units(*TREE), kind="units")
    imported(desk, table((*BUDI[:2], "sekolah-b", *BUDI[3:])))

    undone = step(desk, told["id"], "undo")

    assert counts(undone, "undone", "not_undone") == (2, 2)
    assert {error["code"] for error in undone["errors"]} == {"unit_in_use"}


@pytest.mark.parametrize(
    ("rows", "errors"),
    [
        ([("a", "A", "opd", "tidak-ada")], [(2, "parent_id", "unit_unknown")]),
        ([("a", "A", "opd", "disdik")], [(2, None, "unit_misplaced")]),
        ([("A B", "A", "opd", "")], [(2, "code", "invalid")]),
        ([("a", "A", "kelurahan", "")], [(2, "kind", "cell_not_an_option")]),
        ([("disdik", "Dinas", "unit", "bkpsdm")], [(2, None, "unit_moved")]),
        (
            [("a", "A", "unit", "b"), ("b", "B", "unit", "a")],
            [(2, "parent_id", "row_needed"), (3, "parent_id", "unit_unknown")],
        ),
        (
            [("a", "A", "unit", "b"), ("b", "B", "opd", "tidak-ada")],
            [(2, "parent_id", "row_needed"), (3, "parent_id", "unit_unknown")],
        ),
    ],
)
def test_what_is_wrong_with_a_unit_is_said_before_anything_is_done(desk: Desk, rows, errors):
    told = bring(desk, units(*rows), kind="units")

    said = [(error["row"], error["column"], error["code"]) for error in told["errors"]]
    assert said == errors


def test_a_unit_is_renamed_by_a_file_and_gets_its_name_back(desk: Desk):
    rows = units(("disdik", "Dinas Pendidikan dan Kebudayaan", "opd", ""))
    told = imported(desk, rows, kind="units")
    assert counts(told, "changed") == (1,)
    assert unit(desk, "disdik")["name"] == "Dinas Pendidikan dan Kebudayaan"
    again = imported(desk, rows, kind="units")
    assert counts(again, "same") == (1,)

    step(desk, told["id"], "undo")

    assert unit(desk, "disdik")["name"] == "Dinas Pendidikan"
    assert read(desk, again["id"])["state"] == "applied"


def test_after_ninety_days_the_rows_are_gone_and_nothing_can_be_undone(desk: Desk):
    old = imported(desk, table(BUDI, WRONG_UNIT))
    with time_machine.travel(now() + timedelta(days=91), tick=False):
        young = imported(desk, table(SITI))

        with desk.app.app_context():
            IMPORTING.forget_old()

        told = read(desk, old["id"])
        refused = desk.call("sysadmin", "POST", f"/imports/{old['id']}/undo")
        undone = step(desk, young["id"], "undo")
    assert counts(told, "rows", "new", "wrong") == (2, 0, 0)
    assert told["errors"] == []
    assert (refused.status_code, refused.json["code"]) == (409, "import_forgotten")
    assert counts(undone, "undone") == (1,)
