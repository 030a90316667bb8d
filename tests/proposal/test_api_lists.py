"""Inbox, decided and own proposals: sorted, led back, counted, and as files."""

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.builders.service import Service, one_service
from tests.builders.templates import template
from tests.proposal.office import Office

NIP = "NIP"


def page(office: Office, path: str, who: str, **query):
    answer = office.call("GET", path, who, query_string=query)
    assert answer.status_code == 200, answer.json
    return answer.json


def file(office: Office, path: str, who: str, **query) -> list[list[str]]:
    answer = office.call("GET", path, who, query_string={"format": "csv", **query})
    assert answer.status_code == 200, answer.json
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def busy_database(opened_database: Path) -> Path:
    """Seven proposals wait for Umpeg, one of them its own; three were decided."""

    def fill(folder: Path) -> None:
        shutil.copy(opened_database, folder)
        service = one_service("proposal", folder)
        office = Office(service)
        office.accept_receipts()
        _file(office)
        service.close()

    return template("proposal-of-a-busy-desk", fill) / opened_database.name


def _file(office: Office) -> None:
    for who in ("applicant", "opd_head", "opd_secretary") * 2:
        office.submitted(who)
    office.submitted("umpeg")
    for _ in range(3):
        office.decide(office.submitted("umpeg_second"), "umpeg")


@pytest.fixture
def busy(busy_database: Path, tmp_path: Path, service: Callable[..., Service]) -> Office:
    shutil.copy(busy_database, tmp_path)
    return Office(service("proposal"))


WHERE = [
    ("/inbox", "umpeg", 6, ["stage_since", "-stage_since", "expected_end", "-expected_end"]),
    ("/decided", "umpeg", 3, ["at", "-at"]),
    (
        "/proposals",
        "umpeg_second",
        3,
        ["created_at", "-submitted_at", "stage_since", "-expected_end"],
    ),
]


@pytest.mark.parametrize(("path", "who", "total", "sorts"), WHERE)
def test_every_order_leads_on_and_back_and_says_of_how_many(busy: Office, path, who, total, sorts):
    for sort in sorts:
        whole = page(busy, path, who, sort=sort)["data"]
        first = page(busy, path, who, sort=sort, limit=2)
        on = first["page"]["next_cursor"]
        second = page(busy, path, who, sort=sort, limit=2, cursor=on)
        back = page(busy, path, who, sort=sort, limit=2, cursor=second["page"]["previous_cursor"])

        assert first["data"] + second["data"] == whole[:4]
        assert (back["data"], back["page"]["previous_cursor"]) == (first["data"], None)
        assert [found["page"]["total"] for found in (first, second, back)] == [total] * 3
        assert len(whole) == total


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ({"stage": "umpeg_verification"}, 6),
        ({"stage": "processing"}, 0),
        ({"layanan": "bebas_hukdis"}, 6),
        ({"layanan": "kp_fungsional"}, 0),
        ({"q": "opd_head"}, 2),
        ({"q": "opd_head", "layanan": "bebas_hukdis"}, 2),
        ({"expected_end_until": "2999-01-01"}, 6),
        ({"expected_end_from": "2999-01-01"}, 0),
        ({"stage_since_until": "2020-01-01T00:00:00+07:00"}, 0),
    ],
)
def test_the_inbox_counts_what_it_would_show(busy: Office, query, total):
    few = page(busy, "/inbox", "umpeg", limit=1, **query)

    assert few["page"]["total"] == total
    assert len(page(busy, "/inbox", "umpeg", **query)["data"]) == total


def test_the_newest_decision_may_come_last(busy: Office):
    newest_first = page(busy, "/decided", "umpeg")["data"]

    assert page(busy, "/decided", "umpeg", sort="at")["data"] == newest_first[::-1]
    assert {row["done_label"] for row in newest_first} == {"Disetujui"}


@pytest.mark.parametrize(
    ("path", "who", "total", "first"),
    [
        ("/inbox", "umpeg", 6, "Nomor"),
        ("/decided", "umpeg", 3, "Diputuskan"),
        ("/proposals", "umpeg_second", 3, "Nomor"),
    ],
)
def test_the_file_is_what_the_list_shows(busy: Office, path, who, total, first):
    header, *rows = file(busy, path, who)
    shown = [row.get("proposal", row) for row in page(busy, path, who)["data"]]

    assert header[0] == first
    assert [row[header.index("Nomor")] for row in rows] == [row["number"] for row in shown]
    assert [row[header.index("Pengusul")] for row in rows] == [
        row["applicant"]["name"] for row in shown
    ]
    assert [row[header.index(NIP)].replace(" ", "") for row in rows] == [
        row["applicant"]["nip"] for row in shown
    ]
    assert len(rows) == total


def test_the_sheet_holds_nip_as_text(busy: Office):
    answer = busy.call("GET", "/inbox", "umpeg", query_string={"format": "xlsx", "q": "opd_head"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    header = [cell.value for cell in sheet[1]]
    nip = sheet[2][header.index(NIP)]

    assert sheet.max_row == 3
    assert (nip.data_type, len(nip.value)) == ("s", 18)


def test_nobody_gets_a_file_of_what_they_may_not_see(busy: Office):
    assert file(busy, "/inbox", "applicant")[1:] == []
    assert len(file(busy, "/proposals", "applicant")[1:]) == 2
    elsewhere = busy.token("umpeg", region="other")
    answer = busy.service.call("GET", "/api/proposal/v1/inbox?format=csv", token=elsewhere)
    assert len(answer.data.splitlines()) == 1


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ({"at_from": "0001-01-01T00:00:00+14:00"}, 3),
        ({"at_from": "9999-12-31T23:59:59-14:00"}, 0),
        ({"at_until": "0001-01-01T00:00:00+14:00"}, 0),
        ({"at_until": "9999-12-31T23:59:59-14:00"}, 3),
    ],
)
def test_an_instant_beyond_the_calendar_is_before_or_after_all(busy: Office, query, total):
    assert page(busy, "/decided", "umpeg", **query)["page"]["total"] == total
