"""Another service has a file kept for somebody: once, checked, and with a receipt it can verify."""

from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from chassis.process.ids import uuid7
from chassis.process.regions import all_regions, in_region
from services.documents.domain.content_types import XLSX
from services.documents.models import PEOPLE, Document, RefusedUpload, db
from services.documents.usecases import making
from services.documents.workers import sweeping
from staff.tables import KeptPerson
from tests.builders import bad_pdfs
from tests.builders.pdfs import a_letter, a_pdf
from tests.builders.workbooks import ACTIVE, a_workbook
from tests.documents.conftest import API, Desk

MADE = f"{API}/documents/made"
KEY = {"region": "demo", "subject": "proposal/1/receipt", "version": "1"}


@pytest.fixture(autouse=True)
def owner_is_known(desk: Desk) -> None:
    known(desk, desk.owner)


def known(desk: Desk, person: UUID) -> UUID:
    with desk.service.app.app_context(), in_region("demo"), db.transaction() as session:
        session.add(PEOPLE.table(KeptPerson)(id=person, name="Budi", version=1))
    return person


def service_token(desk: Desk, client: str = "svc-proposal", **claims: Any) -> str:
    return desk.service.client(client, "documents.make", **{"region": "*", **claims})


def make(
    desk: Desk, content: bytes | None = None, *, token: str | None = None, **form: str
) -> TestResponse:
    file = FileStorage(BytesIO(content or a_letter()), filename="Tanda terima 17.pdf")
    fields = {**KEY, "owner": str(desk.owner), **form}
    boundary, body = encode_multipart({"file": file, **fields})
    return desk.service.call(
        "POST",
        MADE,
        token=token or service_token(desk),
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
    )


def ask(desk: Desk, token: str | None = None, **key: str) -> TestResponse:
    query = {**KEY, **key}
    return desk.service.call("GET", MADE, token=token or service_token(desk), query_string=query)


def claims_of(desk: Desk, answer: TestResponse) -> dict[str, Any]:
    keys = KeySet.import_key_set(desk.service.call("GET", f"{API}/jwks").json)
    return jwt.decode(answer.json["receipt"], keys, algorithms=["ES256"]).claims


def counted(desk: Desk, model: type) -> int:
    with desk.service.app.app_context(), all_regions():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_made_file_is_its_owners_and_comes_with_a_receipt_like_an_upload(desk: Desk):
    answer = make(desk)

    assert answer.status_code == 201, answer.json
    claims = claims_of(desk, answer)
    assert (claims["id"], claims["owner"]) == (answer.json["id"], str(desk.owner))
    assert (claims["region"], claims["pages"]) == ("demo", 2)
    assert claims["name"] == "Tanda terima 17.pdf"
    assert desk.get(f"documents/{answer.json['id']}/content").data == a_letter()
    assert [row["id"] for row in desk.get("documents").json["data"]] == [answer.json["id"]]
    [event] = desk.service.recorded("document.stored.v1")
    assert event.data["document_id"] == answer.json["id"]


def test_the_same_file_again_is_the_same_document_and_no_new_event(desk: Desk):
    first = make(desk)

    again, asked = make(desk), ask(desk)

    assert (again.status_code, asked.status_code) == (201, 200)
    assert {first.json["id"], again.json["id"], asked.json["id"]} == {first.json["id"]}
    assert claims_of(desk, again) == claims_of(desk, first) == claims_of(desk, asked)
    assert counted(desk, Document) == 1
    assert len(desk.service.recorded("document.stored.v1")) == 1


def test_it_is_made_once_after_a_crash_between_store_and_record(desk: Desk, monkeypatch):
    with monkeypatch.context() as crashing:
        crashing.setattr(making, "record", lambda *_: 1 / 0)
        assert make(desk).status_code == 500
    assert ask(desk).status_code == 404

    answer = make(desk)

    assert answer.status_code == 201
    assert counted(desk, Document) == 1
    monkeypatch.setattr(sweeping, "GRACE", -sweeping.GRACE)
    with desk.service.app.app_context():
        sweeping.sweep()
    assert desk.get(f"documents/{answer.json['id']}/content").data == a_letter()


def test_a_second_maker_at_the_same_instant_finds_the_first_ones_document(desk: Desk, monkeypatch):
    before = making.check_and_store

    def and_another_comes_first(arrival):
        monkeypatch.setattr(making, "check_and_store", before)
        assert make(desk).status_code == 201
        return before(arrival)

    monkeypatch.setattr(making, "check_and_store", and_another_comes_first)

    answer = make(desk)

    assert answer.status_code == 201
    assert counted(desk, Document) == 1


