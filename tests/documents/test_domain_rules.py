from datetime import UTC, datetime, timedelta

import pytest

from services.documents.adapters.checker.client import CheckerUnavailable
from services.documents.domain import refusals
from services.documents.domain.grants import GrantExpired, check_open, end_of_grant
from services.documents.domain.pdf_frame import TAIL, check_frame
from services.documents.domain.quotas import (
    BUSY_WINDOW,
    MOST_BUSY,
    BusyTooOften,
    Quota,
    QuotaExceeded,
)

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
END = b"startxref\n9\n%%EOF\n"


@pytest.mark.parametrize("head", [b"%PDF-1.4", b"%PDF-1.7\n", b"%PDF-2.0"])
def test_a_file_with_the_right_beginning_and_end_passes(head: bytes):
    check_frame(head=head, tail=END)


@pytest.mark.parametrize(
    ("head", "tail", "refusal"),
    [
        (b"", b"", refusals.DocumentEmpty),
        (b"<html>..", END, refusals.DocumentNotPdf),
        (b" %PDF-1.7", END, refusals.DocumentNotPdf),
        (b"\xef\xbb\xbf%PDF-1.7", END, refusals.DocumentNotPdf),
        (b"%PDF-3.0", END, refusals.DocumentNotPdf),
        (b"%PDF-x.y", END, refusals.DocumentNotPdf),
        (b"%PDF-1.7", b"endobj\n", refusals.DocumentDamaged),
        (b"%PDF-1.7", b"%%EOF" + b"x" * (TAIL - 5), refusals.DocumentDamaged),
    ],
)
def test_another_beginning_or_end_is_refused(head: bytes, tail: bytes, refusal: type[Exception]):
    with pytest.raises(refusal):
        check_frame(head=head, tail=tail)


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


def test_whoever_waits_as_long_as_they_are_told_never_reaches_that_bound():
    assert MOST_BUSY * CheckerUnavailable.retry_after >= BUSY_WINDOW.total_seconds()


def test_an_inspection_that_did_not_end_well_means_too_complex():
    assert isinstance(refusals.refusal("unheard_of"), refusals.DocumentTooComplex)


@pytest.mark.parametrize("feature", refusals.FEATURES)
def test_every_feature_has_a_name_in_both_languages(feature: str):
    refused = refusals.refusal("document_has_active_content", [feature])

    assert refusals.FEATURES[feature][0] in refused.detail("id")
    assert refusals.FEATURES[feature][1] in refused.detail("en")
