"""One declaration of a list: parameters, pages, files and their description."""

import csv
import io
import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import time_machine
from openapi_spec_validator import validate
from sqlalchemy import select

from chassis.data.listing import Column, Filter, Listing, Wanted
from chassis.data.paging import Page, Source, Total
from chassis.http import spreadsheets
from chassis.http.api import Blueprint, Schema
from chassis.http.auth import requires
from chassis.http.listing import lists
from tests.builders.letters.app import LetterOut, write
from tests.builders.letters.models import Letter, db

PERSON = UUID(int=7)
PATH = "/api/letters/v1/sorted"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NIP = "199001012015011901"
EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "－1", " =1", "\u3000=1")

LETTERS = Listing(
    title="surat",
    sort="-text",
    words=lambda statement, q: statement.where(Letter.text.contains(q, autoescape=True)),
    columns=(
        Column("text", {"id": "Isi", "en": "Text"}, sort=(Letter.text, Letter.id)),
        Column("version", {"id": "Versi", "en": "Version"}, "number", filter=Letter.version),
    ),
    further=(Filter("text_is", Letter.text.__eq__, "text"),),
)
KINDS = Listing(
    title="jenis",
    sort="name",
    words=lambda statement, _q: statement,
    columns=(
        Column("nip", {"id": "NIP", "en": "NIP"}, "nip"),
        Column(
            "name", {"id": "Nama", "en": "Name"}, read="person.name", sort=(Letter.text, Letter.id)
        ),
        Column("born", {"id": "Lahir", "en": "Born"}, "date"),
        Column("at", {"id": "Waktu", "en": "Time"}, "datetime"),
        Column("count", {"id": "Jumlah", "en": "Count"}, "number"),
        Column("active", {"id": "Aktif", "en": "Active"}, "flag"),
    ),
)
ROW: dict[str, Any] = {
    "nip": NIP,
    "person": {"name": "Andini"},
    "born": date(1990, 1, 1),
    "at": datetime(2026, 11, 28, 16, 30, tzinfo=UTC),
    "count": 3,
    "active": True,
}


class Shown(Schema):
    """Nobody looks at it."""


def jakarta() -> ZoneInfo:
    return ZoneInfo("Asia/Jakarta")


@pytest.fixture
def rows() -> list[dict[str, Any]]:
    return [dict(ROW)]


@pytest.fixture
def asked() -> list[Wanted]:
    """Every question the view got."""
    return []


@pytest.fixture
def service(make_letters, rows, asked):
    pages = Blueprint("sorted", url_prefix="/api/letters/v1")

    @pages.route("/sorted")
    @requires("letters")
    @lists(pages, LETTERS, LetterOut, zone=jakarta)
    def by_text(wanted: Wanted) -> Page:
        asked.append(wanted)
        return LETTERS.page(db.session(), Source(select(Letter)), wanted)

    @pages.route("/kinds")
    @requires("letters")
    @lists(pages, KINDS, Shown, zone=jakarta)
    def kinds(wanted: Wanted) -> Page:
        return Page(rows, total=Total(len(rows)))

    return make_letters(options={"blueprints": (pages,)})


@pytest.fixture
def ask(service):
    def get(path: str = PATH, *, region: str = "demo", language: str = "id", **query: Any):
        token = service.person(PERSON, "letters", region=region)
        headers = {"Accept-Language": language}
        return service.call("GET", path, token=token, query_string=query, headers=headers)

    return get


@pytest.fixture
def written(service) -> list[str]:
    from chassis.process.regions import in_region

    texts = [f"surat {number:02d}" for number in range(12)]
    with service.app.app_context(), in_region("demo"):
        for text in texts:
            write(text)
    return texts


def texts_of(answer) -> list[str]:
    return [row["text"] for row in answer.json["data"]]


