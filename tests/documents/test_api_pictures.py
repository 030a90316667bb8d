"""Pictures sent in pieces become one proposed PDF, which its owner looks at and then keeps."""

from base64 import b64encode
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pikepdf
import pytest
import time_machine
from PIL import Image
from werkzeug.test import TestResponse

from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.documents.domain.uploads import REFUSED_KEPT
from tests.builders.pdfs import a_pdf
from tests.builders.pictures import MAKER, a_huge_png, a_photo, as_heic, as_jpeg, as_png
from tests.documents.conftest import API, Desk

PIECE = 512 * 1024
MEBIBYTE = 1_048_576
SLOT = "proposal/0193a1b2/sk_pangkat"
TUS = {"Tus-Resumable": "1.0.0"}
COMBINE = f"{API}/uploads/combine"


def permit(desk: Desk, slot: str = SLOT, max_bytes: int = MEBIBYTE) -> dict[str, str]:
    order = {"slot": slot, "max_bytes": max_bytes}
    told = desk.service.call("POST", f"{API}/permits", token=desk.token(), json=order)
    return {**TUS, "Upload-Permit": told.json["permit"]}


def sent(
    desk: Desk, content: bytes, headers: dict[str, str], *, name: str = "IMG_1.jpg", upto: int = 0
) -> str:
    """Send a file in pieces, or only some bytes of it; return its upload's id."""
    named = f"filename {b64encode(name.encode()).decode()}"
    length = {"Upload-Length": str(len(content)), "Upload-Metadata": named}
    begun = desk.service.call("POST", f"{API}/uploads", headers={**headers, **length})
    where = str(begun.headers["Location"])
    for start in range(0, upto or len(content), PIECE):
        answer = desk.service.call(
            "PATCH",
            where,
            headers={**headers, "Upload-Offset": str(start)},
            data=content[start : min(start + PIECE, upto or len(content))],
            content_type="application/offset+octet-stream",
        )
        assert answer.status_code == 204, answer.json
    return where.rpartition("/")[2]


def combined(desk: Desk, headers: dict[str, str] | None, *pages: Any, **more: Any) -> TestResponse:
    said = [page if isinstance(page, dict) else {"upload": page} for page in pages]
    token = None if headers else desk.token()
    body = {"pages": said, **more}
    return desk.service.call("POST", COMBINE, headers=headers or {}, token=token, json=body)


def test_several_pictures_become_a_document_after_their_owner_saw_it(desk: Desk):
    headers = permit(desk)
    pictures = [sent(desk, make(), headers) for make in (as_jpeg, as_png, as_heic)]

    made = combined(desk, headers, *pictures, name="SK Pangkat")

    assert made.status_code == 201, made.json
    told = made.json
    assert (told["state"], told["slot"], told["name"]) == ("proposed", SLOT, "SK Pangkat.pdf")
    assert (told["pages"], told["document"]) == (3, None)
    assert told["length"] <= MEBIBYTE
    where = made.headers["Location"]
    pdf = desk.service.call("GET", f"{where}/content", headers=headers).data
    assert MAKER.encode() not in pdf
    page = desk.service.call("GET", f"{where}/pages/3.jpg", headers=headers)
    assert Image.open(BytesIO(page.data)).format == "JPEG"
    finished = desk.service.call("POST", f"{where}/finish", headers=headers)
    assert finished.status_code == 201, finished.json
    kept = desk.get(f"documents/{finished.json['id']}/content")
    assert kept.data == pdf


def test_pages_come_in_the_order_and_with_the_turns_that_were_asked_for(desk: Desk):
    headers = permit(desk)
    upright = sent(desk, as_jpeg(), headers)
    square = sent(desk, as_jpeg(a_photo(900, 900)), headers)

    made = combined(desk, headers, square, {"upload": upright, "rotate": 90}, upright)

    content = desk.service.call("GET", f"{made.headers['Location']}/content", headers=headers).data
    with pikepdf.open(BytesIO(content)) as pdf:
        wide = [float(page.mediabox[2]) > float(page.mediabox[3]) for page in pdf.pages]
    assert wide == [False, True, False]


def test_a_person_without_a_permit_combines_their_own_uploads(desk: Desk):
    token = {**TUS, "Authorization": f"Bearer {desk.token()}"}
    picture = sent(desk, as_jpeg(), token)

    made = combined(desk, None, picture)

    assert (made.status_code, made.json["slot"]) == (201, None)


def test_a_token_combines_what_came_by_a_permit_for_the_slot_of_that(desk: Desk):
    picture = sent(desk, as_png(), permit(desk, max_bytes=200_000))
    elsewhere = sent(desk, as_jpeg(), permit(desk, slot="proposal/0193a1b2/ijazah"))

    made = combined(desk, None, picture)

    assert (made.status_code, made.json["slot"]) == (201, SLOT)
    assert made.json["length"] <= 200_000
    assert combined(desk, None, picture, elsewhere).status_code == 404


