"""Codes of the authenticator and recovery codes."""

from datetime import UTC, datetime

import pyotp
import pytest

from services.identity.domain import recovery, totp
from services.identity.domain.totp import Device, Reading

# RFC 6238, appendix B: the secret is the ASCII text 12345678901234567890.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


NOW = 2_000_000_000
STEP = NOW // totp.STEP_SECONDS


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _code(steps: int) -> str:
    """The code that a clock `steps` ahead of ours shows now."""
    return pyotp.TOTP(SECRET).generate_otp(STEP + steps)


def _read(code: str, *, seconds: int = NOW, **device: int | None) -> Reading | None:
    return totp.read(SECRET, code, now=_at(seconds), device=Device(**device))


def _taken(code: str, *, seconds: int = NOW, **device: int | None) -> int | None:
    reading = _read(code, seconds=seconds, **device)
    return reading.counter if reading and reading.taken else None


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (2000000000, "279037")],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str):
    assert _taken(code, seconds=seconds) == seconds // 30


@pytest.mark.parametrize("steps", [-1, 1])
def test_a_clock_that_is_half_a_minute_off_is_forgiven(steps: int):
    assert _taken(_code(steps)) == STEP + steps


@pytest.mark.parametrize(
    ("steps", "minutes"), [(-10, 5), (-3, 2), (-2, 1), (2, 1), (5, 2), (10, 5)]
)
def test_a_clock_that_is_minutes_off_is_named_and_its_code_not_taken(steps: int, minutes: int):
    reading = _read(_code(steps))

    assert reading == Reading(STEP + steps, steps, taken=False)
    assert reading.minutes == minutes


@pytest.mark.parametrize("steps", [-11, 11])
def test_a_clock_that_is_further_off_is_not_recognised(steps: int):
    assert _read(_code(steps)) is None


@pytest.mark.parametrize("steps", [-10, -3, 3, 7])
@pytest.mark.parametrize("later", [1, 4])
@pytest.mark.parametrize("jitter", [-1, 0, 1])
def test_the_next_code_of_the_same_clock_is_taken_and_the_clock_learned(
    steps: int, later: int, jitter: int
):
    second = _code(steps + later)

    seconds = NOW + (later + jitter) * totp.STEP_SECONDS
    reading = _read(second, seconds=seconds, near_counter=STEP + steps, near_step=STEP)

    is_known = abs(steps - jitter) <= totp.MOST_DRIFT
    assert reading == (
        Reading(STEP + steps + later, steps - jitter, taken=True) if is_known else None
    )


@pytest.mark.parametrize(
    ("steps", "later"), [(-3, 0), (-3, 5), (-5, 1), (4, 1)], ids="code {}".format
)
def test_another_code_outside_the_window_proves_nothing(steps: int, later: int):
    seconds = NOW + later * totp.STEP_SECONDS

    assert (
        _taken(_code(steps + later), seconds=seconds, near_counter=STEP - 3, near_step=STEP) is None
    )


@pytest.mark.parametrize("drift", [-10, -3, 0, 6, 10])
def test_a_guess_hits_no_more_codes_however_wrong_the_learned_clock(drift: int):
    taken = [c for c in range(STEP - 40, STEP + 40) if _taken(_code(c - STEP), drift=drift)]

    assert 2 <= len(taken) <= 3


def test_a_code_recognised_too_early_is_worthless_when_its_time_comes():
    early = _read(_code(4))
    assert early

    when_due = NOW + 4 * totp.STEP_SECONDS
    assert _taken(_code(4), seconds=when_due)
    assert _read(_code(4), seconds=when_due, near_counter=early.counter, near_step=STEP) is None


def test_a_mended_clock_is_recognised_as_right():
    reading = _read(_code(0), drift=-6)

    assert reading is not None
    assert not reading.taken
    assert reading.is_clock_right


@pytest.mark.parametrize("typed", [_code(0), _code(6), "000000", "12", "abcdef"])
def test_whatever_is_typed_costs_the_same_codes(typed: str, monkeypatch: pytest.MonkeyPatch):
    made: list[int] = []
    real = pyotp.TOTP.generate_otp
    monkeypatch.setattr(
        pyotp.TOTP, "generate_otp", lambda self, step: made.append(step) or real(self, step)
    )

    _read(typed)

    assert len(made) in (0, 21)
    assert bool(made) == (len(typed) == 6 and typed.isdigit())


def test_a_code_never_works_twice():
    code = _code(0)

    assert _read(code, seconds=NOW + 10, last_counter=_taken(code)) is None


def test_a_code_from_before_the_last_one_used_never_works():
    assert _read(_code(-1), last_counter=STEP) is None


@pytest.mark.parametrize("typed", ["", "27903", "2790371", "abcdef", "٢٧٩٠٣٧", "279037; --"])
def test_what_is_no_code_never_matches(typed: str):
    assert _read(typed) is None


def test_a_code_may_be_typed_in_two_groups():
    assert _taken("279 037")


def test_the_address_for_the_app_names_account_and_issuer():
    uri = totp.enrolment_uri(SECRET, account="Contoh", issuer="Simpul Kota Contoh Raya")

    assert uri.startswith("otpauth://totp/")
    assert "issuer=Simpul%20Kota%20Contoh%20Raya" in uri
    assert SECRET in uri


def test_a_sheet_has_ten_different_codes_without_look_alikes():
    codes = recovery.new_codes()

    assert len(set(codes)) == 10
    assert {len(code.replace("-", "")) for code in codes} == {16}  # of 31 signs: 79 bits
    assert not set("".join(codes)) & set("01ilo")


def test_a_recovery_code_may_be_typed_without_hyphens_and_in_capitals():
    code = recovery.new_codes()[0]

    assert recovery.fingerprint(code.upper().replace("-", " ")) == recovery.fingerprint(code)
    assert code not in recovery.fingerprint(code)
