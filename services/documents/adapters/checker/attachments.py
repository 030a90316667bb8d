"""Files inside a PDF: none, or only XML where a region allows it (electronic invoices, PDF/A-3)."""

from collections.abc import Callable, Iterator
from typing import Any
from xml.parsers import expat

from pikepdf import Dictionary, PdfError, Stream

from services.documents.adapters.checker.parts import is_empty_tree
from services.documents.adapters.checker.values import Entries, name_of, streams_in

_XML = {"/text/xml", "/application/xml"}
_LARGEST = 1_048_576
_RELATIONS = {"/Source", "/Data", "/Alternative", "/Supplement", "/Unspecified"}

Rule = Callable[[Any, Entries, object], Iterator[str]]


def rules(*, xml: bool) -> dict[str, Rule]:
    """Return the rules, with or without XML allowed."""

    def held(value: Any, entries: Entries, _holder: object) -> Iterator[str]:
        """Judge `/EF`, by which a file specification holds its file."""
        files = [stream for _, stream in streams_in(value)]
        related = name_of(entries.get("/AFRelationship")) in _RELATIONS
        if files and not (xml and related and all(map(_is_xml, files))):
            yield "embedded_file"

    def embedded(value: Any, _entries: Entries, holder: object) -> Iterator[str]:
        """Judge `/Type`: an attached file that perhaps nothing points to."""
        if name_of(value) == "/EmbeddedFile" and not (xml and isinstance(holder, Stream)):
            yield "embedded_file"

    def listed(value: Any, _entries: Entries, _holder: object) -> Iterator[str]:
        """Judge `/EmbeddedFiles`; where XML is allowed each file is judged by itself."""
        if isinstance(value, Dictionary) and not xml and not is_empty_tree(value):
            yield "embedded_file"

    return {"/EF": held, "/Type": embedded, "/EmbeddedFiles": listed}


def _is_xml(stream: Stream) -> bool:
    if name_of(stream.get("/Subtype")) not in _XML:
        return False
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        content = stream.read_bytes()
        if len(content) > _LARGEST:
            return False
        parser.Parse(content, True)  # noqa: FBT003 - it takes no names
    except (PdfError, expat.ExpatError, ValueError):
        return False
    return True


def _refuse_doctype(*_declared: object) -> None:
    raise ValueError
