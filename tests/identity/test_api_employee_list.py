"""The list of employees: found by any of their words, in any order, on the screen and as a file."""

import csv
import io

import openpyxl
import pytest
from sqlalchemy import delete, update

from chassis.data.listing import Wanted
from chassis.process.regions import in_region
from services.identity import queries
from services.identity.models import EMPLOYEE_WORDS, Employee, EmployeeWord, db
from tests.identity.desk import Desk


def listed(desk: Desk, query: str = "", who: str = "sysadmin"):
    answer = desk.call(who, "GET", f"/employees?{query}")
    assert answer.status_code == 200, answer.get_json()
    return answer


def names(desk: Desk, query: str) -> list[str]:
    return [row["name"] for row in listed(desk, query).get_json()["data"]]


@pytest.fixture
def register(desk: Desk) -> Desk:
    """The demo region with somebody of an awkward name."""
    body = {
        "nip": "198501012010011905",
        "name": "Ma'ruf Al-Amin",
        "title_prefix": "Dr.",
        "title_suffix": "S.Pd., M.Si.",
        "jabatan": "Penata Laksana Barang",
        "unit_id": desk.unit("disdik"),
        "source": "SK 1/2026",
    }
    answer = desk.call("sysadmin", "POST", "/employees", json=body)
    assert answer.status_code == 201, answer.get_json()
    return desk


@pytest.mark.parametrize(
    "q",
    [
        "maruf",
        "MA’RUF",
        "Ma`ruf",
        "ｍａｒｕｆ",
        "amin",
        "alamin",
        "Dr. Ma'ruf Al-Amin, S.Pd., M.Si.",
        "spd maruf",
        "penata maruf",
        "198501012010011905",
        "19850101 201001 1 905",
        "19850101.201001.1.905",
        "19850101-201001-1-905",
        "19850101 201001",
        "maruf 19850101 201001 1 905",
    ],
)
def test_an_employee_is_found_by_name_with_titles_post_and_nip_in_any_notation(register: Desk, q):
    assert names(register, f"q={q}") == ["Ma'ruf Al-Amin"]


@pytest.mark.parametrize(
    "q", ["ruf", "maruf andini", "%25", "_", "'", "0101 1985", "19850101 201001 1 906"]
)
def test_what_nobody_has_finds_nobody(register: Desk, q):
    assert names(register, f"q={q}") == []


def test_the_words_follow_a_change(register: Desk):
    [row] = listed(register, "q=maruf").get_json()["data"]
    register.call(
        "sysadmin",
        "PATCH",
        f"/employees/{row['id']}",
        json={"name": "Budi Baru", "source": "SK 2/2026"},
        headers={"If-Match": '"1"'},
    )

    assert names(register, "q=budi baru") == ["Budi Baru"]
    assert names(register, "q=maruf") == []


def test_what_the_previous_release_wrote_is_found_soon(register: Desk):
    with register.app.app_context(), in_region("demo"), db.transaction() as session:
        person = Employee.nip == "198501012010011905"
        session.execute(update(Employee).where(person).values(name="Budi Lama", version=2))
        session.execute(delete(EmployeeWord))
        session.execute(update(Employee).where(~person).values(words_version=None))

    with register.app.app_context():
        while EMPLOYEE_WORDS.catch_up():
            pass

    assert names(register, "q=budi lama") == ["Budi Lama"]
    assert names(register, "q=andini") == ["Andini Contoh"]
    with register.app.app_context(), in_region("demo"):
        assert (
            db.session.query(Employee)
            .filter(Employee.words_version.is_distinct_from(Employee.version))
            .count()
            == 0
        )


def test_another_regions_words_find_nobody(register: Desk):
    with register.app.app_context(), in_region("other"):
        found = queries.employees(Wanted(q="maruf"))

    assert (list(found.items), found.total.count) == ([], 0)


@pytest.mark.parametrize("sort", ["name", "-name", "nip", "-nip", "golongan", "-golongan"])
def test_every_order_leads_on_and_back_and_says_of_how_many(desk: Desk, sort):
    whole = listed(desk, f"sort={sort}&limit=100").get_json()["data"]
    first = listed(desk, f"sort={sort}&limit=7").get_json()
    second = listed(desk, f"sort={sort}&limit=7&cursor={first['page']['next_cursor']}").get_json()
    back = listed(
        desk, f"sort={sort}&limit=7&cursor={second['page']['previous_cursor']}"
    ).get_json()

    assert first["data"] + second["data"] == whole[:14]
    assert back["data"] == first["data"]
    assert first["page"]["total"] == len(whole) == 25


def test_units_are_named(desk: Desk):
    rows = listed(desk, "q=cahaya").get_json()["data"]

    assert [(row["unit_name"], row["opd_name"]) for row in rows] == [
        ("SD Negeri Contoh 1", "Dinas Pendidikan")
    ]


def test_the_file_is_what_the_list_shows(register: Desk):
    answer = listed(register, "q=maruf&format=csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    book = openpyxl.load_workbook(io.BytesIO(listed(register, "q=maruf&format=xlsx").data))

    assert rows[0][:3] == ["NIP", "Nama", "Jenis"]
    assert rows[1][:3] == ["19850101 201001 1 905", "Dr. Ma'ruf Al-Amin, S.Pd., M.Si.", "pns"]
    assert [cell.value for cell in book.active[2]][:2] == ["198501012010011905", rows[1][1]]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_file_is_for_those_who_may_see_the_list(desk: Desk, kind):
    assert desk.call("umpeg", "GET", f"/employees?format={kind}").status_code == 403
