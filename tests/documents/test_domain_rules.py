from datetime import UTC, datetime, timedelta

import pytest

from chassis.kernel.errors import Unavailable
from services.documents.domain import mends, pictures, refusals
from services.documents.domain.content_types import pdf_attachments
from services.documents.domain.grants import GrantExpired, check_open, end_of_grant
from services.documents.domain.pdf_frame import MOST_AHEAD, body_of, check_frame
from services.documents.domain.places import FIELD, OPENING, PAGE, Place
from services.documents.domain.quotas import (
    BUSY_WINDOW,
    MOST_BUSY,
    BusyTooOften,
    Quota,
    QuotaExceeded,
)
from services.documents.usecases.receiving import AWAY

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
END = b"startxref\n9\n%%EOF\n"


@pytest.mark.parametrize(
    "head",
    [
        b"%PDF-1.4",
        b"%PDF-1.7\n",
        b"%PDF-2.0",
        b"\xef\xbb\xbf%PDF-1.7",
        b"\n" * MOST_AHEAD + b"%PDF-1.7",
        b"\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n%PDF-1.7",
        b"Content-Type: application/pdf\r\n\r\n%PDF-1.7",
    ],
)
def test_a_file_with_the_right_beginning_and_end_passes(head: bytes):
    check_frame(head=head, tail=END)


@pytest.mark.parametrize(
    ("head", "tail", "refusal"),
    [
        (b"", b"", refusals.DocumentEmpty),
        (b"<html>..", END, refusals.DocumentNotPdf),
        (b"\n" * (MOST_AHEAD + 1) + b"%PDF-1.7", END, refusals.DocumentNotPdf),
        (b"MZ\x90%PDF-1.7", END, refusals.DocumentNotPdf),
        (b"<html>%PDF-1.7", END, refusals.DocumentNotPdf),
        (b"\x01\x02%PDF-1.7", END, refusals.DocumentNotPdf),
        (b"%PDF-3.0", END, refusals.DocumentNotPdf),
        (b"%PDF-x.y", END, refusals.DocumentNotPdf),
        (b"%PDF-1.7", END + b"PK\x03\x04", refusals.DocumentDamaged),
        (b"%PDF-1.7", END + b"%<script>", refusals.DocumentDamaged),
    ],
)
def test_another_beginning_or_end_is_refused(head: bytes, tail: bytes, refusal: type[Exception]):
    with pytest.raises(refusal):
        check_frame(head=head, tail=tail)


WHOLE = b"%PDF-1.7\n1 0 obj\nnull\nendobj\n" + END


@pytest.mark.parametrize("ahead", [b"", b"\r\n", b"@PJL\r\n"])
@pytest.mark.parametrize("behind", [b"", b"\n" * 5_000, bytes(5_000), b"%" + b"x" * 5_000])
def test_what_stands_around_a_file_is_left_out(ahead: bytes, behind: bytes):
    assert body_of(ahead + WHOLE + behind).strip() == WHOLE.strip()


def test_a_file_may_have_no_end_if_it_has_its_table():
    assert body_of(WHOLE.replace(b"%%EOF", b"")).startswith(b"%PDF")


@pytest.mark.parametrize(
    "behind", [b"\n2 0 obj\nnull\nendobj\n", b"\n2 0 obj\n<<", WHOLE + WHOLE, b"Surat"]
)
def test_a_file_that_goes_on_after_its_end_is_damaged(behind: bytes):
    with pytest.raises(refusals.DocumentDamaged):
        body_of(WHOLE + behind)


def test_a_refusal_says_where_in_both_languages_and_to_programs():
    places = (Place(PAGE, 3), Place(FIELD, 2, "Tanggal"), Place(OPENING))

    refused = refusals.refusal("document_has_active_content", ["javascript"], places)

    assert refused.detail("id").startswith(
        "PDF memuat isi aktif yang tidak diizinkan: skrip (JavaScript). Letaknya: halaman 3, "
        "kolom “Tanggal” (halaman 2), bagian yang berjalan saat berkas dibuka. Buka berkasnya,"
    )
    assert "Found in: page 3, field “Tanggal” (page 2), what runs when" in refused.detail("en")
    assert refused.members()["places"][0] == {"kind": "page", "page": 3, "name": ""}


@pytest.mark.parametrize(("asked", "given"), [(1, 1), (15, 15), (16, 15), (600, 15), (0, 1)])
def test_a_grant_lasts_one_to_fifteen_minutes(asked: int, given: int):
    assert end_of_grant(NOON, asked) == NOON + timedelta(minutes=given)


def test_a_grant_is_open_until_its_end_and_not_at_it():
    check_open(expires_at=NOON, now=NOON - timedelta(microseconds=1))
    with pytest.raises(GrantExpired):
        check_open(expires_at=NOON, now=NOON)


@pytest.mark.parametrize(("files", "size"), [(3, 0), (4, 0), (0, 1_048_576)])
def test_what_was_sent_before_must_leave_room(files: int, size: int):
    Quota(files=3, megabytes=1).check(files=2, size=1_048_575)
    with pytest.raises(QuotaExceeded):
        Quota(files=3, megabytes=1).check(files=files, size=size)


@pytest.mark.parametrize(("files", "size"), [(360, 0), (0, 1_048_576)])
def test_answers_busy_have_a_bound_of_their_own(files: int, size: int):
    Quota(files=3, megabytes=1).check_busy(files=359, size=1_048_575)
    with pytest.raises(BusyTooOften):
        Quota(files=3, megabytes=1).check_busy(files=files, size=size)


@pytest.mark.parametrize("busy", AWAY)
def test_whoever_waits_as_long_as_they_are_told_never_reaches_that_bound(busy: type[Unavailable]):
    assert MOST_BUSY * busy.retry_after >= BUSY_WINDOW.total_seconds()


def test_an_inspection_that_did_not_end_well_means_too_complex():
    assert isinstance(refusals.refusal("unheard_of"), refusals.DocumentTooComplex)


@pytest.mark.parametrize("feature", refusals.FEATURES)
def test_every_feature_has_a_name_in_both_languages(feature: str):
    refused = refusals.refusal("document_has_active_content", [feature])

    assert refusals.FEATURES[feature][0] in refused.detail("id")
    assert refusals.FEATURES[feature][1] in refused.detail("en")


REFUSALS = [
    said
    for module in (refusals, pictures, mends)
    for said in vars(module).values()
    if isinstance(said, type) and "code" in vars(said) and issubclass(said, refusals.FileRefused)
]


@pytest.mark.parametrize("refused", [*REFUSALS, refusals.DocumentTooLarge])
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_refusal_of_a_file_says_what_to_do_after_what_is_wrong(
    refused: type[refusals.FileRefused], language: str
):
    sentences = refused.text[language].replace(".pdf.", "PDF.").count(". ") + 1

    assert sentences >= 2


@pytest.mark.parametrize(
    ("text", "regions"),
    [("none", set()), ("xml", {"*"}), ("xml:kota-x", {"kota-x"}), ("xml:a, b", {"a", "b"})],
)
def test_xml_inside_is_allowed_nowhere_everywhere_or_in_regions(text: str, regions: set[str]):
    assert pdf_attachments(text) == regions


@pytest.mark.parametrize("text", ["", "XML", "xml:", "xml:a,,b", "pdf:a"])
def test_other_words_for_it_are_no_setting(text: str):
    with pytest.raises(ValueError, match="must be none"):
        pdf_attachments(text)
