"""NIP of a PNS and NI PPPK: 18 digits that tell birth, appointment, sex and serial.

Source: Perka BKN 22/2007 (PNS); PP 49/2018 (PPPK). A NIP identifies, it is never a secret.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from chassis.kernel.errors import FieldError, Refused

DIGITS = 18
_BIRTH_DIGITS = 8
_GROUPS = re.compile(r"([0-9]{8})([0-9]{4})([0-9]{2})([12])([0-9]{3})")
_FIRST_PPPK_CODE = 21
_YOUNGEST, _OLDEST, _FIRST_YEAR = 15, 60, 1920
# Between the digits of a number as people and programs write it.
_MARKS = frozenset(".'`´‘’‛ʹʻʼʽ′＇．。−")
_WIDE = {ord(wide): plain for wide, plain in zip("０１２３４５６７８９", "0123456789", strict=True)}


class InvalidNip(Refused):
    """The text is not an NIP or NI PPPK; `reason` says why (stable English code)."""

    kind = "invalid"
    code = "invalid_nip"
    text = {
        "id": "NIP tidak valid ({reason_id}).",
        "en": "The NIP is not valid ({reason_en}).",
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
    "length": ("harus 18 angka", "it has 18 digits"),
    "sex": ("angka ke-15 harus 1 atau 2", "digit 15 is 1 or 2"),
    "birth_date": ("tanggal lahir tidak ada", "there is no such date of birth"),
    "appointment": (
        "bulan pengangkatan atau kode PPPK tidak dikenal",
        "month of appointment or code of PPPK not known",
    ),
    "serial": ("nomor urut tidak boleh 000", "the serial number is not 000"),
    "birth_year": (f"tahun lahir sebelum {_FIRST_YEAR}", f"born before {_FIRST_YEAR}"),
    "age": (
        f"umur saat pengangkatan harus {_YOUNGEST} sampai {_OLDEST} tahun",
        f"the age at appointment is from {_YOUNGEST} to {_OLDEST}",
    ),
    "future": ("pengangkatan lebih jauh dari tahun depan", "appointed later than next year"),
}


def parse_nip(text: str, *, pointer: str = "/nip", today: date | None = None) -> Nip:
    """Read an NIP in any notation (ruling R38).

    With `today`, which whoever writes a register gives, the number must also be plausible. Raises
    `InvalidNip` naming the first part that is wrong; digits 13-14 outside 01-12 and below 21 are
    of no known kind and are refused rather than guessed.
    """
    digits = digits_of(text)
    match = _GROUPS.fullmatch(digits)
    if match is None:
        raise _invalid("sex" if re.fullmatch(r"[0-9]{18}", digits) else "length", pointer)
    birth, year, code, sex, serial = match.groups()
    kind = _kind_of(int(code), pointer)
    if serial == "000":
        raise _invalid("serial", pointer)
    nip = Nip(
        digits=digits,
        kind=kind,
        born=_birth_date(birth, pointer),
        appointed_year=int(year),
        appointed_month=int(code) if kind == "pns" else None,
        frequency=int(code) - _FIRST_PPPK_CODE + 1 if kind == "pppk" else None,
        sex="male" if sex == "1" else "female",
        serial=int(serial),
    )
    if today is not None and (reason := _implausible(nip, today)):
        raise _invalid(reason, pointer)
    return nip


def digits_of(text: str) -> str:
    """Return the digits of a number in any notation, "" when there is anything else in it."""
    if text.isascii() and text.isalnum():  # nearly every word is that, and has no mark
        return text if text.isdecimal() else ""
    bare = "".join(map(_without_mark, text.translate(_WIDE)))
    return bare if bare.isascii() and bare.isdecimal() else ""


def numbers_joined(words: Iterable[str]) -> list[str]:
    """Put the parts of NIPs among words together: `19900101 201501 1 901` is one word.

    Numbers too short for a date of birth stay as they are.
    """
    joined: list[str] = []
    parts: list[str] = []
    for word in words:
        digits = digits_of(word)
        if not digits or len(digits_of("".join([*parts, word]))) > DIGITS:
            joined += _whole(parts)
            parts = []
        if digits:
            parts.append(word)
        else:
            joined.append(word)
    return joined + _whole(parts)


def _whole(parts: list[str]) -> list[str]:
    together = digits_of("".join(parts))
    return [together] if len(together) >= _BIRTH_DIGITS else parts


def _without_mark(character: str) -> str:
    category = unicodedata.category(character)
    is_mark = character in _MARKS or character.isspace() or category in ("Cf", "Pd", "Zs")
    return "" if is_mark else character


def _implausible(nip: Nip, today: date) -> str | None:
    if nip.born.year < _FIRST_YEAR:
        return "birth_year"
    if nip.appointed_year > today.year + 1:
        return "future"
    youngest, oldest = _ages_at_appointment(nip)
    return None if oldest >= _YOUNGEST and youngest <= _OLDEST else "age"


def _ages_at_appointment(nip: Nip) -> tuple[int, int]:
    """Return the least and the greatest age there can have been: a PPPK tells only the year."""
    years = nip.appointed_year - nip.born.year
    if nip.appointed_on is None:
        return years - 1, years
    had_birthday = (nip.appointed_on.month, nip.appointed_on.day) >= (nip.born.month, nip.born.day)
    age = years if had_birthday else years - 1
    return age, age


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
    reason_id, reason_en = _REASONS[reason]
    error = FieldError(pointer, "invalid_nip", f"NIP: {reason_id}.", f"NIP: {reason_en}.")
    return InvalidNip(errors=[error], reason=reason, reason_id=reason_id, reason_en=reason_en)
