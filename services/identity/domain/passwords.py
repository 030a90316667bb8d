"""Which passwords are accepted.

Length, not a mix of characters, is what resists guessing (ASVS 6.2), so the rules are: long
enough, not a well-known word dressed up with digits, and nothing taken from the NIP or name.
"""

import unicodedata
from collections.abc import Iterator

from chassis.kernel.errors import FieldError, Refused
from services.identity.domain.common_words import COMMON_WORDS

MIN_LENGTH = 12
MAX_LENGTH = 128
_MIN_DIFFERENT = 5
_MIN_NAME_PART = 4
_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a"})

_TEXTS = {
    "too_short": (
        f"Kata sandi paling sedikit {MIN_LENGTH} karakter.",
        f"The password needs at least {MIN_LENGTH} characters.",
    ),
    "too_long": (
        f"Kata sandi paling banyak {MAX_LENGTH} karakter.",
        f"The password may have at most {MAX_LENGTH} characters.",
    ),
    "too_simple": (
        "Kata sandi terlalu sering mengulang karakter yang sama atau hanya angka.",
        "The password repeats too few characters, or is digits only.",
    ),
    "too_common": (
        "Kata sandi terlalu umum. Gunakan beberapa kata yang tidak berhubungan.",
        "The password is too common. Use several unrelated words.",
    ),
    "contains_nip": (
        "Kata sandi tidak boleh memuat NIP atau tanggal lahir.",
        "The password must not contain the NIP or the date of birth.",
    ),
    "contains_name": (
        "Kata sandi tidak boleh terdiri dari nama Anda.",
        "The password must not be made of your name.",
    ),
}


class PasswordTooWeak(Refused):
    """The password breaks a rule; `errors` lists every rule it breaks."""

    kind = "invalid"
    code = "password_too_weak"
    text = {
        "id": "Kata sandi belum memenuhi syarat.",
        "en": "The password does not meet the rules.",
    }


def normalise(password: str) -> str:
    """Return the form that is hashed, equal however the keyboard composed it."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, *, nip: str, name: str, pointer: str = "/new_password") -> None:
    """Refuse a weak password.

    Raises `PasswordTooWeak` with one error per rule broken.
    """
    errors = [
        FieldError(pointer, code, *_TEXTS[code])
        for code in _broken(normalise(password), nip=nip, name=name)
    ]
    if errors:
        raise PasswordTooWeak(errors=errors)


def _broken(password: str, *, nip: str, name: str) -> Iterator[str]:
    if len(password) < MIN_LENGTH:
        yield "too_short"
    if len(password) > MAX_LENGTH:
        yield "too_long"
        return
    if len(set(password)) < _MIN_DIFFERENT or password.isdigit():
        yield "too_simple"
    if _is_common(password):
        yield "too_common"
    if _holds_nip(password, nip):
        yield "contains_nip"
    if _is_made_of_name(password, name):
        yield "contains_name"


def _is_common(password: str) -> bool:
    core = password.lower().strip("0123456789 !@#$%^&*()-_=+.,?~")
    readings = {_letters(password.lower()), _letters(core.translate(_LEET))}
    return any(_is_made_of_common_words(reading) for reading in readings if reading)


def _is_made_of_common_words(text: str) -> bool:
    # Not a pattern: words within words would make it try each way to cut the text.
    ends = [True]  # by place, whether words end there
    for end in range(1, len(text) + 1):
        last = (word for word in COMMON_WORDS if text.endswith(word, 0, end))
        ends.append(any(ends[end - len(word)] for word in last))
    return ends[-1]


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalpha())


def _holds_nip(password: str, nip: str) -> bool:
    digits = "".join(char for char in password if char.isdigit())
    birth = nip[:8]
    turned = birth[6:] + birth[4:6] + birth[:4]
    return any(part in digits for part in (nip, birth, turned, nip[8:]))


def _is_made_of_name(password: str, name: str) -> bool:
    rest = _letters(password.lower())
    parts = [_letters(part) for part in name.lower().split()]
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= _MIN_NAME_PART:
            rest = rest.replace(part, "")
    return len(rest) < _MIN_NAME_PART and len(rest) < len(_letters(password))
