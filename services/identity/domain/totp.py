"""Time-based codes (RFC 6238): six digits every 30 seconds, each good for one use."""

import secrets
from datetime import datetime

import pyotp

STEP_SECONDS = 30
_WINDOW = 1
_DIGITS = 6


def new_secret() -> str:
    return pyotp.random_base32()


def matching_counter(
    secret: str, code: str, *, now: datetime, last_counter: int | None
) -> int | None:
    """Return the time step whose code was typed, or None.

    One step early or late is allowed for clocks that differ. A step at or before
    `last_counter` never matches, so a code that was seen over a shoulder is worthless.
    """
    typed = "".join(code.split())
    if len(typed) != _DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    generator = pyotp.TOTP(secret)
    current = int(now.timestamp()) // STEP_SECONDS
    matched = None
    for counter in range(current - _WINDOW, current + _WINDOW + 1):
        matches = secrets.compare_digest(generator.generate_otp(counter), typed)
        if matches and (last_counter is None or counter > last_counter):
            matched = counter
    return matched


def enrolment_uri(secret: str, *, account: str, issuer: str) -> str:
    """Return the `otpauth:` address an authenticator app reads as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)
