"""Content that a PDF does not hold itself but fetches from another file or address."""

from collections.abc import Iterator
from typing import Any

from pikepdf import Dictionary, Stream, String

from services.documents.adapters.checker.values import Entries, name_of, streams_in


def file(value: Any, entries: Entries, holder: object) -> Iterator[str]:
    """Judge `/F` and its likes.

    A number is an annotation's flags, a stream an attachment's content or a resource of that
    name, a dictionary is judged by what it holds. In a stream's dictionary any of them says
    that the data is elsewhere.
    """
    outside = isinstance(holder, Stream) and value is not None
    if outside or (isinstance(value, String) and not _holds_its_file(entries)):
        yield "external_file"


def _holds_its_file(entries: Entries) -> bool:
    return any(True for _ in streams_in(entries.get("/EF")))


def related(value: Any, entries: Entries, _holder: object) -> Iterator[str]:
    """Judge `/RF`, which beside names of files is no resource of that name."""
    if isinstance(value, Dictionary) and any(
        isinstance(entries.get(key), String) for key in ("/F", "/UF")
    ):
        yield "external_file"


def of_a_stream(value: Any, _entries: Entries, holder: object) -> Iterator[str]:
    """Judge `/OPI` and `/Ref`: a picture or a page of another file, shown in place of a form."""
    if isinstance(holder, Stream) and value is not None:
        yield "external_file"


def profile(value: Any, _entries: Entries, _holder: object) -> Iterator[str]:
    if value is not None:
        yield "external_file"


def system(value: Any, entries: Entries, _holder: object) -> Iterator[str]:
    """Judge `/FS`: a file specification that is an address."""
    if name_of(value) == "/URL" and entries.keys() & {"/F", "/UF"}:
        yield "external_file"


RULES = {
    **dict.fromkeys(("/F", "/UF", "/DOS", "/Mac", "/Unix"), file),
    "/FFilter": of_a_stream,
    "/RF": related,
    "/OPI": of_a_stream,
    "/Ref": of_a_stream,
    "/FS": system,
    "/DestOutputProfileRef": profile,
}
