import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from chassis.http import multipart
from chassis.process.ids import uuid7
from services.documents.adapters.stores.protocol import StoreFull, StoreUnavailable
from tests.builders import bad_pdfs
from tests.builders.metrics import moved
from tests.builders.pdfs import PdfWriter, a_letter, a_pdf, a_pdf_of_size, a_scan, a_signed_pdf
from tests.builders.service import Service
from tests.documents.conftest import Desk

PLAIN = {
    "one page": a_pdf,
    "scan": a_scan,
    "letter": a_letter,
    "signed": a_signed_pdf,
    "500 pages": lambda: a_pdf(pages=500),
    "wrong offsets": lambda: a_scan(9).replace(b"startxref\n", b"startxref\n1"),
    "10 MB": lambda: a_pdf_of_size(10 * bad_pdfs.MEBIBYTE),
}


@pytest.mark.parametrize("kind", PLAIN)
def test_a_plain_pdf_is_taken_and_comes_back_byte_for_byte(desk: Desk, kind: str):
    content = PLAIN[kind]()

    answer = desk.upload(content)

    assert answer.status_code == 201, answer.json
    assert answer.json["sha256"] == sha256(content).hexdigest()
    assert answer.json["size"] == len(content)
    assert answer.json["signed"] is (kind == "signed")
    assert desk.get(f"documents/{answer.json['id']}/content").data == content


def test_the_receipt_says_what_was_stored_and_verifies_with_the_published_keys(desk: Desk):
    told = desk.upload(a_letter(), name="SK Pangkat.pdf").json

    keys = KeySet.import_key_set(desk.service.call("GET", "/api/documents/v1/jwks").json)
    receipt = jwt.decode(told["receipt"], keys, algorithms=["ES256"])

    assert receipt.header["typ"] == "receipt+jwt"
    assert receipt.claims == {
        "id": told["id"],
        "owner": str(desk.owner),
        "region": "demo",
        "sha256": told["sha256"],
        "size": told["size"],
        "content_type": "application/pdf",
        "pages": 2,
        "name": "SK Pangkat.pdf",
        "iat": receipt.claims["iat"],
    }


def test_no_private_key_is_published(desk: Desk):
    desk.upload()

    published = desk.service.call("GET", "/api/documents/v1/jwks").json["keys"]

    assert [sorted(key) for key in published] == [["alg", "crv", "kid", "kty", "use", "x", "y"]]


def test_a_receipt_signed_before_a_rotation_still_verifies(desk: Desk):
    before = desk.upload().json["receipt"]
    with desk.service.app.app_context():
        desk.machinery.signer.rotate()

    keys = KeySet.import_key_set(desk.service.call("GET", "/api/documents/v1/jwks").json)

    assert len(keys.keys) == 2
    assert jwt.decode(before, keys, algorithms=["ES256"]).claims["owner"] == str(desk.owner)


def test_storing_is_told_as_an_event(desk: Desk):
    told = desk.upload(a_scan(3)).json

    (event,) = desk.service.recorded("document.stored.v1")

    assert event.subject == f"document/{told['id']}"
    assert event.data == {
        "document_id": told["id"],
        "owner_id": str(desk.owner),
        "sha256": told["sha256"],
        "size": told["size"],
        "content_type": "application/pdf",
        "pages": 3,
    }


REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("empty", bytes, "document_empty"),
    ("encrypted", bad_pdfs.encrypted, "document_encrypted"),
    *[(name, made, "document_not_pdf") for name, made in bad_pdfs.NOT_PDF.items()],
    ("a picture", bad_pdfs.a_picture, "document_is_a_picture"),
    *[(name, made, "document_damaged") for name, made in bad_pdfs.DAMAGED.items()],
    *[(name, made, "document_too_complex") for name, made in bad_pdfs.COMPLEX.items()],
    *[(name, made, "document_has_active_content") for name, made in bad_pdfs.ACTIVE.items()],
]


def test_a_file_that_opens_unasked_is_kept_byte_for_byte(desk: Desk):
    content = bad_pdfs.encrypted(user="")

    told = desk.upload(content).json

    assert desk.get(f"documents/{told['id']}/content").data == content


