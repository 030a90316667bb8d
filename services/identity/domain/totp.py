"""Time-based codes (RFC 6238): six digits every 30 seconds, each good for one use.

A phone's clock may be wrong by minutes. A code of such a clock is recognised and named, never
taken; the next code with the same error proves the device, and its error is learned (section 6
of the RFC; the limits are in decision 0026).
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

import pyotp

STEP_SECONDS = 30
MOST_DRIFT = 10  # steps: five minutes
_WINDOW = 1
_DIGITS = 6
_MOST_BETWEEN = 4  # steps from one code to the one that proves it


def new_secret() -> str:
    return pyotp.random_base32()


@dataclass(frozen=True)
class Device:
    """What is known of an authenticator, in steps of 30 seconds.

    `drift` is how far its clock is ahead. `near_counter` is the code that came last outside the
    window, typed at the server's step `near_step`.
    """

    last_counter: int | None = None
    drift: int = 0
    near_counter: int | None = None
    near_step: int | None = None


@dataclass(frozen=True)
class Reading:
    """The step whose code was typed, how far the clock is ahead, and whether it may be taken."""

    counter: int
    drift: int
    taken: bool

    @property
    def is_clock_right(self) -> bool:
        return abs(self.drift) <= _WINDOW

    @property
    def minutes(self) -> int:
        return round(abs(self.drift) * STEP_SECONDS / 60)


def read(secret: str, code: str, *, now: datetime, device: Device) -> Reading | None:
    """Tell what a typed code is worth; None when it is none of this device, or was used.

    One step around the device's own time is taken, for codes typed late. A step at or before
    the last one taken never is, nor one that was seen outside the window: what was read over a
    shoulder, or guessed too early, is worthless. Every code of the ten minutes is computed
    whatever was typed, so that the time says nothing.
    """
    current = int(now.timestamp()) // STEP_SECONDS
    matches = _matching(secret, code, current)
    fresh = [counter for counter in matches if _is_fresh(counter, device)]
    if not fresh:
        return None
    in_window = [c for c in fresh if abs(c - current - device.drift) <= _WINDOW]
    if in_window:
        return Reading(max(in_window), device.drift, taken=True)
    proved = [counter for counter in fresh if _is_proved(counter, current, device)]
    if proved:
        return Reading(max(proved), max(proved) - current, taken=True)
    nearest = min(fresh, key=lambda counter: abs(counter - current - device.drift))
    return Reading(nearest, nearest - current, taken=False)


def first_reading(secret: str, code: str, *, now: datetime) -> Reading | None:
    """Read the first code of a secret that the person was shown just now.

    Who types it has the secret before the eyes, so any code of the ten minutes is taken.
    """
    reading = read(secret, code, now=now, device=Device())
    return replace(reading, taken=True) if reading else None


def _matching(secret: str, code: str, current: int) -> list[int]:
    typed = "".join(code.split())
    if len(typed) != _DIGITS or not (typed.isascii() and typed.isdigit()):
        return []
    generator = pyotp.TOTP(secret)
    counters = range(max(0, current - MOST_DRIFT), current + MOST_DRIFT + 1)
    compared = [(c, secrets.compare_digest(generator.generate_otp(c), typed)) for c in counters]
    return [counter for counter, is_same in compared if is_same]


def _is_fresh(counter: int, device: Device) -> bool:
    is_later = device.last_counter is None or counter > device.last_counter
    return is_later and counter != device.near_counter


def _is_proved(counter: int, current: int, device: Device) -> bool:
    """Tell whether a code follows one of the same clock error, as RFC 6238 resynchronises."""
    if device.near_counter is None or device.near_step is None:
        return False
    between = counter - device.near_counter
    changed = (counter - current) - (device.near_counter - device.near_step)
    return 0 < between <= _MOST_BETWEEN and abs(changed) <= _WINDOW


def groups(secret: str) -> str:
    """Return a secret in groups of four, as it is copied by hand."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def enrolment_uri(secret: str, *, account: str, issuer: str) -> str:
    """Return the `otpauth:` address an authenticator app reads as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)
