"""Tables of employees brought in: tried, corrected, applied, undone."""

import io
import json
import zipfile
from datetime import timedelta
from time import perf_counter

import pytest
import time_machine

from chassis.process.clock import now
from chassis.run.import_outcomes import LONGEST_DETAIL
from ops import reports
from services.identity.api.import_kinds import KINDS
from tests.identity.desk import Desk
from tests.identity.imports import (
    BUDI,
    HEADINGS,
    SITI,
    bring,
    cells,
    corrections,
    counts,
    dying,
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

WRONG = ("199001012015131999", "Salah Bulan", "disdik", "", "", "")


@pytest.mark.usefixtures("papers")
def test_a_dry_run_says_what_each_row_would_do_and_does_nothing(desk: Desk):
    before = len(desk.events("employee.changed.v1"))

    told = bring(desk, table(BUDI, SITI, WRONG))

    assert told["state"] == "checked"
    assert counts(told, "rows", "new", "changed", "same", "wrong") == (3, 2, 0, 0, 1)
    assert employee(desk, BUDI[0]) is None
    assert len(desk.events("employee.changed.v1")) == before
    assert told["job"]["state"] == "done"
    assert told["job"]["label"]["id"] == "Memeriksa berkas impor"


def test_what_is_wrong_names_the_row_of_the_file_and_the_column(desk: Desk):
    nowhere = (SITI[0], SITI[1], "tidak-ada", "", "XX", "31/02/2026")

    told = bring(desk, table(BUDI, WRONG, (), nowhere))

    errors = [(error["row"], error["column"], error["code"]) for error in told["errors"]]
    assert errors == [(3, "nip", "invalid_nip"), (5, "tmt_golongan", "cell_not_a_date")]
    assert told["errors"][1]["heading"] == "TMT golongan"
    assert told["errors"][1]["detail"]["id"].startswith("Tulis tanggal sebagai 31/12/2026")
    told_first = told["job"]["errors"][0]
    assert (told_first["row"], told_first["label"]) == (3, "NIP")


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({2: "tidak-ada"}, "unit_id", "unit_unknown"),
        ({2: "demo"}, None, "unit_unfit"),
        ({4: "XX"}, "golongan", "fact_contradicts"),
        ({1: ""}, "name", "required"),
        ({5: "01/01/1999"}, "tmt_golongan", "fact_contradicts"),
        ({1: "=1+1"}, "name", "cell_formula"),
        ({0: "1,98001E+17"}, "nip", "nip_not_text"),
    ],
)
def test_every_rule_of_the_register_holds_for_a_row(desk: Desk, change, column, code):
    row = [change.get(place, cell) for place, cell in enumerate(BUDI)]

    told = bring(desk, table(row, SITI))

    assert [(error["column"], error["code"]) for error in told["errors"]] == [(column, code)]
    assert counts(told, "new", "wrong") == (1, 1)


def test_a_name_that_is_too_long_is_refused_at_its_column(desk: Desk):
    told = bring(desk, table((BUDI[0], "N" * 201, *BUDI[2:])))

    assert [error["column"] for error in told["errors"]] == ["name"]


def test_an_error_does_not_repeat_a_cell_that_holds_a_book(desk: Desk):
    told = bring(desk, table((BUDI[0], BUDI[1], "d" * 50_000, *BUDI[3:])))

    [error] = told["errors"]
    assert (error["column"], error["code"]) == ("unit_id", "unit_unknown")
    assert len(error["detail"]["id"]) == len(error["detail"]["en"]) == LONGEST_DETAIL


def test_an_import_of_a_kind_that_is_gone_stays_in_the_list(desk: Desk, monkeypatch):
    told = bring(desk, table(BUDI))
    for code in [*reversed(KINDS)]:  # put back in their order
        monkeypatch.delitem(KINDS, code)

    listed = desk.call("sysadmin", "GET", "/imports")

    assert [(row["id"], row["label"]["id"]) for row in listed.json["data"]] == [
        (told["id"], "employees")
    ]
    assert desk.call("sysadmin", "GET", f"/imports/{told['id']}").status_code == 404