@pytest.mark.parametrize(("kind", "made", "code"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_bad_file_is_refused_with_its_reason_and_nothing_is_kept(
    busy_desk: Desk, kind: str, made: Callable[[], bytes], code: str
):
    sender = uuid7()

    answer = busy_desk.upload(made(), token=busy_desk.token(sender))

    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == code
    assert busy_desk.get("documents", busy_desk.token(sender)).json["data"] == []
    assert [path for path in busy_desk.machinery.store.root.rglob("*") if path.is_file()] == []
    event = busy_desk.service.recorded()[-1]
    assert (event.type, event.data["code"]) == ("document.refused.v1", code)
    assert event.data["owner_id"] == str(sender)


def test_what_is_refused_is_counted_by_its_reason_and_each_check_by_what_it_costs(desk: Desk):
    with moved("documents_refused", code="document_damaged"):
        desk.upload(bad_pdfs.cut(a_pdf()))
    with moved("document_check_cpu_seconds"):
        desk.upload(a_pdf())


def test_the_reason_is_given_in_indonesian_or_english_and_names_what_was_found(desk: Desk):
    hex_named = bad_pdfs.ACTIVE["javascript hex-named"]()

    indonesian = desk.upload(hex_named).json["detail"]
    english = desk.upload(hex_named, headers={"Accept-Language": "en"}).json["detail"]

    assert "skrip (JavaScript)" in indonesian
    assert "a script (JavaScript)" in english


@pytest.mark.parametrize(("allowed", "told"), [(512_000, "500 KB"), (1_048_576, "1 MB")])
def test_one_byte_more_than_the_requirement_allows_is_too_large(
    desk: Desk, allowed: int, told: str
):
    fits = desk.upload(a_pdf_of_size(allowed), max_bytes=str(allowed))
    too_large = desk.upload(a_pdf_of_size(allowed + 1), max_bytes=str(allowed))

    assert fits.status_code == 201
    assert too_large.status_code == 413
    assert too_large.json["code"] == "document_too_large"
    assert f"lebih besar dari {told}." in too_large.json["detail"]


@pytest.mark.parametrize("size", [10 * bad_pdfs.MEBIBYTE + 1, 12 * bad_pdfs.MEBIBYTE])
def test_more_than_ten_megabytes_is_too_large_whatever_the_requirement_says(desk: Desk, size: int):
    answer = desk.upload(a_pdf_of_size(size))

    assert answer.status_code == 413
    assert answer.json["code"] == "document_too_large"


@pytest.mark.parametrize(
    ("form", "pointer"),
    [({"max_bytes": "0"}, "/max_bytes"), ({"max_bytes": "x"}, "/max_bytes"), ({"a": "b"}, "/a")],
)
def test_a_wrong_form_field_is_named(desk: Desk, form: dict[str, str], pointer: str):
    answer = desk.upload(**form)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def test_an_upload_without_a_file_is_told_so(desk: Desk):
    answer = desk.service.call(
        "POST",
        "/api/documents/v1/documents",
        token=desk.token(),
        data={"max_bytes": "5"},
        content_type="multipart/form-data",
    )

    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/file")


def test_a_cut_form_is_malformed_not_an_error_of_ours(desk: Desk):
    answer = desk.service.call(
        "POST",
        "/api/documents/v1/documents",
        token=desk.token(),
        data=b"--x\r\nContent-Disposition: form-data; name=file; filename=a.pdf\r\n\r\n%PDF-1.7",
        content_type="multipart/form-data; boundary=x",
    )

    assert (answer.status_code, answer.json["code"]) == (400, "form_unreadable")


def test_json_is_not_an_upload(desk: Desk):
    answer = desk.service.call(
        "POST", "/api/documents/v1/documents", token=desk.token(), json={"file": "x"}
    )

    assert (answer.status_code, answer.json["code"]) == (415, "not_multipart")


def test_uploading_needs_a_person_with_the_scope(desk: Desk):
    no_token = desk.service.call("POST", "/api/documents/v1/documents")
    other_scope = desk.upload(token=desk.service.person(desk.owner, "proposal"))
    application = desk.upload(token=desk.service.client("svc-proposal", "documents"))

    assert [no_token.status_code, other_scope.status_code, application.status_code] == [
        401,
        403,
        403,
    ]


@pytest.mark.parametrize(
    ("trouble", "status", "code"),
    [(StoreUnavailable, 503, "store_unavailable"), (StoreFull, 507, "store_full")],
)
def test_a_store_in_trouble_keeps_nothing_and_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, trouble: type[Exception], status: int, code: str
):
    def put(*_args: object, **_kwargs: object) -> None:
        raise trouble

    monkeypatch.setattr(desk.machinery.store, "put", put)

    answer = desk.upload()

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert ("Retry-After" in answer.headers) is (status == 503)
    assert desk.get("documents").json["data"] == []
    assert desk.service.recorded() == []


def test_no_database_connection_is_held_while_a_file_is_checked_and_stored(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    held: dict[str, int] = {}
    with desk.service.app.app_context():
        pool = desk.service.runtime.db.engine.pool

    def watch(where: object, name: str) -> None:
        real = getattr(where, name)

        def watched(*args: object, **kwargs: object) -> object:
            held[name] = pool.checkedout()
            return real(*args, **kwargs)

        monkeypatch.setattr(where, name, watched)

    for where, name in (
        (multipart, "_parsed"),
        (desk.machinery.checker, "check"),
        (desk.machinery.store, "put"),
        (desk.machinery.store, "read"),
    ):
        watch(where, name)
    stored = desk.upload().json["id"]
    desk.get(f"documents/{stored}/content")

    assert held == {"_parsed": 0, "check": 0, "put": 0, "read": 0}


def test_a_person_may_not_send_without_end_and_refused_files_count(
    service: Callable[..., Service],
):
    desk = Desk(service("documents", UPLOADS_PER_DAY="3"), uuid7())
    for content in (a_pdf(), bad_pdfs.cut(a_pdf()), a_pdf()):
        desk.upload(content)

    answer = desk.upload()

    assert (answer.status_code, answer.json["code"]) == (429, "upload_quota_exceeded")
    assert answer.headers["Retry-After"] == "3600"
    assert desk.upload(token=desk.token(uuid7())).status_code == 201


def test_the_megabytes_of_a_day_are_limited_too(service: Callable[..., Service]):
    desk = Desk(service("documents", UPLOAD_MEGABYTES_PER_DAY="1"), uuid7())
    desk.upload(a_pdf_of_size(1_048_576))

    assert desk.upload().json["code"] == "upload_quota_exceeded"


def test_no_key_in_the_store_tells_whose_file_it_is(desk: Desk):
    desk.upload(name="199001012015011999.pdf")

    (path,) = [path for path in desk.machinery.store.root.rglob("*") if path.is_file()]

    key = path.relative_to(desk.machinery.store.root).as_posix()
    assert "199001012015011999" not in key
    assert str(desk.owner) not in json.dumps(key)
    assert path.stat().st_mode & 0o777 == 0o600


def test_readyz_shows_a_store_that_is_away_and_stays_ready(desk: Desk, tmp_path: Path):
    assert desk.service.call("GET", "/readyz").json["checks"]["store"] == "ok"
    objects = tmp_path / "objects"
    objects.rename(tmp_path / "elsewhere")
    objects.write_text("no folder")
    told = desk.service.call("GET", "/readyz")

    assert told.status_code == 200
    assert told.json["checks"]["store"] == "degraded"


def test_a_region_may_take_xml_inside_where_another_does_not(service: Callable[..., Service]):
    desk = Desk(service("documents", PDF_ATTACHMENTS="xml:kota-a"), uuid7())
    names = "/Names << /EmbeddedFiles << /Names [(faktur.xml) 10 0 R] >> >> /AF [10 0 R]"
    described = "/Type /Filespec /F (faktur.xml) /AFRelationship /Data /EF << /F 11 0 R >>"
    xml = PdfWriter.stream_body(b"<a/>", "/Type /EmbeddedFile /Subtype /text#2fxml")
    invoice = a_pdf(catalog=names, objects=(f"<< {described} >>", xml))

    answers = [desk.upload(invoice, token=desk.token(region=code)) for code in ("kota-a", "kab-b")]

    assert [answer.status_code for answer in answers] == [201, 422]
    assert answers[1].json["places"][0] == {"kind": "attachment", "page": 0, "name": "faktur.xml"}
