"""The facts kept of an employee, and which of them cannot both be true.

Birth date, sex, kind and (for a PNS) the month of appointment are written in the NIP, so a
register that says otherwise is wrong somewhere and must be looked at before it is saved.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.kernel import contacts
from chassis.kernel.errors import FieldError, Refused
from chassis.kernel.nip import Nip
from chassis.kernel.text import name as clean_name
from services.identity.domain import golongan

JENIS_JABATAN = ("struktural", "jf", "pelaksana")
JENJANG = (
    *("pemula", "terampil", "mahir", "penyelia"),
    *("ahli_pertama", "ahli_muda", "ahli_madya", "ahli_utama"),
)


_CLEANING: Mapping[str, Callable[..., str]] = {
    **dict.fromkeys(("name", "title_prefix", "title_suffix", "jabatan"), clean_name),
    "email": contacts.mail_address,
    "phone": contacts.phone_number,
}


class FactsContradict(Refused):
    """Facts disagree with the NIP or with one another; `errors` names each."""

    kind = "invalid"
    code = "facts_contradict"
    text = {
        "id": "Data pegawai tidak sesuai dengan NIP atau saling bertentangan.",
        "en": "The employee's facts disagree with the NIP or with each other.",
    }


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Facts about one employee at one time (ruling R8); None = not known."""

    birth_date: date | None = None
    sex: str | None = None
    cpns: bool = False
    jabatan: str | None = None
    jenis_jabatan: str | None = None
    jenjang: str | None = None
    guru: bool = False
    golongan: str | None = None
    golongan_pertama: str | None = None
    tmt_cpns: date | None = None
    tmt_golongan: date | None = None
    tmt_jabatan: date | None = None
    tmt_kgb: date | None = None
    masuk_daerah: date | None = None
    masa_kerja_golongan_bulan: int | None = None


FACT_NAMES = tuple(Facts.__dataclass_fields__)


def cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """Clean names and contacts, whoever tells them: a form, a command, an import (R36, R37).

    Raises `Invalid` with the field.
    """
    return {
        key: _CLEANING[key](value, pointer=f"/{key}") if key in _CLEANING and value else value
        for key, value in values.items()
    }


def from_nip(nip: Nip) -> dict[str, Any]:
    """Return the facts that the NIP itself tells."""
    return {"birth_date": nip.born, "sex": nip.sex, "tmt_cpns": nip.appointed_on}


def check_facts(nip: Nip, facts: Facts) -> None:
    """Refuse facts that contradict the NIP or one another.

    Raises `FactsContradict` with one error per fact.
    """
    errors = [error for rule in _RULES for error in rule(nip, facts)]
    if errors:
        raise FactsContradict(errors=errors)


def _matches_nip(nip: Nip, facts: Facts) -> Iterator[FieldError]:
    if facts.birth_date not in (None, nip.born):
        yield _wrong("birth_date", "tidak sama dengan NIP", "differs from the NIP")
    if facts.sex not in (None, nip.sex):
        yield _wrong("sex", "tidak sama dengan NIP", "differs from the NIP")
    if facts.tmt_cpns and not is_of_appointment(nip, facts.tmt_cpns):
        yield _wrong("tmt_cpns", "tidak sama dengan NIP", "differs from the NIP")


def is_of_appointment(nip: Nip, day: date) -> bool:
    """Tell whether a day lies in the month (of a PPPK: in the year) of appointment."""
    return day.year == nip.appointed_year and nip.appointed_month in (None, day.month)


def _cpns_is_pns(nip: Nip, facts: Facts) -> Iterator[FieldError]:
    if facts.cpns and nip.kind != "pns":
        yield _wrong("cpns", "hanya untuk PNS", "only for a PNS")


def _golongan_of_kind(nip: Nip, facts: Facts) -> Iterator[FieldError]:
    steps = []
    for name in ("golongan_pertama", "golongan"):
        value = getattr(facts, name)
        if value is None:
            continue
        if golongan.is_golongan(value, kind=nip.kind):
            steps.append(golongan.step(value, kind=nip.kind))
        else:
            yield _wrong(name, "tidak dikenal untuk jenis ini", "unknown for this kind")
    if len(steps) == 2 and steps[1] < steps[0]:
        yield _wrong("golongan", "di bawah golongan pertama", "below the first golongan")


def _jabatan_is_whole(_nip: Nip, facts: Facts) -> Iterator[FieldError]:
    if facts.jenis_jabatan not in (None, *JENIS_JABATAN):
        yield _wrong("jenis_jabatan", "tidak dikenal", "unknown")
    if facts.jenjang not in (None, *JENJANG):
        yield _wrong("jenjang", "tidak dikenal", "unknown")
    if (facts.jenjang or facts.guru) and facts.jenis_jabatan != "jf":
        yield _wrong("jenis_jabatan", "jenjang dan guru hanya untuk JF", "must be jf")


def _dates_follow_appointment(nip: Nip, facts: Facts) -> Iterator[FieldError]:
    earliest = facts.tmt_cpns or nip.appointed_on or date(nip.appointed_year, 1, 1)
    for name in ("tmt_golongan", "tmt_jabatan", "tmt_kgb", "masuk_daerah"):
        value = getattr(facts, name)
        if value is not None and value < earliest:
            yield _wrong(name, "sebelum pengangkatan", "before the appointment")


def _tenure_is_possible(_nip: Nip, facts: Facts) -> Iterator[FieldError]:
    months = facts.masa_kerja_golongan_bulan
    if months is not None and months < 0:
        yield _wrong("masa_kerja_golongan_bulan", "tidak boleh negatif", "must not be negative")


def _wrong(fact: str, indonesian: str, english: str) -> FieldError:
    return FieldError(
        f"/{fact}", "fact_contradicts", f"{fact}: {indonesian}.", f"{fact}: {english}."
    )


_RULES: tuple[Callable[[Nip, Facts], Iterator[FieldError]], ...] = (
    _matches_nip,
    _cpns_is_pns,
    _golongan_of_kind,
    _jabatan_is_whole,
    _dates_follow_appointment,
    _tenure_is_possible,
)