def test_applied_rows_are_registered_with_their_file_as_the_source(desk: Desk):
    told = imported(desk, table(BUDI, WRONG, SITI))

    assert (told["state"], *counts(told, "new", "wrong")) == ("applied", 2, 1)
    budi = employee(desk, BUDI[0])
    assert (budi["name"], budi["golongan"], budi["tmt_golongan"]) == (
        "Budi Baru",
        "III/c",
        "2022-04-01",
    )
    assert budi["facts"]["golongan"]["source"] == "impor pegawai.csv"
    assert employee(desk, WRONG[0]) is None
    assert [event.data["name"] for event in desk.events("employee.changed.v1")][-2:] == [
        "Budi Baru",
        "Siti Baru",
    ]


def test_the_same_file_twice_changes_nothing(desk: Desk):
    imported(desk, table(BUDI, SITI))
    before = len(desk.events("employee.changed.v1"))

    again = imported(desk, table(BUDI, SITI))

    assert counts(again, "new", "changed", "same") == (0, 0, 2)
    assert len(desk.events("employee.changed.v1")) == before
    assert employee(desk, BUDI[0])["version"] == 1


def test_a_row_changes_only_what_it_says_differently(desk: Desk):
    imported(desk, table(BUDI))

    told = imported(desk, table((BUDI[0], BUDI[1], "disdik", "", "III/d", "")), name="kenaikan.csv")

    budi = employee(desk, BUDI[0])
    assert counts(told, "changed") == (1,)
    assert (budi["golongan"], budi["jabatan"], budi["tmt_golongan"]) == (
        "III/d",
        "Analis",
        "2022-04-01",
    )
    assert budi["facts"]["golongan"]["source"] == "impor kenaikan.csv"
    assert budi["facts"]["jabatan"]["source"] == "impor pegawai.csv"


def test_an_nip_that_stands_twice_in_a_file_is_used_once(desk: Desk):
    told = imported(desk, table(BUDI, (BUDI[0], "Lain", "disdik", "", "", "")))

    assert counts(told, "new", "wrong") == (1, 1)
    assert (told["errors"][0]["row"], told["errors"][0]["code"]) == (3, "row_repeated")
    assert employee(desk, BUDI[0])["name"] == "Budi Baru"


WITH_ROLES = (*HEADINGS[:3], "Peran")


def test_a_new_opd_comes_with_its_head_and_its_umpeg(desk: Desk):
    new = units(("dinas-x", "Dinas X", "OPD", ""), ("uptd-x", "UPTD X", "unit", "dinas-x"))
    imported(desk, new, kind="units")
    people = table(
        (*BUDI[:2], "dinas-x", "Kepala OPD"),
        (*SITI[:2], "uptd-x", "umpeg, opd_secretary"),
        headings=WITH_ROLES,
    )

    told = imported(desk, people)
    again = imported(desk, people)

    assert counts(told, "new", "wrong") == (2, 0), told["errors"]
    assert counts(again, "same") == (2,)
    opd = desk.unit("dinas-x")
    assert roles_of(desk, BUDI[0]) == [("opd_head", opd)]
    assert roles_of(desk, SITI[0]) == [("opd_secretary", opd), ("umpeg", opd)]

    undone = step(desk, told["id"], "undo")

    assert counts(undone, "undone", "not_undone") == (2, 0), undone["errors"]
    assert roles_of(desk, SITI[0]) == []


@pytest.mark.parametrize(
    ("role", "who", "code"),
    [
        ("raja", "sysadmin", "role_unknown"),
        ("opd_head", "sysadmin", "post_taken"),
        ("division_head", "sysadmin", "role_unit_mismatch"),
        ("sysadmin", "bkpsdm_admin", "grant_beyond_own_role"),
    ],
)
def test_a_role_that_cannot_be_given_leaves_nothing_of_its_row(desk: Desk, role, who, code):
    rows = table((*BUDI[:3], role), headings=WITH_ROLES)

    told = bring(desk, rows, who=who, dry_run="false")

    assert [error["code"] for error in told["errors"]] == [code]
    assert employee(desk, BUDI[0]) is None


