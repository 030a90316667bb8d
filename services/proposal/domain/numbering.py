"""The human number of a proposal and the code that goes with it (ruling R20).

The number is guessable on purpose (people read it over the telephone); the lookup code is not.
"""

import re
import secrets
from collections.abc import Callable, Sequence
from hmac import compare_digest

# No 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V: nothing that is misread or misheard.
LOOKUP_ALPHABET = "34679ACDEFGHJKMNPQRTVWXY"
LOOKUP_LENGTH = 10
_SERIAL_WIDTH = 6
_NUMBER = re.compile(r"([A-Z0-9-]+)/([A-Z0-9-]+)/(\d{4})/(\d{1,9})")

Choose = Callable[[Sequence[str]], str]


def proposal_number(*, region: str, layanan: str, year: int, serial: int) -> str:
    """Write `REGION/LAYANAN/YEAR/SERIAL`, e.g. DEMO/KP-FUNGSIONAL/2026/000017.

    `year` is the year of submission in the region's zone; serials count per region, layanan
    and year from 1.
    """
    if serial < 1:
        raise ValueError("a serial starts at 1")
    return f"{_part(region)}/{_part(layanan)}/{year:04d}/{serial:0{_SERIAL_WIDTH}d}"


def normalise_number(text: str) -> str | None:
    """Read a typed number; None when it cannot be one."""
    compact = _compact(text)
    match = _NUMBER.fullmatch(compact) if compact.isascii() else None
    if match is None or int(match[4]) < 1:
        return None
    return f"{match[1]}/{match[2]}/{match[3]}/{int(match[4]):0{_SERIAL_WIDTH}d}"


def counted_number(text: str) -> str:
    """Return the name under which tries at a number count, however it is typed."""
    return normalise_number(text) or _compact(text)


# What a number that nobody has is compared with: of the same length, and never drawn.
NO_LOOKUP_CODE = "-" * LOOKUP_LENGTH


def new_lookup_code(choose: Choose = secrets.choice) -> str:
    """Draw a lookup code (24^10 ≈ 6 × 10^13 of them)."""
    return "".join(choose(LOOKUP_ALPHABET) for _ in range(LOOKUP_LENGTH))


def printed_lookup_code(code: str) -> str:
    """Group a code for reading: `ABCDE-FGHJK`."""
    half = LOOKUP_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"


def normalise_lookup_code(text: str) -> str | None:
    """Read a typed code, with or without its hyphen; None if impossible."""
    compact = re.sub(r"[\s-]+", "", text).upper()
    right_letters = set(compact) <= set(LOOKUP_ALPHABET)
    return compact if len(compact) == LOOKUP_LENGTH and right_letters else None


def is_lookup_code(typed: str, stored: str) -> bool:
    """Compare in constant time."""
    code = normalise_lookup_code(typed)
    return code is not None and compare_digest(code, stored)


def _compact(text: str) -> str:
    return re.sub(r"\s+", "", text).upper().replace("_", "-")


def _part(code: str) -> str:
    part = code.upper().replace("_", "-")
    if not re.fullmatch(r"[A-Z0-9-]+", part):
        raise ValueError(f"“{code}” cannot be part of a proposal number")
    return part