@pytest.mark.parametrize("other", ["content", "owner"])
def test_another_content_or_owner_under_the_same_key_is_refused(desk: Desk, other: str):
    first = make(desk)
    colleague = known(desk, uuid7())

    refused = make(desk, a_pdf()) if other == "content" else make(desk, owner=str(colleague))

    assert (refused.status_code, refused.json["code"]) == (409, "made_otherwise")
    assert ask(desk).json["id"] == first.json["id"]


def test_another_version_subject_or_maker_is_another_document(desk: Desk):
    made = [
        make(desk),
        make(desk, version="2"),
        make(desk, subject="proposal/2/receipt"),
        make(desk, token=service_token(desk, "svc-awards")),
    ]

    assert {answer.status_code for answer in made} == {201}
    assert len({answer.json["id"] for answer in made}) == 4
    assert ask(desk, service_token(desk, "svc-identity")).status_code == 404


def test_a_made_file_does_not_count_for_its_owners_day(desk: Desk):
    desk.machinery.quota = type(desk.machinery.quota)(files=1, megabytes=500)
    assert make(desk).status_code == 201
    assert make(desk, bad_pdfs.encrypted(), version="2").status_code == 422

    assert desk.upload().status_code == 201
    assert desk.upload().status_code == 429
    assert make(desk, version="3").status_code == 201


def test_what_an_upload_may_not_hold_a_made_file_may_not_either(desk: Desk):
    refused = make(desk, b"%PDF-1.4 torn")

    assert (refused.status_code, refused.json["code"]) == (422, "document_damaged")
    assert counted(desk, RefusedUpload) == 1
    assert [event.data["code"] for event in desk.service.recorded("document.refused.v1")] == [
        "document_damaged"
    ]


def test_a_workbook_is_kept_as_what_it_is_whatever_its_name_says(desk: Desk):
    workbook = a_workbook("Satu", "Dua")

    answer = make(desk, workbook)

    assert answer.status_code == 201, answer.json
    claims = claims_of(desk, answer)
    assert (claims["content_type"], claims["name"]) == (XLSX, "Tanda terima 17.pdf.xlsx")
    [listed] = desk.get("documents").json["data"]
    assert (listed["content_type"], listed["pages"]) == (XLSX, 2)
    content = desk.get(f"documents/{listed['id']}/content")
    assert (content.data, content.content_type) == (workbook, XLSX)
    assert content.headers["Content-Disposition"].startswith("attachment;")
    [event] = desk.service.recorded("document.stored.v1")
    assert event.data["content_type"] == XLSX


def test_a_workbook_that_acts_is_refused_with_the_reason(desk: Desk):
    refused = make(desk, ACTIVE["macro by its part"])

    assert (refused.status_code, refused.json["code"]) == (422, "workbook_has_active_content")
    assert "makro" in refused.json["detail"]


def test_a_person_sends_no_workbook(desk: Desk):
    refused = desk.upload(a_workbook(), name="tabel.xlsx")

    assert (refused.status_code, refused.json["code"]) == (422, "document_not_pdf")


def test_an_owner_nobody_told_of_is_refused(desk: Desk):
    elsewhere = make(desk, region="lain")
    unknown = make(desk, owner=str(uuid7()))

    assert {answer.json["code"] for answer in (elsewhere, unknown)} == {"owner_unknown"}
    assert counted(desk, Document) == 0


class TestOnlyAService:
    def test_with_the_scope_may(self, desk: Desk):
        token = desk.service.client("svc-proposal", "documents.grant", region="*")

        assert [
            (a.status_code, a.json["code"]) for a in (make(desk, token=token), ask(desk, token))
        ] == [(403, "insufficient_scope")] * 2

    @pytest.mark.parametrize("scopes", [("documents",), ("documents", "documents.make")])
    def test_and_no_person_whatever_the_token_says(self, desk: Desk, scopes: tuple[str, ...]):
        token = desk.service.person(desk.owner, *scopes)

        assert make(desk, token=token).status_code == 403
        assert ask(desk, token).status_code == 403

    def test_of_the_region(self, desk: Desk):
        make(desk)
        token = service_token(desk, region="lain")

        assert make(desk, token=token).status_code == 403
        assert ask(desk, token).json["code"] == "service_required"


@pytest.mark.parametrize(
    ("field", "value"),
    [("version", "0"), ("subject", "a b"), ("region", "Demo"), ("owner", "x"), ("more", "1")],
)
def test_a_wrong_form_names_the_field(desk: Desk, field: str, value: str):
    answer = make(desk, **{field: value})

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [f"/{field}"]
