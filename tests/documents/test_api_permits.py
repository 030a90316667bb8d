"""Leave to upload: whose it is, what for, how long, and that it opens nothing else."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
import time_machine
from joserfc import jwt
from joserfc.jwk import OctKey
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from chassis.http import sessions
from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.documents.adapters.checker.client import CheckerUnavailable
from services.documents.adapters.stores.protocol import StoreUnavailable
from services.documents.domain.limits import MAX_BYTES
from services.documents.domain.permits import LIFE
from tests.builders import bad_pdfs
from tests.builders.pdfs import a_letter, a_pdf
from tests.chassis.test_ended_sessions import ended
from tests.documents.conftest import API, SLOT, Desk, Sending, by_permit, by_token, permit
from tests.documents.test_subscriptions import employee_changed
from tests.documents.test_workers import objects

BACK = "/portal/usulan/12/dokumen?langkah=2"


def by(desk: Desk, signed: str, where: str = "") -> Sending:
    return Sending(desk, {"Upload-Permit": signed}, where)


def test_a_permit_says_when_it_ends(desk: Desk):
    answer = desk.service.call(
        "POST", f"{API}/permits", token=desk.token(), json={"slot": SLOT, "max_bytes": 1000}
    )

    assert answer.json["expires_at"] > (now() + LIFE - timedelta(minutes=1)).isoformat()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"slot": ""},
        {"slot": "proposal"},
        {"slot": "proposal/../x"},
        {"slot": "proposal//x"},
        {"slot": f"proposal/{'x' * 160}"},
        {"slot": SLOT, "max_bytes": 0},
        {"slot": SLOT, "max_bytes": MAX_BYTES + 1},
        {"slot": SLOT, "max_bytes": "100"},
        {"slot": SLOT, "back": "https://elsewhere.example/"},
        {"slot": SLOT, "back": "//elsewhere.example/"},
        {"slot": SLOT, "back": "/\\elsewhere.example/"},
        {"slot": SLOT, "back": "portal/"},
        {"slot": SLOT, "back": "/portal/\r\nSet-Cookie: a=b"},
        {"slot": SLOT, "back": "/portal/#potongan"},
        {"slot": SLOT, "back": "/" + "x" * 400},
        {"slot": SLOT, "person": str(uuid7())},
    ],
)
def test_a_permit_for_no_place_or_another_site_is_not_given(busy_desk: Desk, body):
    answer = busy_desk.service.call("POST", f"{API}/permits", token=busy_desk.token(), json=body)

    assert answer.status_code == 422, answer.json


def test_only_a_person_takes_one_and_a_permit_gives_no_other(desk: Desk):
    order = {"slot": SLOT}
    client = desk.service.client("an-app", "documents")
    other_scope = desk.service.person(desk.owner, "proposal")

    refused = [
        desk.service.call("POST", f"{API}/permits", json=order, **more)
        for more in (
            {"token": client},
            {"token": other_scope},
            {"headers": {"Upload-Permit": permit(desk)}},
        )
    ]

    codes = [answer.json["code"] for answer in refused]
    assert codes == ["person_required", "insufficient_scope", "token_missing"]


@pytest.mark.parametrize("path", ["documents", "documents/{id}", "documents/{id}/content"])
def test_a_permit_reads_nothing(desk: Desk, path: str):
    stored = desk.upload().json["id"]

    answer = desk.service.call(
        "GET", f"{API}/{path.format(id=stored)}", headers={"Upload-Permit": permit(desk)}
    )

    assert (answer.status_code, answer.json["code"]) == (401, "token_missing")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH", "DELETE", "finish"])
@pytest.mark.parametrize("whose", ["person", "region", "slot", "token"])
def test_nobody_else_and_no_other_slot_reaches_an_upload(busy_desk: Desk, method: str, whose: str):
    desk = busy_desk
    mine = by_permit(desk)
    mine.begin(len(a_letter()))
    strangers = {
        "person": lambda: by_permit(desk, desk.token(uuid7())),
        "region": lambda: by_permit(desk, desk.token(region="lain")),
        "slot": lambda: by_permit(desk, slot=f"{SLOT}_lain"),
        "token": lambda: by_token(desk, desk.token(uuid7())),
    }
    stranger = strangers[whose]()
    stranger.where = mine.where

    if method == "finish":
        answer = stranger.finish()
    elif method == "PATCH":
        answer = stranger.piece(a_letter(), 0)
    else:
        answer = stranger.ask(method, mine.where)

    assert answer.status_code == 404
    assert mine.show()["offset"] == 0
    mine.ask("DELETE", mine.where)


def test_after_a_quarter_of_an_hour_a_new_permit_goes_on_with_the_upload(desk: Desk):
    with time_machine.travel(now(), tick=True) as clock:
        old = by_permit(desk)
        old.begin(len(a_letter()))
        clock.shift(LIFE)
        answer = old.piece(a_letter(), 0)
        new = by_permit(desk)
        new.where = old.where

        assert (answer.status_code, answer.json["code"]) == (401, "permit_expired")
        assert new.piece(a_letter(), 0).status_code == 204
        assert new.finish().status_code == 201


def ends_the_session(desk: Desk, session: UUID) -> None:
    desk.service.hear(ended(session))


def ends_all_sessions(desk: Desk, _session: UUID) -> None:
    desk.service.hear(
        employee_changed(desk.owner, 2, sessions_revoked_at=(now() + timedelta(1)).isoformat())
    )


@pytest.mark.parametrize("end", [ends_the_session, ends_all_sessions])
def test_a_permit_of_an_ended_session_is_void_to_its_last_minute(
    desk: Desk, end: Callable[[Desk, UUID], None]
):
    session = uuid7()
    with time_machine.travel(now(), tick=True) as clock:
        sending = by_permit(desk, desk.token(sid=str(session)))
        assert sending.begin(100).status_code == 201
        end(desk, session)
        clock.shift(LIFE - timedelta(minutes=1))
        with desk.service.app.app_context():
            sessions.forget_old(desk.service.runtime)
        answer = sending.begin(100)

    assert (answer.status_code, answer.json["code"]) == (401, "session_revoked")


class TestATamperedPermit:
    def refused(self, desk: Desk, signed: str) -> bool:
        answer = by(desk, signed).begin(100)
        return (answer.status_code, answer.json["code"]) == (401, "permit_invalid")

    def test_of_which_one_character_is_another_is_refused(self, desk: Desk):
        signed = permit(desk)
        for place in range(0, len(signed) - 1, 7):
            other = "A" if signed[place] != "A" else "B"
            assert self.refused(desk, signed[:place] + other + signed[place + 1 :]), place

    @pytest.mark.parametrize("name", ["max_bytes", "sub", "region", "slot", "exp"])
    def test_that_says_something_else_is_refused(self, desk: Desk, name: str):
        head, body, signature = permit(desk).split(".")
        told = urlsafe_b64decode(body + "==").replace(f'"{name}":'.encode(), b'"x":')
        other = urlsafe_b64encode(told).decode().rstrip("=")

        assert self.refused(desk, f"{head}.{other}.{signature}")

    def test_without_a_signature_or_with_anothers_is_refused(self, desk: Desk):
        head, body, _ = permit(desk).split(".")
        claims = jwt.decode(permit(desk), desk.machinery.permits._key).claims
        unsigned = urlsafe_b64encode(b'{"alg":"none","typ":"permit+jwt"}').decode().rstrip("=")
        foreign = jwt.encode(
            {"alg": "HS256", "typ": "permit+jwt"}, claims, OctKey.import_key("x" * 32)
        )
        wrong_kind = jwt.encode(
            {"alg": "HS256", "typ": "at+jwt"}, claims, desk.machinery.permits._key
        )

        attempts = [f"{unsigned}.{body}.", f"{head}.{body}.", foreign, wrong_kind, "", "x", "a.b.c"]
        assert [each for each in attempts if not self.refused(desk, each)] == []

    def test_a_token_or_a_receipt_is_no_permit_and_a_permit_no_token(self, desk: Desk):
        receipt = desk.upload().json["receipt"]

        assert self.refused(desk, desk.token())
        assert self.refused(desk, receipt)
        assert desk.get("documents", permit(desk)).status_code == 401


class TestAFormOfABrowserWithoutScripts:
    def send(self, desk: Desk, content: bytes, **more: str) -> TestResponse:
        form = {"permit": permit(desk, back=BACK), **more}
        file = FileStorage(BytesIO(content), filename="surat.pdf")
        boundary, body = encode_multipart({**form, "file": file})
        return desk.service.call(
            "POST",
            f"{API}/uploads/form",
            data=body,
            content_type=f"multipart/form-data; boundary={boundary}",
        )

    def led_to(self, desk: Desk, answer: TestResponse) -> Sending:
        assert answer.status_code == 303, answer.json
        page, _, upload = answer.headers["Location"].partition("&unggahan=")
        assert page == BACK
        return by(desk, permit(desk), f"{API}/uploads/{upload}")

    def test_sends_a_file_and_goes_back_to_its_page(self, desk: Desk):
        told = self.led_to(desk, self.send(desk, a_letter())).show()

        assert (told["state"], told["slot"], told["name"]) == ("stored", SLOT, "surat.pdf")
        assert desk.get(f"documents/{told['document']['id']}/content").data == a_letter()
        assert len(objects(desk)) == 1

    def test_goes_back_also_with_a_refused_file_whose_bytes_wait_for_a_mender(self, desk: Desk):
        told = self.led_to(desk, self.send(desk, bad_pdfs.cut(a_pdf()))).show()

        assert (told["state"], told["problem"]["code"]) == ("refused", "document_damaged")
        assert [path.stat().st_size for path in objects(desk)] == [told["length"]]

    def test_is_told_there_that_a_file_is_too_large(self, desk: Desk):
        told = self.led_to(desk, self.send(desk, b"%PDF" + b"x" * MAX_BYTES)).show()

        assert (told["state"], told["problem"]["code"]) == ("refused", "document_too_large")
        assert objects(desk) == []

    def test_can_be_finished_from_there_when_the_checker_was_busy(self, desk: Desk, monkeypatch):
        def busy(*_args: object, **_more: object) -> None:
            raise CheckerUnavailable

        with monkeypatch.context() as then:
            then.setattr(desk.machinery.checker, "check", busy)
            sending = self.led_to(desk, self.send(desk, a_letter()))

        assert (sending.show()["state"], sending.offset()) == ("arriving", len(a_letter()))
        assert sending.finish().status_code == 201

    def test_is_offered_no_pdf_of_a_picture_that_is_larger_than_any_file(self, desk: Desk):
        told = self.led_to(desk, self.send(desk, b"\xff\xd8\xff\xe0" + b"x" * MAX_BYTES)).show()

        assert (told["problem"]["code"], told["problem"]["offers"]) == ("document_too_large", [])

    def test_reads_no_more_than_a_little_before_the_file(self, desk: Desk):
        field = b'--X\r\nContent-Disposition: form-data; name="%d"\r\n\r\n%s\r\n'
        body = b"".join(field % (number, b"x" * 700_000) for number in range(2))

        answer = desk.service.call(
            "POST",
            f"{API}/uploads/form",
            data=body + b"--X--\r\n",
            content_type="multipart/form-data; boundary=X",
        )

        assert (answer.status_code, answer.json["code"]) == (413, "document_too_large")

    @pytest.mark.parametrize("minutes", [16, 60 * 24 * 30])
    def test_goes_back_with_why_after_the_permit_is_over_and_keeps_nothing(
        self, desk: Desk, minutes: int
    ):
        with time_machine.travel(now(), tick=True) as clock:
            old = permit(desk, back=BACK)
            clock.shift(timedelta(minutes=minutes))
            answer = self.send(desk, a_letter(), permit=old)

        assert answer.status_code == 303
        assert answer.headers["Location"] == f"{BACK}&gagal=permit_expired"
        assert objects(desk) == []

    def test_goes_back_with_why_when_no_more_is_taken(self, service):
        desk = Desk(service("documents", UPLOADS_PER_DAY="1"), uuid7())
        desk.upload()

        answer = self.send(desk, a_letter())

        assert answer.headers["Location"] == f"{BACK}&gagal=upload_quota_exceeded"

    def test_goes_back_with_why_after_its_session_was_ended(self, desk: Desk):
        session = uuid7()
        signed = permit(desk, desk.token(sid=str(session)), back=BACK)
        desk.service.hear(ended(session))

        answer = self.send(desk, a_letter(), permit=signed)

        assert answer.headers["Location"] == f"{BACK}&gagal=session_revoked"
        assert objects(desk) == []

    def test_goes_back_with_why_while_the_store_is_away(self, desk: Desk, monkeypatch):
        def away(*_args: object, **_more: object) -> None:
            raise StoreUnavailable

        monkeypatch.setattr(desk.machinery.store, "put", away)

        assert self.send(desk, a_letter()).headers["Location"].endswith("gagal=store_unavailable")

    @pytest.mark.parametrize("wrong", ["", "x.y.z"])
    def test_without_a_good_permit_keeps_nothing(self, desk: Desk, wrong: str):
        answer = self.send(desk, a_letter(), permit=wrong)

        assert (answer.status_code, answer.json["code"]) == (401, "permit_invalid")
        assert objects(desk) == []

    def test_needs_its_permit_before_the_file_and_a_way_back(self, desk: Desk):
        file = FileStorage(BytesIO(a_letter()), filename="surat.pdf")
        late = encode_multipart({"file": file, "permit": permit(desk, back=BACK)})
        file = FileStorage(BytesIO(a_letter()), filename="surat.pdf")
        nowhere = encode_multipart({"permit": permit(desk), "file": file})

        answers = [
            desk.service.call(
                "POST",
                f"{API}/uploads/form",
                data=body,
                content_type=f"multipart/form-data; boundary={boundary}",
            )
            for boundary, body in (late, nowhere)
        ]

        assert [answer.status_code for answer in answers] == [422, 422]
        assert answers[0].json["errors"][0]["pointer"] == "/permit"
        assert answers[1].json["code"] == "permit_without_back"
        assert objects(desk) == []
