"""Which kinds of parts a PDF may hold: pictures and forms, the usual annotations; no media."""

from collections.abc import Iterator
from typing import Any

from pikepdf import Array, Dictionary, Stream, String

from services.documents.adapters.checker.values import (
    Entries,
    entries_of,
    members_of,
    name_of,
    streams_in,
)

_FORBIDDEN = {
    "/RichMedia": "rich_media",
    "/3D": "rich_media",
    "/U3D": "rich_media",
    "/PRC": "rich_media",
    "/Movie": "rich_media",
    "/Sound": "rich_media",
    "/Screen": "rich_media",
    "/FileAttachment": "embedded_file",
}
_SHOWN = {"", "/Image", "/Form"}
_ANNOTATIONS = {
    *("", "/Text", "/Link", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine"),
    *("/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Caret", "/Stamp", "/Ink"),
    *("/Popup", "/Widget", "/PrinterMark", "/TrapNet", "/Watermark", "/Redact"),
}


def subtype(value: Any, entries: Entries, holder: object) -> Iterator[str]:
    """Judge `/Subtype`, wherever it stands."""
    kind, what = name_of(value), name_of(entries.get("/Type"))
    if kind in _FORBIDDEN:
        yield _FORBIDDEN[kind]
    elif isinstance(holder, Stream) and (
        kind == "/PS" or (what == "/XObject" and kind not in _SHOWN)
    ):
        yield "postscript" if kind == "/PS" else "other_part"
    elif what == "/Annot" and kind not in _ANNOTATIONS:
        yield "other_part"


def second_subtype(value: Any, _entries: Entries, holder: object) -> Iterator[str]:
    """Judge `/Subtype2`, by which a form says that it is a program."""
    if isinstance(holder, Stream) and name_of(value) == "/PS":
        yield "postscript"


def program(value: Any, _entries: Entries, holder: object) -> Iterator[str]:
    if isinstance(holder, Stream) and isinstance(value, Stream):
        yield "postscript"


def shown(value: Any, _entries: Entries, _holder: object) -> Iterator[str]:
    """Judge `/XObject` of a page's resources, whatever its members call themselves."""
    for _, held in streams_in(value):
        kind = name_of(held.get("/Subtype"))
        if kind not in _SHOWN:
            yield "postscript" if kind == "/PS" else "other_part"


def annotations(value: Any, _entries: Entries, _holder: object) -> Iterator[str]:
    """Judge `/Annots` of a page, whatever its members call themselves."""
    for held in members_of(value):
        kind = name_of(entries_of(held).get("/Subtype"))
        if kind not in _ANNOTATIONS and kind not in _FORBIDDEN:
            yield "other_part"


def media(value: Any, _entries: Entries, _holder: object) -> Iterator[str]:
    if isinstance(value, Dictionary | Stream | Array):
        yield "rich_media"


def xfa(value: Any, _entries: Entries, _holder: object) -> Iterator[str]:
    if value is not None:
        yield "xfa"


def portfolio(value: Any, entries: Entries, _holder: object) -> Iterator[str]:
    if value is not None and (name_of(entries.get("/Type")) == "/Catalog" or "/Pages" in entries):
        yield "portfolio"


def scripts(value: Any, _entries: Entries, _holder: object) -> Iterator[str]:
    """Judge `/JavaScript`, the scripts of the whole file."""
    if value is not None and not is_empty_tree(value):
        yield "javascript"


def font_matrix(value: Any, _entries: Entries, _holder: object) -> Iterator[str]:
    """Judge `/FontMatrix`: viewers made programs of its members, and ran texts among them."""
    if any(isinstance(member, String) for member in members_of(value)):
        yield "javascript"


def renditions(value: Any, _entries: Entries, _holder: object) -> Iterator[str]:
    if value is not None and not is_empty_tree(value):
        yield "rich_media"


def is_empty_tree(tree: Any) -> bool:
    """Tell whether a name tree has no entries: some writers leave an empty one behind."""
    if not isinstance(tree, Dictionary):
        return False
    return not any(members_of(tree.get(key)) for key in ("/Names", "/Kids"))


RULES = {
    "/Subtype": subtype,
    "/Subtype2": second_subtype,
    "/PS": program,
    "/XObject": shown,
    "/Annots": annotations,
    **dict.fromkeys(("/RichMediaContent", "/RichMediaSettings", "/3DD"), media),
    "/XFA": xfa,
    "/Collection": portfolio,
    "/FontMatrix": font_matrix,
    "/JavaScript": scripts,
    **dict.fromkeys(("/Renditions", "/AlternatePresentations"), renditions),
}