@pytest.mark.parametrize("make", [as_jpeg, as_png, as_heic], ids=["jpeg", "png", "heic"])
def test_a_picture_where_a_pdf_is_wanted_is_told_what_to_do(desk: Desk, make: Any):
    headers = permit(desk, max_bytes=100_000)
    picture = sent(desk, make(), headers)

    refused = desk.service.call("POST", f"{API}/uploads/{picture}/finish", headers=headers)

    assert (refused.status_code, refused.json["code"]) == (422, "document_is_a_picture")
    problem = desk.get(f"uploads/{picture}").json["problem"]
    assert (problem["code"], problem["offers"]) == ("document_is_a_picture", ["combine"])


def test_the_offer_needs_no_bytes_again(desk: Desk):
    headers = permit(desk)
    picture = sent(desk, as_jpeg(), headers)
    desk.service.call("POST", f"{API}/uploads/{picture}/finish", headers=headers)

    made = combined(desk, headers, picture)

    assert (made.status_code, made.json["pages"]) == (201, 1)


def test_whoever_sends_a_whole_picture_is_told_too(desk: Desk):
    refused = desk.upload(as_jpeg(), name="foto.pdf")

    assert (refused.status_code, refused.json["code"]) == (422, "document_is_a_picture")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (as_jpeg()[:-3_000], "picture_not_readable"),
        (a_pdf(), "picture_not_readable"),
        (a_huge_png(), "picture_too_large"),
    ],
    ids=["cut", "a pdf", "a bomb"],
)
def test_a_refusal_names_the_picture_by_place_and_name(desk: Desk, content: bytes, code: str):
    headers = permit(desk)
    good = sent(desk, as_jpeg(), headers)
    bad = sent(desk, content, headers, name="SK hal 2.png")

    refused = combined(desk, headers, good, bad)

    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert "2 (SK hal 2.png)" in refused.json["detail"]


def test_pictures_that_do_not_fit_say_how_much_may_be_sent(desk: Desk):
    headers = permit(desk, max_bytes=40_000)
    picture = sent(desk, as_jpeg(a_photo(2000, 3000)), headers)

    refused = combined(desk, headers, picture)

    assert (refused.status_code, refused.json["code"]) == (422, "pictures_do_not_fit")
    assert "1 (IMG_1.jpg)" in refused.json["detail"]


def test_more_pictures_than_one_pdf_has_are_refused_unread(desk: Desk):
    headers = permit(desk)
    picture = sent(desk, as_jpeg(a_photo(100, 100)), headers)

    assert combined(desk, headers, *[picture] * 20).status_code == 201
    refused = combined(desk, headers, *[picture] * 21)

    assert (refused.status_code, refused.json["code"]) == (422, "too_many_pictures")
    assert "21 (IMG_1.jpg)" in refused.json["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"pages": []},
        {"pages": [{"upload": str(uuid4()), "rotate": 45}]},
        {"pages": [{"upload": "x"}]},
        {"pages": [{"rotate": 90}]},
    ],
)
def test_an_order_that_says_nothing_useful_is_refused(desk: Desk, body: dict[str, Any]):
    answer = desk.service.call("POST", COMBINE, token=desk.token(), json=body)

    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_a_picture_that_is_not_all_here_waits(desk: Desk):
    headers = permit(desk)
    picture = sent(desk, as_png(), headers, upto=PIECE)

    refused = combined(desk, headers, picture)

    assert (refused.status_code, refused.json["code"]) == (409, "upload_incomplete")


def test_what_became_a_document_is_no_picture_any_more(desk: Desk):
    headers = permit(desk)
    made = combined(desk, headers, sent(desk, as_jpeg(), headers))
    result = made.headers["Location"].rpartition("/")[2]

    assert combined(desk, headers, result).status_code == 409
    desk.service.call("POST", f"{API}/uploads/{result}/finish", headers=headers)
    assert combined(desk, headers, result).status_code == 409


def test_nobody_combines_anothers_pictures(desk: Desk):
    picture = sent(desk, as_jpeg(), permit(desk))
    stranger: UUID = uuid7()

    body = {"pages": [{"upload": picture}]}
    answer = desk.service.call("POST", COMBINE, token=desk.token(stranger), json=body)
    other_slot = combined(desk, permit(desk, slot="proposal/0193a1b2/ijazah"), picture)

    assert (answer.status_code, other_slot.status_code) == (404, 404)


def test_pictures_are_let_go_an_hour_after_they_were_used(desk: Desk):
    headers = permit(desk)
    picture = sent(desk, as_jpeg(), headers)
    combined(desk, headers, picture)
    assert combined(desk, headers, picture).status_code == 201

    with time_machine.travel(now() + REFUSED_KEPT + timedelta(minutes=1)):
        later = permit(desk)
        assert combined(desk, later, picture).status_code == 404
