"""Files inside a PDF: none, or only XML where a region allows it (electronic invoices, PDF/A-3)."""

from collections.abc import Callable, Iterator
from typing import Any
from xml.parsers import expat

from pikepdf import Dictionary, PdfError, Stream

from services.documents.adapters.checker.parts import is_empty_tree
from services.documents.adapters.checker.values import Entries, name_of, streams_in, text_of
from services.documents.adapters.checker.verdict import Unsuitable

_XML = {"/text/xml", "/application/xml"}
_LARGEST = 1_048_576
# Elements by which XML is a page with scripts.
_PROGRAMS = {"html", "svg", "script", "stylesheet"}
_RELATIONS = {"/Source", "/Data", "/Alternative", "/Supplement", "/Unspecified"}

Rule = Callable[[Any, Entries, object], Iterator[str]]


def rules(*, xml: bool) -> dict[str, Rule]:
    """Return the rules, with or without XML allowed."""

    def held(value: Any, entries: Entries, _holder: object) -> Iterator[str]:
        """Judge `/EF`, by which a file specification holds its file."""
        files = [stream for _, stream in streams_in(value)]
        allowed = xml and _is_called_xml(entries) and all(map(_is_xml, files))
        if files and not (allowed and name_of(entries.get("/AFRelationship")) in _RELATIONS):
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


def check_metadata(entries: Entries, data: bytes) -> None:
    """Refuse metadata with declarations: a reader would fetch or multiply what they name.

    Raises `Unsuitable`.
    """
    said = {name_of(entries.get(key)) for key in ("/Type", "/Subtype")}
    if said & {"/Metadata", "/XML"} and b"<!DOCTYPE" in data.replace(b"\x00", b""):
        raise Unsuitable("document_has_active_content", ("external_file",))


def _is_called_xml(entries: Entries) -> bool:
    """Tell whether the names, by which a system chooses the program that opens it, say XML."""
    names = [text_of(entries[key]) for key in ("/F", "/UF") if key in entries]
    return bool(names) and all(name.lower().endswith(".xml") for name in names)


def _is_xml(stream: Stream) -> bool:
    if name_of(stream.get("/Subtype")) not in _XML:
        return False
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = parser.ProcessingInstructionHandler = _refuse
    parser.StartElementHandler = _refuse_programs
    try:
        content = stream.read_bytes()
        if len(content) > _LARGEST:
            return False
        parser.Parse(content, True)  # noqa: FBT003 - it takes no names
    except (PdfError, expat.ExpatError, ValueError):
        return False
    return True


def _refuse(*_declared: object) -> None:
    raise ValueError


def _refuse_programs(element: str, _attributes: object) -> None:
    if element.rpartition(":")[2].lower() in _PROGRAMS:
        raise ValueError
