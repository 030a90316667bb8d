"""A file that arrives in pieces and goes on where it was cut."""

from datetime import timedelta

import pytest
import time_machine
from joserfc import jwt
from joserfc.jwk import KeySet

from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.documents.adapters.checker.client import CheckerUnavailable
from services.documents.domain import uploads
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


def test_bytes_that_came_before_an_upload_was_given_up_count_for_the_day_and_go_at_once(service):
    desk = Desk(service("documents", UPLOAD_MEGABYTES_PER_DAY="1"), uuid7())
    for _ in range(2):
        sending = by_permit(desk)
        sending.begin(MAX_BYTES)
        sending.piece(b"x" * LARGEST_PIECE, 0)
        sending.ask("DELETE", sending.where)
        by_permit(desk).begin(100)

    refused = by_permit(desk).begin(100)

    assert (refused.status_code, refused.json["code"]) == (429, "upload_quota_exceeded")
    assert desk.service.recorded("document.refused.v1") == []
    assert objects(desk) == []


def test_giving_up_what_never_began_to_come_costs_nothing(service):
    desk = Desk(service("documents", UPLOADS_PER_DAY="1"), uuid7())
    for _ in range(3):
        sending = by_permit(desk)
        sending.begin(100)
        sending.ask("DELETE", sending.where)

    assert by_permit(desk).finish(a_letter()).status_code == 201


def test_bytes_that_are_gone_or_changed_never_become_a_document(desk: Desk):
    lost, changed = by_permit(desk), by_permit(desk)
    lost.send(a_letter())
    objects(desk)[0].unlink()
    changed.send(a_letter())
    objects(desk)[0].write_bytes(a_letter().replace(b"1", b"2", 1))

    answers = [sending.finish() for sending in (lost, changed)]

    assert [answer.json["code"] for answer in answers] == ["upload_lost"] * 2
    assert desk.get("documents").json["data"] == []


class TestWhoOpensTooMany:
    def test_is_told_to_finish_some_first(self, desk: Desk):
        opened = [by_permit(desk) for _ in range(uploads.MOST_OPEN)]
        statuses = [sending.begin(100).status_code for sending in opened]

        refused = by_permit(desk).begin(100)
        opened[0].ask("DELETE", opened[0].where)

        assert statuses == [201] * uploads.MOST_OPEN
        assert (refused.status_code, refused.json["code"]) == (429, "too_many_open_uploads")
        assert "Retry-After" in refused.headers
        assert by_permit(desk).begin(100).status_code == 201
        assert by_permit(desk, desk.token(uuid7())).begin(100).status_code == 201

    def test_bytes_count_too(self, desk: Desk):
        most = uploads.MOST_OPEN_BYTES // MAX_BYTES
        statuses = [by_permit(desk).begin(MAX_BYTES).status_code for _ in range(most + 1)]

        assert statuses == [201] * most + [429]

    def test_has_room_by_what_stood_still_for_an_hour_the_oldest_first(self, desk: Desk, clock):
        lying = self.filled(desk)
        clock.shift(uploads.IDLE - timedelta(minutes=1))
        early = by_permit(desk).begin(100)
        clock.shift(timedelta(minutes=2))

        late = by_permit(desk).begin(100)

        token = by_token(desk)
        left = [token.ask("GET", sending.where).status_code for sending in lying]
        assert (early.status_code, late.status_code) == (429, 201)
        assert left == [404] + [200] * (len(lying) - 1)
        assert len(objects(desk)) == len(lying) - 1

    def test_never_loses_one_that_moves(self, desk: Desk, clock):
        lying = self.filled(desk)
        clock.shift(uploads.IDLE - timedelta(minutes=5))
        for sending in lying:
            sending.headers = by_token(desk).headers
            assert sending.piece(b"x" * SMALLEST_PIECE, SMALLEST_PIECE).status_code == 204
        clock.shift(timedelta(minutes=30))

        assert by_permit(desk).begin(100).json["code"] == "too_many_open_uploads"

    def test_has_room_sooner_for_what_is_sent_to_its_slot_anew(self, desk: Desk, clock):
        lying = self.filled(desk)
        clock.shift(uploads.IDLE_IN_ITS_SLOT + timedelta(minutes=1))

        elsewhere = by_permit(desk, slot=f"{SLOT}_lain").begin(100)
        anew = by_permit(desk, slot=f"{SLOT}_7").begin(100)

        token = by_token(desk)
        gone = [sending for sending in lying if token.ask("GET", sending.where).status_code == 404]
        assert (elsewhere.status_code, anew.status_code) == (429, 201)
        assert gone == [lying[7]]

    def filled(self, desk: Desk) -> list[Sending]:
        """Begin as many uploads as may be open, each in a slot of its own and cut after a piece."""
        lying = []
        for number in range(uploads.MOST_OPEN):
            lying.append(by_permit(desk, slot=f"{SLOT}_{number}"))
            lying[-1].begin(3 * SMALLEST_PIECE)
            lying[-1].piece(b"x" * SMALLEST_PIECE, 0)
        return lying

    def test_has_room_again_when_the_day_is_over(self, desk: Desk):
        with time_machine.travel(now(), tick=True) as clock:
            for _ in range(uploads.MOST_OPEN):
                by_permit(desk).begin(100)
            clock.shift(timedelta(hours=25))

            assert by_permit(desk).begin(100).status_code == 201


def test_the_quota_counts_no_files_of_another_region(service):
    desk = Desk(service("documents", UPLOADS_PER_DAY="1"), uuid7())
    elsewhere = desk.token(region="lain")
    for content in (a_pdf(), bad_pdfs.cut(a_pdf())):
        desk.upload(content, token=elsewhere)

    assert [desk.upload().status_code for _ in range(2)] == [201, 429]


def test_the_quota_counts_what_was_finished_or_refused_in_pieces(service):
    desk = Desk(service("documents", UPLOADS_PER_DAY="2"), uuid7())
    waiting = by_permit(desk)
    waiting.send(a_letter())
    answers = [by_permit(desk).finish(each()) for each in (a_letter, lambda: bad_pdfs.cut(a_pdf()))]

    assert [answer.status_code for answer in answers] == [201, 422]
    assert waiting.finish().json["code"] == "upload_quota_exceeded"
    assert by_permit(desk).begin(100).json["code"] == "upload_quota_exceeded"
    assert desk.upload().json["code"] == "upload_quota_exceeded"