def cells(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def _plain(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    return f"{value:%Y-%m-%d}" if value.hour == 0 else f"{value:%Y-%m-%d %H:%M}"


def sheet(answer):
    return openpyxl.load_workbook(io.BytesIO(answer.data)).active


def test_a_list_has_an_order_of_its_own_and_each_column_sorts_both_ways(ask, written):
    assert texts_of(ask(limit=2)) == ["surat 11", "surat 10"]
    assert texts_of(ask(limit=2, sort="text")) == ["surat 00", "surat 01"]
    assert texts_of(ask(limit=2, sort="-text")) == ["surat 11", "surat 10"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"sort": "version"}, "/sort"),
        ({"sort": "text,version"}, "/sort"),
        ({"format": "pdf"}, "/format"),
        ({"version": "first"}, "/version"),
        ({"version": 10**30}, "/version"),
        ({"colour": "red"}, "/colour"),
        ({"q": "x" * 101}, "/q"),
        ({"limit": 0}, "/limit"),
    ],
)
def test_what_a_list_does_not_know_is_named(ask, query, pointer):
    answer = ask(**query)

    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_a_cursor_goes_with_the_order_it_came_from(ask, written):
    cursor = ask(limit=2, sort="text").json["page"]["next_cursor"]

    answer = ask(limit=2, cursor=cursor)

    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/cursor")
    assert texts_of(ask(limit=2, sort="text", cursor=cursor)) == ["surat 02", "surat 03"]


def test_a_page_leads_on_and_back_and_says_of_how_many(ask, written):
    first = ask(limit=5).json
    second = ask(limit=5, cursor=first["page"]["next_cursor"]).json
    back = ask(limit=5, cursor=second["page"]["previous_cursor"]).json

    assert back["data"] == first["data"]
    assert first["page"] == back["page"]
    assert first["page"] | {"next_cursor": ""} == {
        "next_cursor": "",
        "previous_cursor": None,
        "has_more": True,
        "total": 12,
        "total_at_least": 12,
    }


def test_beyond_its_bound_a_total_says_at_least(ask, written, monkeypatch):
    monkeypatch.setattr(Wanted, "count", 10)
    monkeypatch.setattr(Wanted.__init__, "__defaults__", (None, None, 20, None, 10))

    page = ask(limit=5).json["page"]

    assert (page["total"], page["total_at_least"]) == (None, 10)


def test_filters_and_words_narrow_page_total_and_file_alike(ask, written):
    assert ask(q="surat 1").json["page"]["total"] == 2
    assert texts_of(ask(text_is="surat 03")) == ["surat 03"]
    assert ask(version=2).json["data"] == []
    assert cells(ask(q="surat 1", format="csv")) == [
        ["Isi", "Versi"],
        ["surat 11", "1"],
        ["surat 10", "1"],
    ]


def test_another_region_is_neither_counted_nor_in_the_file(ask, written):
    assert ask(region="other").json["page"]["total"] == 0
    assert cells(ask(region="other", format="csv")) == [["Isi", "Versi"]]


def test_a_file_has_every_row_in_order_whatever_the_page(ask, written, asked, monkeypatch):
    monkeypatch.setattr(spreadsheets, "_AT_ONCE", 5)
    cursor = ask(limit=2, sort="text").json["page"]["next_cursor"]
    asked.clear()

    answer = ask(format="csv", sort="text", limit=1, cursor=cursor)

    assert [row[0] for row in cells(answer)[1:]] == written
    assert [wanted.count > 0 for wanted in asked] == [True, False, False]


def test_a_list_too_long_for_a_file_is_refused_before_it_is_read(ask, written, asked, monkeypatch):
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 10)
    monkeypatch.setattr(spreadsheets, "_AT_ONCE", 5)

    answer = ask(format="xlsx")

    assert (answer.status_code, answer.json["code"]) == (422, "list_too_long")
    assert len(asked) == 1


def test_a_file_is_named_by_list_and_day_in_the_region(ask, time_machine_at_night):
    answer = ask("/api/letters/v1/kinds", format="csv")

    assert answer.headers["Content-Disposition"] == "attachment; filename=jenis-2026-11-29.csv"
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert int(answer.headers["Content-Length"]) == len(answer.data)


