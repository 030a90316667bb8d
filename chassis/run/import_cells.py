"""How one cell of an imported table is read: what people write becomes a value or an error.

A cell is a text, whatever kind the spreadsheet gave it; `chassis.run.import_files` sees to that.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from chassis.kernel.errors import Refused
from chassis.kernel.nip import parse_nip
from chassis.kernel.period import EARLIEST_DAY, LATEST_DAY, is_plausible

_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]{1,3}", re.IGNORECASE)
_DATES = (
    re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
)
_FLAGS = {"ya": True, "y": True, "yes": True, "true": True, "benar": True}
_FLAGS |= {"tidak": False, "t": False, "no": False, "n": False, "false": False, "bukan": False}


class CellWrong(Exception):
    """What stands in a cell cannot be read; `code` is stable, the words are for people."""

    def __init__(self, code: str, id: str, en: str) -> None:  # noqa: A002 - the language's code
        super().__init__(code)
        self.code = code
        self.words = {"id": id, "en": en}


@dataclass(frozen=True)
class Reading:
    """A way to read a cell: its kind, what turns text into a value, and the choices it allows."""

    kind: str
    read: Callable[[str], Any]
    choices: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, cell: str) -> Any:
        """Return the cell's value. Raises `CellWrong`."""
        if cell.startswith("="):
            raise CellWrong(
                "cell_formula",
                "Sel berisi rumus. Salin, lalu tempel sebagai nilai.",
                "The cell has a formula. Copy it and paste it as a value.",
            )
        return self.read(cell)


def choice(choices: Mapping[str, str]) -> Reading:
    """Read one of the codes, written as the code or as its words."""
    codes = {_folded(word): code for code, words in choices.items() for word in (code, words)}

    def read(cell: str) -> str:
        code = codes.get(_folded(cell))
        if code is None:
            allowed = ", ".join(choices.values())
            raise CellWrong(
                "cell_not_an_option", f"Isi dengan salah satu: {allowed}.", f"One of: {allowed}."
            )
        return code

    return Reading("choice", read, choices)


def _nip(cell: str) -> str:
    if _ROUNDED.fullmatch(cell):
        raise CellWrong(
            "nip_not_text",
            "Kolom NIP harus berformat teks: Excel telah membulatkan angkanya. Ketik ulang NIP.",
            "The NIP column must be text: Excel has rounded the number. Type the NIP again.",
        )
    try:
        return parse_nip(cell).digits
    except Refused as error:
        raise CellWrong(error.code, error.detail("id"), error.detail("en")) from None


def _day(cell: str) -> date:
    day = _written_day(cell)
    if day is None:
        raise CellWrong(
            "cell_not_a_date",
            "Tulis tanggal sebagai 31/12/2026, 31-12-2026, atau 2026-12-31.",
            "Write the date as 31/12/2026, 31-12-2026 or 2026-12-31.",
        )
    if not is_plausible(day):
        raise CellWrong(
            "cell_out_of_range",
            f"Tanggal harus dari tahun {EARLIEST_DAY.year} sampai {LATEST_DAY.year}.",
            f"The date must be from {EARLIEST_DAY.year} to {LATEST_DAY.year}.",
        )
    return day


def _written_day(cell: str) -> date | None:
    match = next((match for form in _DATES if (match := form.fullmatch(cell))), None)
    if match is None:
        return None
    try:
        return date(*(int(match[part]) for part in ("year", "month", "day")))
    except ValueError:
        return None


def _flag(cell: str) -> bool:
    value = _FLAGS.get(_folded(cell))
    if value is None:
        raise CellWrong("cell_not_yes_or_no", 'Isi dengan "ya" atau "tidak".', "Write ya or tidak.")
    return value


def _whole_number(cell: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", cell):
        raise CellWrong("cell_not_a_number", "Isi dengan angka bulat.", "Write a whole number.")
    return int(cell)


def _words(cell: str) -> list[str]:
    return [word.strip() for word in re.split(r"[,;]", cell) if word.strip()]


def _folded(cell: str) -> str:
    return " ".join(cell.casefold().split())


TEXT = Reading("text", str)
NIP = Reading("nip", _nip)
DAY = Reading("date", _day)
FLAG = Reading("flag", _flag, {"true": "ya", "false": "tidak"})
WHOLE_NUMBER = Reading("number", _whole_number)
WORDS = Reading("words", _words)
