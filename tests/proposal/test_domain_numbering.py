"""The number people read out and the code that goes with it (R20)."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.numbering import (
    is_lookup_code,
    new_lookup_code,
    normalise_lookup_code,
    normalise_number,
    printed_lookup_code,
    proposal_number,
)


def test_a_number_names_region_layanan_year_and_serial() -> None:
    number = proposal_number(region="demo", layanan="kp_fungsional", year=2026, serial=17)

    assert number == "DEMO/KP-FUNGSIONAL/2026/000017"


@pytest.mark.parametrize(
    "typed",
    [
        "DEMO/KP-FUNGSIONAL/2026/000017",
        "demo/kp_fungsional/2026/17",
        "  Demo / KP-Fungsional / 2026 / 017 ",
    ],
)
def test_a_number_is_read_however_it_is_typed(typed: str) -> None:
    assert normalise_number(typed) == "DEMO/KP-FUNGSIONAL/2026/000017"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "17",
        "DEMO/X/2026/0",
        "DEMO/X/26/1",
        "DEMO/X/2026/1/2",
        "D%/X/2026/1",
        "DEMO/X/２０２６/1",
    ],
)
def test_what_cannot_be_a_number_is_none(typed: str) -> None:
    assert normalise_number(typed) is None


def test_a_serial_starts_at_one() -> None:
    with pytest.raises(ValueError, match="starts at 1"):
        proposal_number(region="demo", layanan="kgb", year=2026, serial=0)


@given(serial=st.integers(1, 10**8))
def test_every_number_reads_back_as_itself(serial: int) -> None:
    number = proposal_number(region="kota-a", layanan="id_card", year=2026, serial=serial)

    assert normalise_number(number.lower()) == number


def test_codes_come_from_the_given_randomness() -> None:
    first, second = random.Random(1), random.Random(1)

    assert new_lookup_code(first.choice) == new_lookup_code(second.choice)
    assert new_lookup_code() != new_lookup_code()


@given(seed=st.integers())
def test_a_code_is_read_back_printed_lowered_or_spaced(seed: int) -> None:
    code = new_lookup_code(random.Random(seed).choice)

    for typed in (code, code.lower(), printed_lookup_code(code), f" {code[:3]} {code[3:]} "):
        assert is_lookup_code(typed, code)


@given(seed=st.integers())
def test_a_code_has_no_letter_that_is_misread(seed: int) -> None:
    assert not set(new_lookup_code(random.Random(seed).choice)) & set("0O1IL2Z5S8B")


@pytest.mark.parametrize("typed", ["", "ABC", "AAAAA-AAAA0", "AAAAA-AAAAA-A", "ＡAAAAAAAAA"])
def test_what_cannot_be_a_code_matches_nothing(typed: str) -> None:
    assert normalise_lookup_code(typed) is None
    assert not is_lookup_code(typed, "AAAAAAAAAA")


def test_another_code_does_not_match() -> None:
    assert not is_lookup_code("ACDEFGHJKM", "ACDEFGHJKN")