@pytest.fixture
def time_machine_at_night():
    with time_machine.travel(datetime(2026, 11, 28, 20, 0, tzinfo=UTC), tick=False):
        yield


def test_csv_writes_what_a_person_reads(ask):
    answer = ask("/api/letters/v1/kinds", format="csv")

    assert cells(answer) == [
        ["NIP", "Nama", "Lahir", "Waktu", "Jumlah", "Aktif"],
        ["19900101 201501 1 901", "Andini", "1990-01-01", "2026-11-28 23:30:00", "3", "Ya"],
    ]
    assert answer.data.startswith(b"\xef\xbb\xbf")


def test_a_file_speaks_the_readers_language(ask):
    answer = ask("/api/letters/v1/kinds", format="csv", language="en")

    assert cells(answer)[0][1] == "Name"
    assert cells(answer)[1][5] == "Yes"


def test_xlsx_holds_text_dates_and_numbers_as_such(ask):
    answer = ask("/api/letters/v1/kinds", format="xlsx")

    values = [_plain(cell.value) for cell in sheet(answer)[2]]
    assert values == [NIP, "Andini", "1990-01-01", "2026-11-28 23:30", 3, "Ya"]
    assert sheet(answer)["A2"].number_format == "@"
    assert answer.headers["Content-Type"] == XLSX


def test_the_same_rows_are_the_same_xlsx_whenever_it_is_written(ask):
    with time_machine.travel(datetime(2026, 11, 28, tzinfo=UTC)):
        first = ask("/api/letters/v1/kinds", format="xlsx").data
    with time_machine.travel(datetime(2026, 11, 29, tzinfo=UTC)):
        assert ask("/api/letters/v1/kinds", format="xlsx").data == first


def test_what_is_empty_stays_empty(ask, rows):
    rows[0].update(nip=None, born=None, at=None, count=None, active=None, person={"name": None})

    assert cells(ask("/api/letters/v1/kinds", format="csv"))[1] == [""] * 6
    assert sheet(ask("/api/letters/v1/kinds", format="xlsx")).max_row == 1


@pytest.mark.parametrize("evil", EVIL)
def test_no_cell_is_a_formula(ask, rows, evil):
    rows[0]["person"] = {"name": evil}
    rows[0]["nip"] = evil

    [_, row] = cells(ask("/api/letters/v1/kinds", format="csv"))
    found = sheet(ask("/api/letters/v1/kinds", format="xlsx"))

    assert row[:2] == [f"'{evil}", f"'{evil}"]
    assert found["B2"].data_type == "s"
    assert found["B2"].value.replace("_x000D_", "\r") == evil


@pytest.mark.parametrize("cut", [";", "; ", "\n", "\t", '";'])
def test_no_formula_begins_where_excel_in_indonesia_cuts_a_cell(ask, rows, cut):
    rows[0]["person"] = {"name": f"Andini{cut}=1+1"}

    text = ask("/api/letters/v1/kinds", format="csv").data.decode("utf-8-sig")

    assert not re.search(r"[;\t\n]\s*=", text)


def test_the_description_tells_orders_filters_total_and_files(ask, service):
    described = service.call("GET", "/api/letters/v1/openapi.json").json
    validate(described)
    get = described["paths"][PATH]["get"]
    parameters = {
        given["name"]: given["schema"] for given in get["parameters"] if given["in"] == "query"
    }
    content = get["responses"]["200"]["content"]

    assert parameters.keys() == {"limit", "cursor", "sort", "q", "format", "version", "text_is"}
    assert parameters["sort"]["enum"][:2] == ["text", "-text"]
    assert parameters["format"]["enum"] == ["json", "csv", "xlsx"]
    assert content.keys() == {"application/json", "text/csv", XLSX}
    info = described["components"]["schemas"]["ListInfo"]["properties"]
    assert {"total", "total_at_least", "previous_cursor"} <= info.keys()
