"""A file that was refused for its form is mended when its owner asks, and waits for consent."""

import io
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pikepdf
import pytest
import time_machine
from PIL import Image
from werkzeug.test import TestResponse

from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.documents.domain.uploads import LIFE, REFUSED_KEPT
from services.documents.workers.sweeping import sweep
from tests.builders.pdfs import a_letter, a_pdf, a_signed_pdf
from tests.builders.scans import a_scan_of
from tests.documents.conftest import API, Desk

JUNK = b"From: pemindai@kantor.example\r\n\r\n" * 60
PIECE = 512 * 1024
MEBIBYTE = 1_048_576
SLOT = "proposal/0193a1b2/sk_pangkat"
TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now(), tick=True) as traveller:
        yield traveller


def permit(desk: Desk, slot: str = SLOT, max_bytes: int = MEBIBYTE) -> dict[str, str]:
    order = {"slot": slot, "max_bytes": max_bytes}
    told = desk.service.call("POST", f"{API}/permits", token=desk.token(), json=order)
    return {**TUS, "Upload-Permit": told.json["permit"]}


def sent(desk: Desk, content: bytes, headers: dict[str, str]) -> str:
    """Send a file in pieces; return the address of its upload."""
    name = f"filename {b64encode(b'SK Pangkat.pdf').decode()}"
    length = {"Upload-Length": str(len(content)), "Upload-Metadata": name}
    begun = desk.service.call("POST", f"{API}/uploads", headers={**headers, **length})
    where = str(begun.headers["Location"])
    for start in range(0, len(content), PIECE):
        answer = desk.service.call(
            "PATCH",
            where,
            headers={**headers, "Upload-Offset": str(start)},
            data=content[start : start + PIECE],
            content_type="application/offset+octet-stream",
        )
        assert answer.status_code == 204, answer.json
    return where


def refused(desk: Desk, content: bytes, **permitted: Any) -> tuple[str, dict[str, str]]:
    """Send a file that the gate refuses; return its address and the permit it came by."""
    headers = permit(desk, **permitted)
    where = sent(desk, content, headers)
    answer = desk.service.call("POST", f"{where}/finish", headers=headers)
    assert answer.status_code in (413, 422), answer.json
    return where, headers


def mend(desk: Desk, where: str, headers: dict[str, str] | None, how: Any) -> TestResponse:
    token = None if headers else desk.token()
    return desk.service.call(
        "POST", f"{where}/mended", headers=headers or {}, token=token, json={"how": how}
    )


def shown(desk: Desk, where: str) -> Any:
    return desk.get(where).json


CASES = {
    "size": (lambda: a_scan_of("RGB", dpi=300, pages=3), "document_too_large"),
    "bytes_ahead": (lambda: JUNK + a_letter(), "document_not_pdf"),
}


@pytest.mark.parametrize("how", CASES)
def test_a_refused_file_is_mended_looked_at_and_becomes_a_document(desk: Desk, how: str):
    make, code = CASES[how]
    content = make()
    where, headers = refused(desk, content)
    problem = shown(desk, where)["problem"]
    assert (problem["code"], problem["offers"]) == (code, [how])

    made = mend(desk, where, headers, how)

    assert made.status_code == 201, made.json
    told = made.json
    assert (told["state"], told["slot"], told["name"]) == ("proposed", SLOT, "SK Pangkat.pdf")
    assert where.endswith(told["made_from"])
    changes = told["changes"]
    assert changes["how"] == how
    assert (changes["size_before"], changes["size_after"]) == (len(content), told["length"])
    assert told["length"] <= MEBIBYTE
    proposed = made.headers["Location"]
    bytes_of_it = desk.service.call("GET", f"{proposed}/content", headers=headers)
    assert len(bytes_of_it.data) == told["length"]
    assert bytes_of_it.headers["Content-Disposition"].startswith("attachment")

    done = desk.service.call("POST", f"{proposed}/finish", headers=headers)

    assert done.status_code == 201, done.json
    assert done.json["sha256"] == sha256(bytes_of_it.data).hexdigest()
    assert done.json["pages"] == told["pages"]
    assert shown(desk, where)["state"] == "refused"
    assert shown(desk, proposed)["state"] == "stored"


