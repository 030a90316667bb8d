"""A file that arrives in pieces and goes on where it was cut."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from chassis.process.ids import uuid7
from services.documents.adapters.checker.client import CheckerUnavailable
from services.documents.domain.limits import MAX_BYTES
from services.documents.domain.refusals import DocumentInfected
from services.documents.domain.uploads import LARGEST_PIECE, SMALLEST_PIECE
from services.documents.usecases import receiving
from tests.builders import bad_pdfs
from tests.builders.pdfs import a_letter, a_pdf, a_pdf_of_size
from tests.documents.conftest import API, SLOT, Desk, Sending, by_permit, by_token
from tests.documents.test_workers import Crash, objects, swept

KIB = 1024
OWN = ("id", "iat", "receipt")  # what two receipts of one file differ in


@pytest.mark.parametrize("who", [by_permit, by_token])
@pytest.mark.parametrize("size", [None, LARGEST_PIECE, 700 * KIB, MAX_BYTES])
def test_a_file_in_pieces_becomes_a_document_byte_for_byte(desk: Desk, who, size: int | None):
    content = a_letter() if size is None else a_pdf_of_size(size)
    sending = who(desk)

    answer = sending.finish(content)

    assert answer.status_code == 201, answer.json
    assert desk.get(answer.headers["Location"]).json["name"] == "surat.pdf"
    assert desk.get(f"documents/{answer.json['id']}/content").data == content
    assert len(desk.service.recorded("document.stored.v1")) == 1


def test_its_answer_is_that_of_an_upload_in_one(desk: Desk):
    told, whole = by_permit(desk).finish(a_letter()).json, desk.upload(a_letter()).json

    keys = KeySet.import_key_set(desk.service.call("GET", f"{API}/jwks").json)
    claims, others = (
        jwt.decode(each["receipt"], keys, algorithms=["ES256"]).claims for each in (told, whole)
    )

    assert told.keys() == whole.keys()
    assert claims["id"] == told["id"]
    assert claims | dict.fromkeys(OWN) == others | dict.fromkeys(OWN)


def test_an_upload_that_was_cut_at_nine_tenths_goes_on_from_there(desk: Desk):
    content, sending = a_pdf_of_size(10 * LARGEST_PIECE), by_permit(desk)
    sending.begin(len(content))
    for offset in range(0, 9 * LARGEST_PIECE, LARGEST_PIECE):
        sending.piece(content[offset : offset + LARGEST_PIECE], offset)

    after = by_permit(desk)  # the page was loaded again
    after.where = sending.where
    assert after.offset() == 9 * LARGEST_PIECE == len(content) * 0.9
    after.send(content, after.offset())

    assert desk.get(f"documents/{after.finish().json['id']}/content").data == content


def test_the_protocols_headers_tell_how_far_an_upload_came(desk: Desk):
    sending = by_permit(desk)
    begun = sending.begin(len(a_letter()))
    added = sending.piece(a_letter(), 0)
    asked = sending.ask("HEAD", sending.where)

    assert begun.headers["Location"].startswith(f"{API}/uploads/")
    assert added.headers["Upload-Offset"] == str(len(a_letter()))
    assert asked.headers["Upload-Length"] == asked.headers["Upload-Offset"]
    assert asked.headers["Cache-Control"] == "no-store"
    assert asked.data == b""
    assert {each.headers["Tus-Resumable"] for each in (begun, added, asked)} == {"1.0.0"}


def test_an_upload_tells_its_owner_what_becomes_of_it(desk: Desk):
    sending = by_permit(desk)
    sending.begin(len(a_letter()))
    arriving = sending.show()
    stored = sending.finish(a_letter()).json
    shown = sending.show()

    assert arriving | {"id": None, "expires_at": None} == {
        "id": None,
        "slot": SLOT,
        "state": "arriving",
        "offset": 0,
        "length": len(a_letter()),
        "name": "surat.pdf",
        "problem": None,
        "pages": None,
        "made_from": None,
        "changes": None,
        "document": None,
        "receipt": None,
        "expires_at": None,
    }
    assert (shown["state"], shown["document"]["id"]) == ("stored", stored["id"])
    assert shown["receipt"].count(".") == 2
    assert by_token(desk).ask("GET", sending.where).json["slot"] == SLOT


class TestAPieceInTheWrongPlace:
    @pytest.fixture
    def begun(self, desk: Desk) -> Sending:
        sending = by_permit(desk)
        sending.begin(3 * SMALLEST_PIECE)
        sending.piece(b"a" * SMALLEST_PIECE, 0)
        return sending

    @pytest.mark.parametrize("offset", [0, 1, 2 * SMALLEST_PIECE, 10 * SMALLEST_PIECE])
    def test_is_refused_and_head_tells_the_right_one(self, begun: Sending, offset: int):
        answer = begun.piece(b"b" * SMALLEST_PIECE, offset)

        assert (answer.status_code, answer.json["code"]) == (409, "upload_offset_wrong")
        assert begun.offset() == SMALLEST_PIECE

    def test_as_one_whose_answer_was_lost_is_counted_once(self, begun: Sending, desk: Desk):
        again = begun.piece(b"a" * SMALLEST_PIECE, 0)

        assert again.status_code == 409
        assert begun.offset() == SMALLEST_PIECE
        assert len(objects(desk)) == 1


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"x" * (LARGEST_PIECE + 1), "application/offset+octet-stream", 413, "piece_too_large"),
        (b"x" * (SMALLEST_PIECE - 1), "application/offset+octet-stream", 422, "piece_too_small"),
        (b"", "application/offset+octet-stream", 422, "piece_too_small"),
        (b"x" * SMALLEST_PIECE, "application/pdf", 415, "not_a_piece"),
        (b"x" * SMALLEST_PIECE, "", 415, "not_a_piece"),
    ],
)
def test_a_piece_that_is_none_is_refused(desk: Desk, content, kind, status, code):
    sending = by_permit(desk)
    sending.begin(MAX_BYTES)

    answer = sending.piece(content, 0, content_type=kind)

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert sending.offset() == 0
    assert objects(desk) == []


def test_no_piece_goes_beyond_the_length_that_was_said(desk: Desk):
    sending = by_permit(desk)
    sending.begin(100)

    assert sending.piece(b"x" * 101, 0).json["code"] == "piece_too_large"
    assert sending.piece(b"x" * 100, 0).status_code == 204
    assert sending.piece(b"x", 100).json["code"] == "piece_too_large"


@pytest.mark.parametrize("length", [0, 100])
def test_an_empty_piece_at_the_end_changes_nothing_however_often_it_comes(desk: Desk, length: int):
    sending = by_permit(desk)
    sending.begin(length)
    if length:
        sending.piece(b"x" * length, 0)
    before = len(objects(desk))

    answers = [sending.piece(b"", length) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [204] * 3
    assert [answer.headers["Upload-Offset"] for answer in answers] == [str(length)] * 3
    assert len(objects(desk)) == before


def test_a_repeated_key_begins_one_upload_and_never_stands_for_another_file(desk: Desk):
    sending, key = by_permit(desk), {"Idempotency-Key": "mulai-1"}
    first, again = (sending.begin(100, **key) for _ in range(2))
    elsewhere = by_permit(desk, slot=f"{SLOT}_lain")

    others = [
        sending.begin(101, **key),
        sending.begin(100, name="lain.pdf", **key),
        elsewhere.begin(100, **key),
    ]

    assert first.headers["Location"] == again.headers["Location"]
    assert [other.json["code"] for other in others] == ["idempotency_key_reused"] * 3


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412, "tus_version_unsupported"),
        ({"Upload-Length": "-1"}, 422, "invalid"),
        ({"Upload-Length": "viel"}, 422, "invalid"),
        ({"Upload-Length": str(MAX_BYTES + 1)}, 413, "document_too_large"),
        ({"Upload-Metadata": "filename"}, 201, None),
        ({"Upload-Metadata": "filename %%%"}, 422, "invalid"),
        ({"Upload-Metadata": "filename YQ"}, 201, None),
    ],
)
def test_headers_that_say_nonsense_are_refused(desk: Desk, headers, status, code):
    answer = by_permit(desk).begin(100, **headers)

    assert (answer.status_code, (answer.json or {}).get("code")) == (status, code)


def test_a_permit_for_less_lets_ten_megabytes_come_and_refuses_them_at_the_end(desk: Desk):
    sending = by_permit(desk, max_bytes=KIB)

    answer = sending.finish(a_pdf_of_size(700 * KIB))

    assert (answer.status_code, answer.json["code"]) == (413, "document_too_large")
    assert "1 KB" in answer.json["detail"]


def test_what_is_not_complete_cannot_be_finished_and_can_be_afterwards(desk: Desk):
    sending = by_permit(desk)
    sending.begin(len(a_letter()))

    early = sending.finish()

    assert (early.status_code, early.json["code"]) == (409, "upload_incomplete")
    assert sending.finish(a_letter()).status_code == 201


def test_finishing_again_gives_the_same_document_and_takes_nothing_more(desk: Desk):
    sending = by_permit(desk)
    first = sending.finish(a_letter())
    again = sending.finish()

    assert [first.status_code, again.status_code] == [201, 201]
    assert first.json | {"receipt": None} == again.json | {"receipt": None}
    assert sending.piece(b"x", len(a_letter())).json["code"] == "upload_over"
    assert len(desk.get("documents").json["data"]) == 1
    assert len(objects(desk)) == 1


def test_an_empty_file_is_refused_as_empty(desk: Desk):
    sending = by_permit(desk)
    sending.begin(0)

    assert sending.finish().json["code"] == "document_empty"


class TestARefusedFile:
    @pytest.fixture
    def refused(self, desk: Desk) -> Sending:
        sending = by_permit(desk)
        answer = sending.finish(bad_pdfs.ACTIVE["javascript hex-named"]())
        assert answer.status_code == 422
        return sending

    def test_is_told_with_its_reason_each_time(self, refused: Sending):
        again = refused.finish()

        assert (again.status_code, again.json["code"]) == (422, "document_has_active_content")
        assert "skrip (JavaScript)" in again.json["detail"]

    def test_is_told_with_its_places_each_time(self, desk: Desk):
        sending = by_permit(desk)
        first = sending.finish(bad_pdfs.ACTIVE["javascript hex-named"]()).json
        again = sending.finish().json

        assert first["places"]
        assert again | {"request_id": ""} == first | {"request_id": ""}

    def test_tells_why_in_the_readers_language(self, refused: Sending):
        english = refused.ask("GET", refused.where, **{"Accept-Language": "en"}).json

        assert refused.show()["state"] == english["state"] == "refused"
        assert "skrip (JavaScript)" in refused.show()["problem"]["detail"]
        assert "a script (JavaScript)" in english["problem"]["detail"]
        assert english["problem"]["code"] == "document_has_active_content"
        assert english["problem"]["offers"] == []

    def test_counts_once_and_is_one_event(self, desk: Desk, refused: Sending):
        refused.finish()

        assert len(desk.service.recorded("document.refused.v1")) == 1

    def test_leaves_no_bytes_where_they_would_do_harm(self, desk: Desk, monkeypatch, clock):
        sending = by_permit(desk)
        sending.send(a_letter())
        monkeypatch.setattr(receiving, "scan", _finds_malware)
        answer = sending.finish()
        clock.shift(timedelta(minutes=61))
        swept(desk)

        assert answer.json["code"] == "document_infected"
        assert objects(desk) == []

    def test_leaves_its_bytes_for_a_mender(self, desk: Desk, refused: Sending):
        assert sum(path.stat().st_size for path in objects(desk)) == refused.show()["length"]


def _finds_malware(_spool: object) -> None:
    raise DocumentInfected(signature="Uji")


def test_while_the_checker_is_busy_the_bytes_wait_and_need_not_come_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    sending = by_permit(desk)
    sending.send(a_letter())
    with monkeypatch.context() as busy:
        busy.setattr(desk.machinery.checker, "check", _busy)
        answer = sending.finish()

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert sending.show()["state"] == "arriving"
    assert sending.finish().status_code == 201


def _busy(*_args: object, **_more: object) -> None:
    raise CheckerUnavailable


class TestACrash:
    """The process is gone in the middle of an upload; what was said to have arrived is there."""

    @pytest.mark.parametrize(
        "before",
        ["usecases.uploading._counted", "events.document_stored", "usecases.finishing._end"],
    )
    def test_tears_nothing(self, desk: Desk, monkeypatch: pytest.MonkeyPatch, before: str):
        sending = by_permit(desk)
        sending.begin(len(a_letter()))
        with monkeypatch.context() as dying, pytest.raises(Crash):
            dying.setattr(f"services.documents.{before}", _crash)
            sending.finish(a_letter())

        done = sending.finish() if sending.offset() else sending.finish(a_letter())

        assert done.status_code == 201
        assert len(desk.get("documents").json["data"]) == 1
        assert len(desk.service.recorded("document.stored.v1")) == 1

    def test_of_a_refusal_leaves_it_to_be_said_again_once(self, desk: Desk, monkeypatch):
        sending = by_permit(desk)
        sending.send(bad_pdfs.cut(a_pdf()))
        with monkeypatch.context() as dying, pytest.raises(Crash):
            dying.setattr("services.documents.usecases.finishing._end", _crash)
            sending.finish()

        assert sending.finish().json["code"] == "document_damaged"
        assert len(desk.service.recorded("document.refused.v1")) == 1


def _crash(*_args: object, **_more: object) -> None:
    raise Crash


def test_who_gives_up_an_upload_leaves_nothing_and_a_document_stays(desk: Desk):
    given_up, stored = by_permit(desk), by_permit(desk)
    given_up.send(a_letter())
    document = stored.finish(a_letter()).json["id"]

    answers = [sending.ask("DELETE", sending.where) for sending in (given_up, stored)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert given_up.ask("GET", given_up.where).status_code == 404
    assert desk.get(f"documents/{document}/content").data == a_letter()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.system(f"mount -t tmpfs -o size=320k tmpfs {disk} 2>/dev/null"):  # noqa: S605
        pytest.skip("may not mount here")
    yield disk
    os.system(f"umount {disk}")  # noqa: S605


@pytest.mark.live
def test_a_piece_for_which_the_disk_has_no_room_comes_again_when_it_has(service, small_disk: Path):
    desk = Desk(service("documents", STORE_URL=f"file:{small_disk}/objects"), uuid7())
    first, second = by_permit(desk), by_permit(desk)
    piece = b"x" * 3 * SMALLEST_PIECE
    for sending in (first, second):
        sending.begin(MAX_BYTES)
    first.piece(piece, 0)

    refused = second.piece(piece, 0)
    first.ask("DELETE", first.where)

    assert (refused.status_code, refused.json["code"]) == (507, "store_full")
    assert second.offset() == 0
    assert second.piece(piece, 0).status_code == 204


def test_bytes_that_are_gone_or_changed_never_become_a_document(desk: Desk):
    lost, changed = by_permit(desk), by_permit(desk)
    lost.send(a_letter())
    objects(desk)[0].unlink()
    changed.send(a_letter())
    objects(desk)[0].write_bytes(a_letter().replace(b"1", b"2", 1))

    answers = [sending.finish() for sending in (lost, changed)]

    assert [answer.json["code"] for answer in answers] == ["upload_lost"] * 2
    assert desk.get("documents").json["data"] == []