def roles_of(desk: Desk, nip: str) -> list[tuple[str, str]]:
    person = employee(desk, nip)
    path = f"/role-grants?active=true&employee_id={person['id']}"
    grants = desk.call("sysadmin", "GET", path).json["data"]
    return sorted((grant["role"], grant["unit_id"]) for grant in grants)


def test_contacts_are_taken_when_somebody_is_registered_and_never_after(desk: Desk):
    headings = (*HEADINGS, "Surel", "No HP")
    first = table((*BUDI, "budi@contoh.example", "083400007770"), headings=headings)
    imported(desk, first)

    again = imported(desk, table((*BUDI, "lain@contoh.example", "083400007771"), headings=headings))

    assert counts(again, "same") == (1,)
    assert len(desk.events("employee.contact_changed.v1")) == _contacts_before(desk) + 1


def _contacts_before(desk: Desk) -> int:
    return len(json.loads((desk.folder / "demo-credentials.json").read_text())["accounts"])


def test_the_file_to_correct_holds_the_wrong_rows_and_comes_back_as_it_is(desk: Desk):
    headings = ("nip baru", "Nama Lengkap", "unit kerja", "Warna", "Kesalahan")
    wrong = ("198502022010012778", "=cmd|' /C calc'!A0", "tidak-ada", "merah", "")
    told = bring(desk, table((*BUDI[:3], "biru", ""), wrong, headings=headings))
    assert told["ignored"] == ["Warna", "Kesalahan"]

    file = corrections(desk, told["id"])

    rows = cells(file)
    assert rows[0] == ["NIP", "Nama", "Kode unit", "Kesalahan"]
    assert rows[1][:3] == ["198502022010012778", "=cmd|' /C calc'!A0", "tidak-ada"]
    assert "Nama: Sel berisi rumus." in rows[1][3]
    assert len(rows) == 2
    assert b"<f>" not in _sheet_xml(file)
    again = bring(desk, file, name="perbaikan.xlsx")
    assert counts(again, "rows", "wrong") == (1, 1)


