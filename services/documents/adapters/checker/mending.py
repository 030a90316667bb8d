"""Mends a PDF that is refused for its form alone. Runs only in a limited child process.

A mend loses nothing but what it names, and a signed file is never touched: other bytes would
break its signature.
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import PasswordError, Pdf, PdfError

from services.documents.adapters.checker.signatures import is_signed
from services.documents.adapters.checker.smaller import could_be_smaller, make_smaller
from services.documents.domain.mends import BYTES_AHEAD, EMPTY_PASSWORD, HELPS, SIZE

# How far ahead of its beginning a file is searched: whatever stood before it was short.
_FARTHEST = 1 << 20
_HEADER = re.compile(rb"%PDF-[12]\.\d")
_END = b"%%EOF"
_LINE_END = re.compile(rb"\r?\n?")
# Behind the last end it may be a change that was cut off on its way.
_PARTS = re.compile(rb"\d\s+obj\b|\bendobj\b|\bstartxref\b")


class NotMendable(Exception):
    """The file stays as it is. `code` is the refusal's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Changes:
    """What a mend did, in figures. Bytes are those before and behind that were cut off."""

    how: str
    size_before: int
    size_after: int
    pages: int
    bytes_ahead: int = 0
    bytes_behind: int = 0
    password_removed: bool = False
    pictures: int = 0
    dpi_before: int = 0
    dpi_after: int = 0
    changed_pages: tuple[int, ...] = ()


Mended = tuple[bytes, Changes]


def mend(how: str, content: bytes, *, max_bytes: int) -> Mended:
    """Return the mended file and what was changed. Raises `NotMendable`."""
    try:
        made, changes = _MENDS[how](content, max_bytes)
        _compare(content, made, changes)
    except (PasswordError, PdfError):
        raise NotMendable("document_not_mendable") from None
    return made, changes


def offers(code: str, content: bytes, *, max_bytes: int) -> tuple[str, ...]:
    """Name the mends that a file refused with `code` may be offered."""
    how = HELPS.get(code)
    try:
        return (how,) if how and _MAY[how](content, max_bytes) else ()
    except (NotMendable, PasswordError, PdfError):
        return ()


def _without_bytes_around(content: bytes, _max_bytes: int) -> Mended:
    """Cut off what stands before the header and behind the last end; else keep every byte."""
    start, end = _body(content)
    body = content[start:end]
    with _opened(body) as pdf:
        _keep_if_signed(content, pdf)
        pages = len(pdf.pages)
        made = body if _opens_as_it_is(body) else _saved_alike(pdf)
    changes = Changes(
        how=BYTES_AHEAD,
        size_before=len(content),
        size_after=len(made),
        pages=pages,
        bytes_ahead=start,
        bytes_behind=len(content) - end,
    )
    return made, changes


def _body(content: bytes) -> tuple[int, int]:
    """Find where a file begins and ends. What stands around it must be no part of a file itself."""
    header, end = _HEADER.search(content, 0, _FARTHEST), content.rfind(_END)
    if header is None or end < header.start():
        raise NotMendable("document_not_mendable")
    end += len(_END)
    if line_end := _LINE_END.match(content, end):
        end = line_end.end()
    around = content[: header.start()] + content[end:]
    if _PARTS.search(around) or len(_HEADER.findall(content)) > 1:
        raise NotMendable("document_not_mendable")
    return header.start(), end


def _opens_as_it_is(body: bytes) -> bool:
    """Tell whether its table counts from the header; else it counted what stood before it too."""
    try:
        with Pdf.open(BytesIO(body), attempt_recovery=False, inherit_page_attributes=False) as pdf:
            return not pdf.get_warnings()
    except PdfError:
        return False


def _without_password(content: bytes, _max_bytes: int) -> Mended:
    with _opened(content) as pdf:
        _keep_if_signed(content, pdf)
        if not pdf.is_encrypted:
            raise NotMendable("document_not_mendable")
        made, pages = _saved_alike(pdf), len(pdf.pages)
    changes = Changes(
        how=EMPTY_PASSWORD,
        size_before=len(content),
        size_after=len(made),
        pages=pages,
        password_removed=True,
    )
    return made, changes


def _with_smaller_pictures(content: bytes, max_bytes: int) -> Mended:
    with _opened(content) as pdf:
        _keep_if_signed(content, pdf)
        was_encrypted, pages = pdf.is_encrypted, len(pdf.pages)
        smaller = make_smaller(pdf, max_bytes=max_bytes)
    if smaller is None:
        raise NotMendable("document_not_smaller")
    figures = asdict(smaller)
    made = figures.pop("content")
    changes = Changes(
        how=SIZE,
        size_before=len(content),
        size_after=len(made),
        pages=pages,
        password_removed=was_encrypted,
        **figures,
    )
    return made, changes


def _opened(content: bytes) -> Pdf:
    return Pdf.open(BytesIO(content), password="", inherit_page_attributes=False)


def _keep_if_signed(content: bytes, pdf: Pdf) -> None:
    if is_signed(content, pdf):
        raise NotMendable("document_signed")


def _saved_alike(pdf: Pdf) -> bytes:
    """Write the same objects, each packed as it was."""
    out = BytesIO()
    pdf.save(
        out,
        object_stream_mode=pikepdf.ObjectStreamMode.preserve,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        compress_streams=False,
        encryption=False,
    )
    return out.getvalue()


def _compare(content: bytes, made: bytes, changes: Changes) -> None:
    """Raise `NotMendable` unless every page draws the same things in the same way."""
    start = changes.bytes_ahead
    body = content[start : len(content) - changes.bytes_behind]
    with _opened(body) as before, _opened(made) as after:
        pages = [[_drawn(page) for page in pdf.pages] for pdf in (before, after)]
    if pages[0] != pages[1] or not changes.pages or len(pages[0]) != changes.pages:
        raise NotMendable("document_not_mendable")


def _drawn(page: pikepdf.Page) -> tuple[Any, ...]:
    drawn = b"\n".join(content.read_bytes() for content in _contents(page))
    return drawn, [float(side) for side in page.mediabox.as_list()], page.obj.get("/Rotate")


def _contents(page: pikepdf.Page) -> list[Any]:
    contents = page.obj.get("/Contents")
    if contents is None:
        return []
    return list(contents.as_list()) if isinstance(contents, pikepdf.Array) else [contents]


def _may_lose_bytes_ahead(content: bytes, max_bytes: int) -> bool:
    return bool(_without_bytes_around(content, max_bytes)[1].pages)


def _may_lose_password(content: bytes, _max_bytes: int) -> bool:
    with _opened(content) as pdf:
        return pdf.is_encrypted and not is_signed(content, pdf)


def _may_be_smaller(content: bytes, max_bytes: int) -> bool:
    with _opened(content) as pdf:
        return not is_signed(content, pdf) and could_be_smaller(
            pdf, len(content), max_bytes=max_bytes
        )


_MENDS: dict[str, Callable[[bytes, int], Mended]] = {
    BYTES_AHEAD: _without_bytes_around,
    EMPTY_PASSWORD: _without_password,
    SIZE: _with_smaller_pictures,
}
_MAY: dict[str, Callable[[bytes, int], bool]] = {
    BYTES_AHEAD: _may_lose_bytes_ahead,
    EMPTY_PASSWORD: _may_lose_password,
    SIZE: _may_be_smaller,
}
