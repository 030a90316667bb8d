"""Golongan and pangkat: the PNS ladder I/a to IV/e, and PPPK golongan I to XVII.

Sources: PP 7/1977 as amended (PNS); Perpres 98/2020 (PPPK, which have no pangkat).
"""

PANGKAT = {
    "I/a": "Juru Muda",
    "I/b": "Juru Muda Tingkat I",
    "I/c": "Juru",
    "I/d": "Juru Tingkat I",
    "II/a": "Pengatur Muda",
    "II/b": "Pengatur Muda Tingkat I",
    "II/c": "Pengatur",
    "II/d": "Pengatur Tingkat I",
    "III/a": "Penata Muda",
    "III/b": "Penata Muda Tingkat I",
    "III/c": "Penata",
    "III/d": "Penata Tingkat I",
    "IV/a": "Pembina",
    "IV/b": "Pembina Tingkat I",
    "IV/c": "Pembina Utama Muda",
    "IV/d": "Pembina Utama Madya",
    "IV/e": "Pembina Utama",
}
PPPK_GOLONGAN = (
    *("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"),
    *("X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII"),
)
_LADDERS = {"pns": tuple(PANGKAT), "pppk": PPPK_GOLONGAN}


def is_golongan(text: str, *, kind: str) -> bool:
    return text in _LADDERS[kind]


def step(golongan: str, *, kind: str) -> int:
    """Return the place of `golongan` on its ladder, lowest first."""
    return _LADDERS[kind].index(golongan)


def pangkat_of(golongan: str | None) -> str | None:
    """Return the PNS rank name; PPPK have none."""
    return PANGKAT.get(golongan) if golongan else None