def _sheet_xml(content: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_headings_can_be_mapped_or_left_out(desk: Desk):
    headings = ("Nomor", "Nama", "Penempatan", "Jabatan")
    rows = table((BUDI[0], BUDI[1], "disdik", "Juru"), headings=headings)
    mapping = {"Nomor": "nip", "Penempatan": "unit_id", "Jabatan": None}

    told = imported(desk, rows, mapping=json.dumps(mapping))

    assert counts(told, "new") == (1,)
    assert told["ignored"] == ["Jabatan"]
    assert employee(desk, BUDI[0])["jabatan"] is None


@pytest.mark.parametrize(
    ("headings", "mapping", "code"),
    [
        (("NIP", "Nama"), "{}", "column_missing"),
        (("NIP", "NIP baru", "Nama", "Unit"), "{}", "column_twice"),
        (("NIP", "Nama", "Unit"), '{"Nomor": "nip"}', "column_unknown"),
        (("NIP", "Nama", "Unit"), '{"Nama": "nama_lengkap"}', "column_unknown"),
        (("NIP", "Nama", "Unit"), "[]", "invalid"),
        (("NIP", "Nama", "Unit"), "{" * 10_000, "invalid"),
        (("NIP", "Nama", "Unit"), '{"Nama": 7}', "invalid"),
    ],
)
def test_headings_that_do_not_fit_are_named(desk: Desk, headings, mapping, code):
    answer = send(desk, table(BUDI[: len(headings)], headings=headings), mapping=mapping)

    assert (answer.status_code, answer.json["code"]) == (422, "import_mapping")
    assert code in {error["code"] for error in answer.json["errors"]}


def test_a_file_can_be_applied_at_once(desk: Desk):
    told = bring(desk, table(BUDI), dry_run="false")

    assert (told["state"], *counts(told, "new")) == ("applied", 1)
    assert employee(desk, BUDI[0]) is not None


def test_a_repeated_upload_is_one_import(desk: Desk):
    headers = {"Idempotency-Key": "import-1"}

    first = send(desk, table(BUDI), headers=headers)
    again = send(desk, table(BUDI), headers=headers)
    other = send(desk, table(SITI), headers=headers)

    assert first.json["id"] == again.json["id"]
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    listed = desk.call("sysadmin", "GET", "/imports").json["data"]
    assert [item["id"] for item in listed] == [first.json["id"]]


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
@pytest.mark.parametrize("kind", ["employees", "units"])
def test_the_sample_has_the_right_headings_and_its_example_is_not_imported(
    desk: Desk, kind, format_
):
    answer = desk.call("sysadmin", "GET", f"/imports/{kind}/sample?format={format_}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(f"contoh-{kind}.{format_}")

    sent = send(desk, answer.data, kind=kind, name=f"contoh.{format_}")

    assert (sent.status_code, sent.json["code"]) == (422, "import_file_empty")


def test_the_kinds_tell_their_columns(desk: Desk):
    kinds = desk.call("bkpsdm_admin", "GET", "/imports/kinds").json["data"]

    assert [(kind["code"], kind["key"]) for kind in kinds] == [
        ("employees", "nip"),
        ("units", "code"),
    ]
    columns = {column["name"]: column for column in kinds[0]["columns"]}
    assert columns["jenis_jabatan"]["choices"] == {
        "struktural": "struktural",
        "jf": "jf",
        "pelaksana": "pelaksana",
    }
    assert [name for name, column in columns.items() if column["required"]] == [
        "nip",
        "name",
        "unit_id",
    ]


def test_only_administrators_import(desk: Desk):
    told = bring(desk, table(BUDI))

    for who in ("applicant", "umpeg", "opd_head", "bkpsdm_head"):
        assert send(desk, table(BUDI), who=who).status_code == 403
        for method, path in (
            ("GET", "/imports"),
            ("GET", "/imports/kinds"),
            ("GET", "/imports/employees/sample"),
            ("GET", f"/imports/{told['id']}"),
            ("GET", f"/imports/{told['id']}/corrections"),
            ("POST", f"/imports/{told['id']}/apply"),
            ("POST", f"/imports/{told['id']}/undo"),
        ):
            assert desk.call(who, method, path).status_code == 403, (who, path)


def test_a_lesser_administrator_changes_no_system_administrator_by_a_file(desk: Desk):
    nip = json.loads((desk.folder / "demo-credentials.json").read_text())["accounts"]
    sysadmin = next(account for account in nip if account["key"] == "sysadmin")
    row = (sysadmin["nip"], "Diambil Alih", "disdik", "", "", "")

    told = bring(desk, table(row), who="bkpsdm_admin")

    assert [error["code"] for error in told["errors"]] == ["grant_beyond_own_role"]


def test_a_kind_or_import_that_is_not_there_is_not_found(desk: Desk):
    assert send(desk, table(BUDI), kind="lain").status_code == 404
    assert desk.call("sysadmin", "GET", "/imports/lain/sample").status_code == 404
    assert desk.call("sysadmin", "GET", f"/imports/{desk.id_of('umpeg')}").status_code == 404


def test_a_form_without_a_file_and_one_with_too_much_are_refused(desk: Desk):
    big = b"NIP;Nama\n" + b"x" * (5 * 1_048_576)

    assert send(desk, big).json["code"] == "import_file_too_large"
    assert send(desk, b"x" * (7 * 1_048_576)).status_code == 413
    assert send(desk, b"").json["code"] == "import_file_empty"
    assert desk.call("sysadmin", "POST", "/imports", json={}).status_code == 415


def test_a_step_waits_for_the_one_before(desk: Desk):
    answer = send(desk, table(BUDI))
    path = f"/imports/{answer.json['id']}"

    early = desk.call("sysadmin", "POST", f"{path}/apply")
    work(desk)
    undo = desk.call("sysadmin", "POST", f"{path}/undo")
    begun = desk.call("sysadmin", "POST", f"{path}/apply")
    twice = desk.call("sysadmin", "POST", f"{path}/apply")

    assert (early.status_code, early.json["code"]) == (409, "import_not_ready")
    assert (undo.status_code, undo.json["code"]) == (409, "import_not_ready")
    assert begun.status_code == 202
    assert (twice.status_code, twice.json["code"]) == (409, "import_busy")


@pytest.mark.slow
def test_an_import_whose_process_died_goes_on_and_does_no_row_twice(desk: Desk, monkeypatch):
    rows = [(f"19800101200501{1000 + number}", *BUDI[1:]) for number in range(1, 251)]
    told = bring(desk, table(*rows))
    assert counts(told, "new") == (250,)
    before = len(desk.events("employee.changed.v1"))
    desk.call("sysadmin", "POST", f"/imports/{told['id']}/apply")
    turn(desk)
    with dying(monkeypatch, "jobs.before_commit"), pytest.raises(KeyboardInterrupt):
        turn(desk)
    half = read(desk, told["id"])
    assert (half["state"], half["job"]["done"], half["job"]["total"]) == ("applying", 100, 250)

    with time_machine.travel(now() + timedelta(minutes=2), tick=False):
        while turn(desk, "b"):
            pass

    whole = read(desk, told["id"])
    assert (whole["state"], *counts(whole, "new", "wrong")) == ("applied", 250, 0)
    told_of = [event.data["nip"] for event in desk.events("employee.changed.v1")[before:]]
    assert told_of == [row[0] for row in rows]


@pytest.mark.slow
def test_an_import_that_was_stopped_can_be_gone_on_with(desk: Desk):
    rows = [(f"19800101200501{1000 + number}", *BUDI[1:]) for number in range(1, 151)]
    told = bring(desk, table(*rows))
    job = desk.call("sysadmin", "POST", f"/imports/{told['id']}/apply").json["job"]
    turn(desk)
    desk.call("sysadmin", "POST", f"/jobs/{job['id']}/stop")
    work(desk)
    assert read(desk, told["id"])["job"]["state"] == "stopped"

    whole = step(desk, told["id"], "apply")

    assert (whole["state"], *counts(whole, "new", "same")) == ("applied", 150, 0)
    assert whole["job"]["done"] == 50


def test_who_is_no_administrator_any_more_imports_nothing(desk: Desk):
    grants = desk.call("sysadmin", "GET", f"/role-grants?employee_id={desk.id_of('bkpsdm_admin')}")
    sent = send(desk, table(BUDI), who="bkpsdm_admin", dry_run="false")
    for grant in grants.json["data"]:
        headers = {"If-Match": f'"{grant["version"]}"'}
        ended = desk.call(
            "sysadmin", "POST", f"/role-grants/{grant['id']}/end", json={}, headers=headers
        )
        assert ended.status_code == 200

    work(desk)

    assert employee(desk, BUDI[0]) is None
    assert read(desk, sent.json["id"])["job"]["state"] != "done"


@pytest.mark.slow
@pytest.mark.parametrize("count", [200, pytest.param(5_000, marks=pytest.mark.prove(part="rest"))])
def test_so_many_rows_are_tried(desk: Desk, count):
    rows = [(_a_number(number), *BUDI[1:]) for number in range(count)]
    began = perf_counter()

    told = bring(desk, table(*rows))

    seconds = perf_counter() - began
    reports.write(f"imports-{count}", f"{count} rows read and tried in {seconds:.1f} s")
    assert counts(told, "rows", "new", "wrong") == (count, count, 0)
    assert told["job"]["done"] == count


def _a_number(number: int) -> str:
    day, serial = divmod(number, 250)
    return f"198001{day + 1:02}2005011{700 + serial}"
