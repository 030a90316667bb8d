"""NIP of a PNS and NI PPPK: 18 digits that tell birth, appointment, sex and serial.

Source: Perka BKN 22/2007 (PNS); PP 49/2018 (PPPK). A NIP identifies, it is never a secret.
"""

import re
from dataclasses import dataclass
from datetime import date

from chassis.kernel.errors import FieldError, Refused

_GROUPS = re.compile(r"([0-9]{8})([0-9]{4})([0-9]{2})([12])([0-9]{3})")
_FIRST_PPPK_CODE = 21


class InvalidNip(Refused):
    """The text is not an NIP or NI PPPK; `reason` says why (stable English code)."""

    kind = "invalid"
    code = "invalid_nip"
    text = {
        "id": "NIP tidak valid ({reason_id}).",
        "en": "The NIP is not valid ({reason}).",
    }


@dataclass(frozen=True)
class Nip:
    """A well-formed number. `appointed_month` is None for PPPK, `frequency` None for PNS."""

    digits: str
    kind: str
    born: date
    appointed_year: int
    appointed_month: int | None
    frequency: int | None
    sex: str
    serial: int

    @property
    def appointed_on(self) -> date | None:
        """Return the first day of appointment; a PNS counts from day 1 of the month."""
        if self.appointed_month is None:
            return None
        return date(self.appointed_year, self.appointed_month, 1)

    @property
    def printed(self) -> str:
        """Return the usual print form `YYYYMMDD YYYYMM G NNN`."""
        d = self.digits
        return f"{d[:8]} {d[8:14]} {d[14]} {d[15:]}"


_REASONS = {
    "length": "harus 18 angka",
    "sex": "angka ke-15 harus 1 atau 2",
    "birth_date": "tanggal lahir tidak ada",
    "appointment": "bulan pengangkatan atau kode PPPK tidak dikenal",
    "serial": "nomor urut tidak boleh 000",
}


def parse_nip(text: str, *, pointer: str = "/nip") -> Nip:
    """Read an NIP with or without spaces.

    Raises `InvalidNip` naming the first part that is wrong; digits 13-14 outside 01-12 and
    below 21 are of no known kind and are refused rather than guessed.
    """
    digits = re.sub(r"\s+", "", text)
    match = _GROUPS.fullmatch(digits)
    if match is None:
        raise _invalid("sex" if re.fullmatch(r"[0-9]{18}", digits) else "length", pointer)
    birth, year, code, sex, serial = match.groups()
    kind = _kind_of(int(code), pointer)
    if serial == "000":
        raise _invalid("serial", pointer)
    return Nip(
        digits=digits,
        kind=kind,
        born=_birth_date(birth, pointer),
        appointed_year=int(year),
        appointed_month=int(code) if kind == "pns" else None,
        frequency=int(code) - _FIRST_PPPK_CODE + 1 if kind == "pppk" else None,
        sex="male" if sex == "1" else "female",
        serial=int(serial),
    )


def _kind_of(code: int, pointer: str) -> str:
    if 1 <= code <= 12:
        return "pns"
    if code >= _FIRST_PPPK_CODE:
        return "pppk"
    raise _invalid("appointment", pointer)


def _birth_date(digits: str, pointer: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise _invalid("birth_date", pointer) from None


def _invalid(reason: str, pointer: str) -> InvalidNip:
    reason_id = _REASONS[reason]
    error = FieldError(pointer, "invalid_nip", f"NIP: {reason_id}.", f"NIP: {reason}.")
    return InvalidNip(errors=[error], reason=reason, reason_id=reason_id)
