"""Recovery codes: the way in when the phone is lost. Each works once."""

import hashlib
import secrets

CODES_PER_SHEET = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # without 0/o, 1/i/l: they are copied by hand
_GROUPS = 4
_GROUP_LENGTH = 4


def new_codes() -> list[str]:
    """Return a fresh sheet of codes, about 79 bits each."""
    return [_new_code() for _ in range(CODES_PER_SHEET)]


def _new_code() -> str:
    groups = (
        "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS)
    )
    return "-".join(groups)


def fingerprint(code: str) -> str:
    """Return what is stored of a code; spaces, hyphens and case are ignored."""
    plain = "".join(char for char in code.lower() if char.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
