"""An uploaded table, XLSX or CSV, as headings and rows of texts; hostile files are refused.

Nothing is unpacked before its size is known, nothing outside the file is read, and no formula is
evaluated: a formula comes out as its own text.
"""

import csv
import io
import re
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256
from itertools import chain
from typing import IO, Any

from chassis.kernel.errors import Refused

MOST_BYTES = 5 * 1_048_576
MOST_UNPACKED = 48 * 1_048_576
MOST_PARTS = 500
MOST_ROWS = 20_000
MOST_COLUMNS = 100
# One shared text may be named by every cell, so a small file can hold more than it weighs.
MOST_CHARACTERS = 12_000_000
_LAST_ROW = 1_048_576  # of any spreadsheet
_SEPARATORS = ",;\t"
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)  # how a CSV tells Excel that digits are a text
# How a workbook writes tabs and line ends that came from elsewhere (ECMA-376, ST_Xstring).
_WRITTEN_OUT = re.compile(r"_x000([9AaDd])_")
_EXACT_UP_TO = 10**15  # a spreadsheet keeps 15 digits of a number

Cells = list[str | None]


class FileRefused(Refused):
    """The table is not read at all."""

    kind = "invalid"
    code = "import_file_unreadable"
    text = {
        "id": "Berkas tidak dapat dibaca. Simpan ulang sebagai XLSX atau CSV, lalu coba lagi.",
        "en": "The file cannot be read. Save it again as XLSX or CSV, then try again.",
    }


class FileOfOtherKind(FileRefused):
    code = "import_file_kind"
    text = {
        "id": "Hanya XLSX atau CSV tanpa kata sandi. Simpan berkas lama (.xls) sebagai .xlsx.",
        "en": "Only XLSX or CSV without a password. Save an old file (.xls) as .xlsx.",
    }


class FileTooLarge(FileRefused):
    kind = "too_large"
    code = "import_file_too_large"
    text = {
        "id": "Berkas terlalu besar: paling besar 5 MB, {rows} baris. Bagi menjadi beberapa.",
        "en": "The file is too large: at most 5 MB and {rows} rows. Split it.",
    }

    def __init__(self) -> None:
        super().__init__(rows=f"{MOST_ROWS:,}".replace(",", "."))


class RowTooWide(FileRefused):
    """A row of a CSV has more cells than there are headings: what stands where is not known."""

    code = "import_row_too_wide"
    text = {
        "id": "Baris {number} lebih panjang dari judul kolom. Apit sel yang berisi pemisah dengan"
        ' tanda kutip ("), atau simpan sebagai XLSX.',
        "en": "Row {number} is longer than the headings. Put cells that have the separator in"
        ' quotation marks ("), or save as XLSX.',
    }


class FileEmpty(FileRefused):
    code = "import_file_empty"
    text = {
        "id": "Berkas tidak berisi baris di bawah judul kolomnya.",
        "en": "The file has no rows below its headings.",
    }


@dataclass(frozen=True)
class Sheet:
    """A table as it was written: its headings, and each row that is not empty with its number."""

    headings: Sequence[str]
    rows: Sequence[tuple[int, Cells]]


def read_file(file: IO[bytes]) -> tuple[str, Sheet]:
    """Return an XLSX or CSV file's SHA-256 and its table. Raises `FileRefused` or its kinds."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise FileTooLarge
    if content.startswith(_OLE):
        raise FileOfOtherKind
    is_csv = not is_workbook(content)
    with closing(_csv_rows(content) if is_csv else _xlsx_rows(content)) as rows:
        return sha256(content).hexdigest(), _sheet(rows, is_csv=is_csv)


def is_workbook(content: bytes) -> bool:
    return content.startswith(_ZIP)


def _sheet(rows: Iterable[Cells], *, is_csv: bool) -> Sheet:
    written = _bounded(rows)
    _, headings = next(written, (0, []))
    wide = len(headings)
    body = []
    for number, cells in written:
        if is_csv and len(cells) > wide:
            raise RowTooWide(number=number)
        body.append((number, (cells + [None] * wide)[:wide]))
    if not body:
        raise FileEmpty
    return Sheet([heading or "" for heading in headings], body)


def _bounded(rows: Iterable[Cells]) -> Iterator[tuple[int, Cells]]:
    """Give each row with something in it and its number; the first holds the headings."""
    characters = found = 0
    for number, cells in enumerate(rows, start=1):
        written = sum(len(cell) for cell in cells if cell)
        characters += written
        found += bool(written)
        if found > MOST_ROWS + 1 or characters > MOST_CHARACTERS or number > _LAST_ROW:
            raise FileTooLarge
        if written:
            yield number, _without_tail(cells)


def _without_tail(cells: Cells) -> Cells:
    width = max(place for place, cell in enumerate(cells, start=1) if cell)
    return cells[:width]


def _csv_rows(content: bytes) -> Generator[Cells]:
    lines = io.StringIO(_decoded(content), newline="")
    first = lines.readline()
    stated = re.fullmatch(r"sep=(.)\s*", first)
    separator = stated[1] if stated else _separator(chain([first], lines))
    if stated:
        yield []
    else:
        lines.seek(0)
    try:
        # Not strict, a quotation mark that is never closed would hide all rows below it.
        for row in csv.reader(lines, delimiter=separator, strict=True):
            yield [_csv_cell(cell) for cell in row[:MOST_COLUMNS]]
    except csv.Error:
        raise FileRefused from None


def _decoded(content: bytes) -> str:
    if b"\0" in content:
        raise FileOfOtherKind
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused


def _separator(lines: Iterable[str]) -> str:
    """Return what separates the first line that has anything to separate."""
    line = next((line for line in lines if any(map(line.count, _SEPARATORS))), "")
    return max(_SEPARATORS, key=line.count)


def _csv_cell(cell: str) -> str | None:
    wrapped = _AS_TEXT.fullmatch(cell.strip())
    return (wrapped[1] if wrapped else cell).strip() or None


def _xlsx_rows(content: bytes) -> Generator[Cells]:
    _check_unpacked_size(content)
    from openpyxl import load_workbook

    before = None
    try:
        with closing(load_workbook(io.BytesIO(content), read_only=True, keep_links=False)) as book:
            sheet: Any = book.worksheets[0]
            sheet.reset_dimensions()
            for row in sheet.iter_rows(max_col=MOST_COLUMNS):
                # Rows that are missing are one and the same row, which there may be a million of.
                yield [] if row is before else [_xlsx_cell(cell) for cell in row]
                before = row
    except MemoryError:
        raise
    except Exception as error:  # a damaged workbook raises almost anything from inside openpyxl
        raise FileRefused from error


def _check_unpacked_size(content: bytes) -> None:
    """Refuse an archive that says it is large. What lies about its size is not read beyond it."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise FileRefused from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise FileTooLarge


def _xlsx_cell(cell: Any) -> str | None:
    if cell.data_type == "f":
        return "=" + str(getattr(cell.value, "text", None) or cell.value or "").lstrip("=")
    return _as_text(cell.value)


def _as_text(value: Any) -> str | None:
    """Write a value as a person would have: dates 31/12/2026, yes and no, whole numbers whole."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime) and value.time() == time.min:
        value = value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value.day:02}/{value.month:02}/{value.year:04}"
    text = _WRITTEN_OUT.sub(lambda escape: chr(int(escape[1], 16)), str(value))
    return text.replace("\0", "").strip() or None


def _number(value: float) -> str:
    if abs(value) >= _EXACT_UP_TO:
        return f"{value:.14E}"
    return str(int(value)) if value == int(value) else str(value)
