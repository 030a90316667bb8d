"""Which passwords are accepted."""

import pytest

from services.identity.domain.passwords import PasswordTooWeak, check_password, normalise

NIP = "199001012015011999"
NAME = "Contoh Pegawai Teladan"


def _codes(password: str) -> list[str]:
    try:
        check_password(password, nip=NIP, name=NAME)
    except PasswordTooWeak as error:
        return [fault.code for fault in error.errors]
    return []


@pytest.mark.parametrize(
    "password",
    [
        "kuda besar lari pagi",
        "v8!kLq2#zR0p",
        "pasir-sawah-embun",
        "hujan di bulan juni",
        "ąęźdźółwćń12",
    ],
)
def test_a_long_unusual_password_is_accepted(password: str):
    assert _codes(password) == []


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("v8!kLq2#zR0", "too_short"),
        ("x" * 64 + "abcdefgh" * 9, "too_long"),
        ("aaaaaaaaaaaa", "too_simple"),
        ("abababababab", "too_simple"),
        ("584920174638", "too_simple"),
        ("Indonesia2026!", "too_common"),
        ("P@ssw0rd2026", "too_common"),
        ("rahasia-rahasia", "too_common"),
        ("bkpsdm-semangat-2026", "too_common"),
        ("Qwertyuiop123", "too_common"),
        ("daun 19900101 batu", "contains_nip"),
        ("daun 01-01-1990 batu", "contains_nip"),
        (f"x{NIP}y", "contains_nip"),
        ("2015011999 mangga", "contains_nip"),
        ("Pegawai Contoh 77", "contains_name"),
        ("TeladanPegawai#1", "contains_name"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused_with_the_reason(password: str, code: str):
    assert code in _codes(password)


def test_every_broken_rule_is_told_at_once():
    assert _codes("aaaa") == ["too_short", "too_simple"]


def test_twelve_characters_are_enough_and_128_still_fit():
    assert _codes("v8!kLq2#zR0p") == []
    assert _codes("kuda besar " * 11 + "lari00 ") == []
    assert len("kuda besar " * 11 + "lari00 ") == 128


def test_the_same_characters_composed_differently_are_the_same_password():
    assert normalise("cafe\u0301 di sudut jalan") == normalise("caf\u00e9 di sudut jalan")


def test_the_error_points_at_the_field():
    with pytest.raises(PasswordTooWeak) as caught:
        check_password("pendek", nip=NIP, name=NAME)

    assert caught.value.errors[0].pointer == "/new_password"
    assert "12" in caught.value.errors[0].id
