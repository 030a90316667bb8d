"""The files an import gives out: the sample to fill in, and the wrong rows to correct.

Every cell is written as text, so that no spreadsheet takes one for a formula or rounds an NIP.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Self

from chassis.http.spreadsheets import FORMATS, harmless, workbook
from chassis.run.import_columns import Column
from chassis.run.import_files import Cells

CSV, XLSX = FORMATS["csv"], FORMATS["xlsx"]
_HELP = ("Kolom", "Wajib", "Keterangan", "Isian yang diterima", "Judul lain yang dikenal")


def sample_csv(columns: Sequence[Column]) -> bytes:
    """Write headings and an example; semicolons, because Excel in Indonesia splits at them."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(column.heading for column in columns)
    writer.writerow(harmless(column.example) for column in columns)
    return text.getvalue().encode("utf-8-sig")


def sample_xlsx(columns: Sequence[Column], title: str) -> bytes:
    """Write headings and an example, and on a second sheet what each column takes."""
    example: Cells = [column.example or None for column in columns]
    with _Book() as book:
        book.sheet(title, [column.heading for column in columns], [example])
        book.sheet("Petunjuk", _HELP, map(_help, columns))
    return book.content


def corrections_xlsx(title: str, headings: Sequence[str], rows: Iterable[Cells]) -> bytes:
    """Write rows as they were, each with what is wrong in its last column."""
    with _Book() as book:
        book.sheet(title, headings, rows)
    return book.content


def _help(column: Column) -> Cells:
    choices = ", ".join(column.reading.choices.values())
    required = "ya" if column.required else None
    return [column.heading, required, column.help["id"], choices or None, ", ".join(column.also)]


class _Book:
    """A workbook of texts."""

    def __enter__(self) -> Self:
        self._file = io.BytesIO()
        self._book = workbook(self._file, in_memory=True)
        self._text = self._book.add_format({"num_format": "@"})
        self._bold = self._book.add_format({"num_format": "@", "bold": True})
        return self

    def __exit__(self, *_error: object) -> None:
        self._book.close()

    @property
    def content(self) -> bytes:
        return self._file.getvalue()

    def sheet(self, title: str, headings: Sequence[str], rows: Iterable[Cells]) -> None:
        sheet: Any = self._book.add_worksheet(title[:31])
        sheet.freeze_panes(1, 0)
        # Whole columns are text, so that an NIP typed into an empty cell stays one.
        sheet.set_column(0, len(headings) - 1, 24, self._text)
        written: list[Cells] = [list(headings), *rows]
        for number, cells in enumerate(written):
            for place, cell in enumerate(cells):
                if cell:
                    style = self._text if number else self._bold
                    sheet.write_string(number, place, cell[:32_767], style)
