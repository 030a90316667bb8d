"""The columns of an import, declared once: sample file, mapping, help and reading follow."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chassis.kernel.errors import FieldError, Refused
from chassis.run.import_cells import CellWrong, Reading
from chassis.run.import_files import Cells

_LONGEST_SHOWN = 100  # of a heading, which may be anything
ERRORS_HEADING = "Kesalahan"
Mapped = Mapping[str, str | None]


@dataclass(frozen=True)
class Column:
    """One column: its name in the API, its heading for people and how its cells are read.

    `also` are other headings it goes by. `help` is shown to whoever fills the file in; `example`
    stands in the sample and must be readable.
    """

    name: str
    heading: str
    reading: Reading
    example: str
    help: Mapping[str, str]
    also: tuple[str, ...] = ()
    required: bool = False


class MappingWrong(Refused):
    """The headings do not give every required column once; `errors` name each."""

    kind = "invalid"
    code = "import_mapping"
    text = {
        "id": "Judul kolom berkas belum sesuai. Periksa bagian yang disebut.",
        "en": "The file's headings do not fit. See the errors.",
    }


def mapping_given(text: str | None) -> Mapped:
    """Read the mapping a client sent: a JSON object from heading to column. Raises."""
    try:
        given = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict) or not all(
        value is None or isinstance(value, str) for value in given.values()
    ):
        words = ("Harus berupa objek JSON.", "Must be a JSON object of headings and columns.")
        raise MappingWrong(errors=[FieldError("/mapping", "invalid", *words)])
    return given


def map_headings(
    columns: Sequence[Column], headings: Sequence[str], given: Mapped
) -> list[str | None]:
    """Tell for each heading its column, None for what is not read. Raises `MappingWrong`.

    `given` says for some headings which column they are; None there leaves one out.
    """
    known = {folded(word): column.name for column in columns for word in _headings_of(column)}
    said = {folded(heading): name for heading, name in given.items()}
    names = [said.get(key, known.get(key)) for key in map(folded, headings)]
    errors = [
        *(_error("mapping", name, _UNKNOWN) for name in _unknown(columns, headings, given)),
        *(_error("file", column.heading, _MISSING) for column in _missing(columns, names)),
        *(_error("file", column.heading, _TWICE) for column in columns if _twice(column, names)),
    ]
    if errors:
        raise MappingWrong(errors=errors)
    return names


def read_row(
    columns: Mapping[str, Column], names: Sequence[str | None], cells: Cells
) -> tuple[dict[str, Any], list[FieldError]]:
    """Return the values of a row's cells and what is wrong with them. An empty cell has none."""
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, cell in zip(names, cells, strict=True):
        if name is None or cell is None:
            continue
        try:
            values[name] = columns[name].reading(cell)
        except CellWrong as wrong:
            errors.append(FieldError(f"/{name}", wrong.code, **wrong.words))
    written = {name for name, cell in zip(names, cells, strict=True) if cell}
    errors += [
        FieldError(f"/{column.name}", "required", "Wajib diisi.", "Missing.")
        for column in columns.values()
        if column.required and column.name not in written
    ]
    return values, errors


def folded(heading: str) -> str:
    """Return a heading as it is compared: letters and digits only, whatever their case."""
    return re.sub(r"[\W_]+", "", heading.casefold())


def _headings_of(column: Column) -> tuple[str, ...]:
    return (column.name, column.heading, *column.also)


_Words = tuple[str, str, str]
_UNKNOWN: _Words = ("column_unknown", "{0} tidak dikenal.", "{0} is not known.")
_MISSING: _Words = ("column_missing", "Kolom {0} tidak ada.", "The column {0} is missing.")
_TWICE: _Words = ("column_twice", "Kolom {0} ada dua kali.", "The column {0} is there twice.")


def _error(where: str, what: str, words: _Words) -> FieldError:
    code, indonesian, english = words
    what = what[:_LONGEST_SHOWN]
    return FieldError(f"/{where}", code, indonesian.format(what), english.format(what))


def _unknown(columns: Sequence[Column], headings: Sequence[str], given: Mapped) -> list[str]:
    """List what a mapping names that is neither a heading of the file nor a column."""
    written, names = set(map(folded, headings)), {column.name for column in columns}
    return [
        *(heading for heading in given if folded(heading) not in written),
        *(name for name in given.values() if name is not None and name not in names),
    ]


def _missing(columns: Sequence[Column], names: Sequence[str | None]) -> list[Column]:
    return [column for column in columns if column.required and column.name not in names]


def _twice(column: Column, names: Sequence[str | None]) -> bool:
    return list(names).count(column.name) > 1