def test_what_was_changed_is_said_in_the_language_of_the_reader(desk: Desk):
    where, headers = refused(desk, a_scan_of("RGB", dpi=600, pages=1))

    made = mend(desk, where, headers, "size").json

    before, after = made["changes"]["dpi_before"], made["changes"]["dpi_after"]
    assert f"Resolusi gambar diturunkan dari {before} ke {after} dpi." in made["changes"]["words"]
    english = desk.get(f"uploads/{made['id']}", headers={"Accept-Language": "en"}).json
    assert "The resolution of pictures is reduced" in " ".join(english["changes"]["words"])
    assert "It still has 1 pages; words and lines are unchanged." in english["changes"]["words"]


def test_pages_are_seen_before_and_after(desk: Desk):
    where, headers = refused(desk, a_scan_of("L", dpi=300, pages=3), max_bytes=600_000)
    proposed = mend(desk, where, headers, "size").headers["Location"]

    pictures = [
        desk.service.call("GET", f"{upload}/pages/2.jpg", headers=headers)
        for upload in (where, proposed)
    ]

    for picture in pictures:
        assert picture.content_type == "image/jpeg"
        assert picture.headers["Cache-Control"] == "no-store"
        assert Image.open(io.BytesIO(picture.data)).width == 900
    assert pictures[0].data != pictures[1].data
    beyond = desk.service.call("GET", f"{proposed}/pages/4.jpg", headers=headers)
    assert (beyond.status_code, beyond.json["code"]) == (404, "not_found")


def test_many_pages_asked_for_at_once_all_come(desk: Desk):
    where, headers = refused(desk, JUNK + a_letter(6))
    proposed = mend(desk, where, headers, "bytes_ahead").headers["Location"]

    def look(page: int) -> int:
        path = f"{proposed}/pages/{page}.jpg"
        return int(desk.service.call("GET", path, headers=headers).status_code)

    with ThreadPoolExecutor(6) as people:
        assert list(people.map(look, range(1, 7))) == [200] * 6


@pytest.mark.parametrize(
    "content", [a_signed_pdf(), JUNK + a_signed_pdf()], ids=["too large", "bytes ahead"]
)
def test_a_signed_file_is_offered_nothing(desk: Desk, content: bytes):
    where, headers = refused(desk, content, max_bytes=2_000)

    assert shown(desk, where)["problem"]["offers"] == []
    for how in ("size", "bytes_ahead", "empty_password"):
        answer = mend(desk, where, headers, how)
        assert (answer.status_code, answer.json["code"]) == (409, "mend_not_offered")


def test_a_mend_that_does_not_help_says_so_and_proposes_nothing(desk: Desk):
    with_scans = a_scan_of("L", dpi=300, pages=4)
    where, headers = refused(desk, with_scans, max_bytes=300_000)
    assert shown(desk, where)["problem"]["offers"] == ["size"]
    again = desk.service.call("POST", f"{where}/finish", headers=headers)
    assert (again.status_code, again.json["offers"]) == (413, ["size"])

    answer = mend(desk, where, headers, "size")

    assert (answer.status_code, answer.json["code"]) == (422, "document_not_smaller")
    assert "293 KB" in answer.json["detail"]
    assert shown(desk, where)["state"] == "refused"


def test_what_the_gate_refuses_in_the_result_is_not_proposed(desk: Desk):
    with_a_script = JUNK + a_pdf(catalog="/OpenAction << /S /JavaScript /JS (x) >>")
    where, headers = refused(desk, with_a_script)

    answer = mend(desk, where, headers, "bytes_ahead")

    assert (answer.status_code, answer.json["code"]) == (422, "document_has_active_content")


def test_a_mend_nobody_knows_is_refused_by_field(desk: Desk):
    where, headers = refused(desk, JUNK + a_letter())

    answer = mend(desk, where, headers, "everything")

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == ["/how"]


