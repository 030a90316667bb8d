"""A list as a file: CSV or XLSX, written whole before it is sent, so that none arrives torn."""

import csv
import io
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zoneinfo import ZoneInfo

from flask import Response
from marshmallow import missing
from marshmallow.utils import get_value

from chassis.data.listing import Column, Listing, Wanted
from chassis.data.paging import Page
from chassis.http.languages import language
from chassis.kernel.errors import Refused
from chassis.process.clock import now

MOST_ROWS = 50_000
FORMATS: Mapping[str, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_AT_ONCE = 500
_IN_MEMORY = 1 << 20
_CHUNK = 1 << 16
_NIP = re.compile(r"(\d{8})(\d{6})(\d)(\d{3})")
# What makes a spreadsheet take a cell for a formula; the wide forms do too. Excel in Indonesia
# cuts at semicolons, whatever is quoted, so a formula may begin behind one: the last before it.
_FORMULA = re.compile(r"(\A|[;\t\r\n])(?=[^\S\t\r\n]*[=+\-@＝＋－＠])|\A(?=[\t\r\n])")
_FLAGS = {"id": {True: "Ya", False: "Tidak"}, "en": {True: "Yes", False: "No"}}
_WIDTHS = {"code": 18, "date": 12, "datetime": 18, "nip": 22, "number": 10, "flag": 8, "id": 38}
_WIDTH = 32
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - the file says it without a zone

Read = Callable[[Wanted], Page]
Row = list[Any]


class ListTooLong(Refused):
    """A file would have more rows than are given at once."""

    kind = "invalid"
    code = "list_too_long"
    text = {
        "id": "Daftar ini lebih dari {most} baris. Persempit saringannya, lalu unduh lagi.",
        "en": "This list has more than {most} rows. Narrow it, then download it again.",
    }


def spreadsheet(
    listing: Listing,
    format_: str,
    wanted: Wanted,
    read: Read,
    zone: ZoneInfo,
    *,
    taken: Callable[[int], None],
) -> Response:
    """Answer with all rows of a list; `taken` is told how many. Raises `ListTooLong`."""
    count = _Counted(_all_rows(read, wanted))
    rows = _cells(listing.columns, iter(count), zone)
    day = now().astimezone(zone).date().isoformat()
    file = _written(format_, listing, rows)
    taken(count.rows)
    answer = Response(_chunks(file), mimetype=FORMATS[format_])
    answer.call_on_close(file.close)
    answer.content_length = file.seek(0, os.SEEK_END)
    answer.headers.set(
        "Content-Disposition", "attachment", filename=f"{listing.title}-{day}.{format_}"
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@dataclass
class _Counted:
    read: Iterator[Any]
    rows: int = 0

    def __iter__(self) -> Iterator[Any]:
        for row in self.read:
            self.rows += 1
            yield row


def _written(format_: str, listing: Listing, rows: Iterator[Row]) -> IO[bytes]:
    file: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - sent, then closed
    try:
        _WRITERS[format_](file, listing, rows)
    except BaseException:
        file.close()
        raise
    return file


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _all_rows(read: Read, wanted: Wanted) -> Iterator[Any]:
    """Read page after page. The first one counts: what is too long is said before any work."""
    page = read(replace(wanted, limit=_AT_ONCE, cursor=None, count=MOST_ROWS))
    if page.total is None or not page.total.exact or page.total.count > MOST_ROWS:
        raise ListTooLong(most=MOST_ROWS)
    yield from page.items
    while page.next_cursor:
        page = read(replace(wanted, limit=_AT_ONCE, cursor=page.next_cursor, count=0))
        yield from page.items


def _cells(columns: Sequence[Column], rows: Iterator[Any], zone: ZoneInfo) -> Iterator[Row]:
    for row in rows:
        yield [_value(get_value(row, column.path, None), zone) for column in columns]


def _value(value: Any, zone: ZoneInfo) -> Any:
    """Return a value as a spreadsheet holds it: instants as the clock on the wall shows them."""
    if value is None or value is missing:
        return None
    if isinstance(value, bool):
        return _FLAGS[language()][value]
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return value if isinstance(value, int | date) else str(value)


def _header(listing: Listing) -> list[str]:
    return [column.label[language()] for column in listing.columns]


def _csv(file: IO[bytes], listing: Listing, rows: Iterator[Row]) -> None:
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")  # Excel takes it for UTF-8 by the mark
    writer = csv.writer(text)
    writer.writerow(_header(listing))
    for row in rows:
        writer.writerow(map(_csv_cell, listing.columns, row))
    text.flush()
    text.detach()


def _csv_cell(column: Column, value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if not isinstance(value, str):
        return value
    return harmless(_printed(value) if column.kind == "nip" else value)


def harmless(text: str) -> str:
    """Return a text for a CSV's cell, marked wherever a spreadsheet would begin a formula."""
    return _FORMULA.sub(r"\1'", text)


def _printed(nip: str) -> str:
    """Write an NIP as it is printed: as a number it would lose its last digits in a spreadsheet."""
    return _NIP.sub(r"\1 \2 \3 \4", nip)


def _xlsx(file: IO[bytes], listing: Listing, rows: Iterator[Row]) -> None:
    with workbook(file, constant_memory=True) as book:
        sheet = book.add_worksheet(listing.title[:31])
        styles = {kind: book.add_format({"num_format": form}) for kind, form in _FORMS.items()}
        for place, column in enumerate(listing.columns):
            sheet.set_column(
                place, place, _WIDTHS.get(column.kind, _WIDTH), styles.get(column.kind)
            )
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, _header(listing), book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            for place, (column, value) in enumerate(zip(listing.columns, row, strict=True)):
                _write(sheet, (number, place), value, styles.get(column.kind))


def workbook(file: IO[bytes], **options: bool) -> Any:
    """Begin an XLSX file in which no text becomes a formula, a link or a number.

    It does not say when it was written, so that the same rows are the same bytes.
    """
    import xlsxwriter

    taken_for = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
    book = xlsxwriter.Workbook(file, {**dict.fromkeys(taken_for, False), **options})
    book.set_properties({"created": _CREATED})
    return book


_FORMS = {"nip": "@", "text": "@", "code": "@", "date": "yyyy-mm-dd"}
_FORMS["datetime"] = "yyyy-mm-dd hh:mm"


def _write(sheet: Any, at: tuple[int, int], value: Any, style: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(*at, value, style)
    elif isinstance(value, int):
        sheet.write_number(*at, value, style)
    elif value is not None:
        sheet.write_string(*at, value, style)


_WRITERS: Mapping[str, Callable[[IO[bytes], Listing, Iterator[Row]], None]] = {
    "csv": _csv,
    "xlsx": _xlsx,
}
