"""Codes that prove an address to be its owner's (R37). Pure."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from chassis.kernel.errors import FieldError, Refused

CODE_LIFE = timedelta(minutes=15)
CODE_TRIES = 5
_DIGITS = 8
# How many codes an account is sent within how long.
_BUDGETS = ((timedelta(hours=1), 5), (timedelta(days=1), 10))
LONGEST_BUDGET = timedelta(days=1)
MAIL, WHATSAPP = "email", "whatsapp"
CHANNELS = (MAIL, WHATSAPP)


class ContactCodeWrong(Refused):
    kind = "invalid"
    code = "contact_code_wrong"
    text = {
        "id": "Kode tidak cocok atau sudah kedaluwarsa. Minta kode baru bila perlu.",
        "en": "The code does not match or has expired. Ask for a new one if need be.",
    }

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/code", self.code, self.text["id"], self.text["en"])])


class TooManyCodes(Refused):
    """The account was sent enough codes for now; `retry_after` seconds are left to wait."""

    kind = "too_many"
    code = "too_many_codes"
    text = {
        "id": "Terlalu banyak kode diminta. Coba lagi dalam {retry_after} detik.",
        "en": "Too many codes were asked for. Try again in {retry_after} seconds.",
    }

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class NoAddress(Refused):
    code = "no_address"
    text = {
        "id": "Isi dan simpan alamat atau nomornya lebih dahulu.",
        "en": "Enter and save the address or number first.",
    }


class AlreadyVerified(Refused):
    code = "already_verified"
    text = {
        "id": "Alamat atau nomor ini sudah terverifikasi.",
        "en": "This address or number is verified already.",
    }


def new_code() -> str:
    """Return a code of eight digits."""
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"


def digits_of(typed: str) -> str:
    """Return the digits of what was typed; blanks and hyphens are how people write them."""
    return "".join(char for char in typed if char.isdecimal())


def check_budget(sent_at: Sequence[datetime], *, now: datetime) -> None:
    """Refuse a code that comes too early, given when the last day's were sent.

    Raises `TooManyCodes`.
    """
    for window, most in _BUDGETS:
        within = sorted(at for at in sent_at if at > now - window)
        if len(within) >= most:
            free_at = within[-most] + window
            raise TooManyCodes(retry_after=int((free_at - now).total_seconds()) + 1)