def test_a_file_that_is_taken_has_nothing_to_mend(desk: Desk):
    headers = permit(desk)
    where = sent(desk, a_letter(), headers)

    assert mend(desk, where, headers, "size").json["code"] == "mend_not_offered"
    assert desk.service.call("POST", f"{where}/finish", headers=headers).status_code == 201
    assert mend(desk, where, headers, "size").json["code"] == "mend_not_offered"


def test_asking_twice_is_one_proposal(desk: Desk):
    where, headers = refused(desk, JUNK + a_letter())

    made = [mend(desk, where, headers, "bytes_ahead").json["id"] for _ in range(2)]

    assert made[0] == made[1]


def test_two_who_ask_at_once_get_one_proposal(desk: Desk):
    where, headers = refused(desk, a_scan_of("RGB", dpi=300, pages=2))

    with ThreadPoolExecutor(2) as people:
        answers = list(people.map(lambda _: mend(desk, where, headers, "size"), range(2)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1


def test_the_owner_s_own_token_speaks_for_all_their_uploads(desk: Desk):
    where, _ = refused(desk, JUNK + a_letter())

    assert mend(desk, where, None, "bytes_ahead").status_code == 201


def test_nobody_else_sees_or_mends_it(desk: Desk):
    where, headers = refused(desk, JUNK + a_letter())
    proposed = mend(desk, where, headers, "bytes_ahead").headers["Location"]
    stranger = desk.token(uuid7())
    elsewhere = permit(desk, slot="proposal/0193a1b2/ijazah")

    for call in ({"token": stranger}, {"headers": elsewhere}):
        for path in ("content", "pages/1.jpg"):
            assert desk.service.call("GET", f"{proposed}/{path}", **call).status_code == 404
        answer = desk.service.call("POST", f"{where}/mended", json={"how": "bytes_ahead"}, **call)
        assert answer.status_code == 404
    assert desk.service.call("GET", f"{proposed}/content").status_code == 401


def test_only_what_is_proposed_is_sent_back(desk: Desk):
    where, headers = refused(desk, JUNK + a_letter())

    assert desk.service.call("GET", f"{where}/content", headers=headers).status_code == 404
    assert desk.get(f"uploads/{uuid4()}/content").status_code == 404


def test_an_upload_that_is_over_can_no_longer_be_mended(desk: Desk, clock: time_machine.Traveller):
    where, _ = refused(desk, JUNK + a_letter())
    proposed = mend(desk, where, None, "bytes_ahead").headers["Location"]

    clock.shift(LIFE + timedelta(seconds=1))

    assert mend(desk, where, None, "bytes_ahead").status_code == 404
    assert desk.get(f"{proposed}/content").status_code == 404
    assert desk.service.call("POST", f"{proposed}/finish", token=desk.token()).status_code == 404


def test_the_bytes_of_a_refused_file_are_there_for_a_while_only(
    desk: Desk, clock: time_machine.Traveller
):
    where, _ = refused(desk, JUNK + a_letter())

    clock.shift(REFUSED_KEPT + timedelta(seconds=1))
    with desk.service.app.app_context():
        sweep()

    answer = mend(desk, where, None, "bytes_ahead")
    assert (answer.status_code, answer.json["code"]) == (404, "upload_lost")


def test_a_proposal_given_up_leaves_the_original(desk: Desk):
    where, headers = refused(desk, JUNK + a_letter())
    proposed = mend(desk, where, headers, "bytes_ahead").headers["Location"]

    assert desk.service.call("DELETE", proposed, headers=headers).status_code == 204

    assert desk.service.call("GET", proposed, headers=headers).status_code == 404
    again = mend(desk, where, headers, "bytes_ahead").headers["Location"]
    assert again != proposed
    assert shown(desk, where)["state"] == "refused"


def test_a_mended_file_still_has_its_words_and_its_outline(desk: Desk):
    where, headers = refused(desk, JUNK + a_letter())
    proposed = mend(desk, where, headers, "bytes_ahead").headers["Location"]

    made = desk.service.call("GET", f"{proposed}/content", headers=headers).data

    assert made == a_letter()
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert pdf.Root.Outlines.First.Title == "Bab 1"
