"""Facts of an employee against the NIP and against each other."""

from datetime import date
from typing import Any

import pytest

from chassis.kernel.nip import InvalidNip, parse_nip
from services.identity.domain.employees import Facts, FactsContradict, check_facts, from_nip
from services.identity.domain.golongan import PANGKAT, pangkat_of, step

PNS = parse_nip("199001012015011999")
PPPK = parse_nip("199201152023212998")


def _wrong(nip: Any, **facts: Any) -> list[str]:
    try:
        check_facts(nip, Facts(**facts))
    except FactsContradict as error:
        return [fault.pointer for fault in error.errors]
    return []


def test_the_vectors_of_the_specification_read_as_they_should():
    assert (PNS.kind, PNS.born, PNS.appointed_on, PNS.sex, PNS.serial) == (
        "pns",
        date(1990, 1, 1),
        date(2015, 1, 1),
        "male",
        999,
    )
    assert (PPPK.kind, PPPK.born, PPPK.appointed_year, PPPK.frequency, PPPK.sex, PPPK.serial) == (
        "pppk",
        date(1992, 1, 15),
        2023,
        1,
        "female",
        998,
    )
    assert parse_nip("19900101 201501 1 999") == PNS


@pytest.mark.parametrize("bad", ["199013012015011999", "199001012015131999"])
def test_the_bad_vectors_are_refused(bad: str):
    with pytest.raises(InvalidNip):
        parse_nip(bad)


def test_the_nip_itself_tells_birth_sex_and_appointment():
    assert from_nip(PNS) == {
        "birth_date": date(1990, 1, 1),
        "sex": "male",
        "tmt_cpns": date(2015, 1, 1),
    }
    assert from_nip(PPPK)["tmt_cpns"] is None


def test_what_the_nip_says_is_no_contradiction():
    assert _wrong(PNS, **from_nip(PNS)) == []
    assert _wrong(PPPK, **from_nip(PPPK)) == []


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"birth_date": date(1990, 1, 2)}, "/birth_date"),
        ({"sex": "female"}, "/sex"),
        ({"tmt_cpns": date(2015, 2, 1)}, "/tmt_cpns"),
        ({"golongan": "IX"}, "/golongan"),
        ({"golongan": "III/e"}, "/golongan"),
        ({"golongan_pertama": "V"}, "/golongan_pertama"),
        ({"golongan": "II/d", "golongan_pertama": "III/a"}, "/golongan"),
        ({"jenis_jabatan": "direktur"}, "/jenis_jabatan"),
        ({"jenis_jabatan": "struktural", "jenjang": "ahli_muda"}, "/jenis_jabatan"),
        ({"jenis_jabatan": "pelaksana", "guru": True}, "/jenis_jabatan"),
        ({"jenis_jabatan": "jf", "jenjang": "ahli_super"}, "/jenjang"),
        ({"tmt_golongan": date(2014, 12, 31)}, "/tmt_golongan"),
        ({"tmt_jabatan": date(2014, 1, 1)}, "/tmt_jabatan"),
        ({"masuk_daerah": date(2010, 1, 1)}, "/masuk_daerah"),
        ({"masa_kerja_golongan_bulan": -1}, "/masa_kerja_golongan_bulan"),
    ],
)
def test_a_contradiction_is_named_at_its_field(facts: dict[str, Any], pointer: str):
    assert pointer in _wrong(PNS, **facts)


def test_a_pppk_is_never_cpns_and_has_a_golongan_without_ruang():
    assert _wrong(PPPK, cpns=True) == ["/cpns"]
    assert _wrong(PPPK, golongan="IX") == []
    assert _wrong(PPPK, golongan="III/a") == ["/golongan"]


def test_every_contradiction_is_told_at_once():
    assert _wrong(PNS, sex="female", golongan="IX") == ["/sex", "/golongan"]


def test_pangkat_follows_from_the_golongan_of_a_pns():
    assert pangkat_of("III/c") == "Penata"
    assert pangkat_of("IX") is None
    assert pangkat_of(None) is None
    assert len(PANGKAT) == 17


def test_the_ladder_goes_up():
    assert step("II/d", kind="pns") < step("III/a", kind="pns") < step("IV/e", kind="pns")
    assert step("IX", kind="pppk") - step("I", kind="pppk") == 8
