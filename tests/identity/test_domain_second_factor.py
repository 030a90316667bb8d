"""Codes of the authenticator and recovery codes."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from services.identity.domain import recovery, totp

# RFC 6238, appendix B: the secret is the ASCII text 12345678901234567890.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (2000000000, "279037")],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str):
    found = totp.matching_counter(SECRET, code, now=_at(seconds), last_counter=None)

    assert found == seconds // 30


@pytest.mark.parametrize("drift", [-30, 30])
def test_a_clock_that_is_half_a_minute_off_is_forgiven(drift: int):
    code = pyotp.TOTP(SECRET).at(2_000_000_000 + drift)

    assert totp.matching_counter(SECRET, code, now=_at(2_000_000_000), last_counter=None)


def test_a_clock_that_is_a_minute_off_is_not():
    code = pyotp.TOTP(SECRET).at(2_000_000_000 + 65)

    assert totp.matching_counter(SECRET, code, now=_at(2_000_000_000), last_counter=None) is None


def test_a_code_never_works_twice():
    at = _at(2_000_000_000)
    code = pyotp.TOTP(SECRET).at(at)
    used = totp.matching_counter(SECRET, code, now=at, last_counter=None)

    again = totp.matching_counter(SECRET, code, now=at + timedelta(seconds=10), last_counter=used)

    assert used is not None
    assert again is None


def test_a_code_from_before_the_last_one_used_never_works():
    at = _at(2_000_000_000)
    older = pyotp.TOTP(SECRET).at(at - timedelta(seconds=30))

    used = 2_000_000_000 // 30

    assert totp.matching_counter(SECRET, older, now=at, last_counter=used) is None


@pytest.mark.parametrize("typed", ["", "27903", "2790371", "abcdef", "٢٧٩٠٣٧", "279037; --"])
def test_what_is_no_code_never_matches(typed: str):
    assert totp.matching_counter(SECRET, typed, now=_at(2_000_000_000), last_counter=None) is None


def test_a_code_may_be_typed_in_two_groups():
    assert totp.matching_counter(SECRET, "279 037", now=_at(2_000_000_000), last_counter=None)


def test_the_address_for_the_app_names_account_and_issuer():
    uri = totp.enrolment_uri(SECRET, account="Contoh", issuer="Simpul Kota Contoh Raya")

    assert uri.startswith("otpauth://totp/")
    assert "issuer=Simpul%20Kota%20Contoh%20Raya" in uri
    assert SECRET in uri


def test_a_sheet_has_ten_different_codes_without_look_alikes():
    codes = recovery.new_codes()

    assert len(set(codes)) == 10
    assert not set("".join(codes)) & set("01ilo")


def test_a_recovery_code_may_be_typed_without_hyphens_and_in_capitals():
    code = recovery.new_codes()[0]

    assert recovery.fingerprint(code.upper().replace("-", " ")) == recovery.fingerprint(code)
    assert code not in recovery.fingerprint(code)
