"""Which parts of a PDF do something by themselves or reach outside the file.

Names arrive decoded (`/J#61vaScript` is `/JavaScript`), whatever they look like in the bytes.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Stream, String

_ACTIONS = {
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/SubmitForm": "submit_form",
    "/ImportData": "import_data",
    "/GoToR": "remote_go_to",
    "/GoToE": "remote_go_to",
    "/GoTo3DView": "rich_media",
    "/RichMediaExecute": "rich_media",
    "/Rendition": "rich_media",
    "/Movie": "rich_media",
    "/Sound": "rich_media",
}
_SUBTYPES = {
    "/RichMedia": "rich_media",
    "/3D": "rich_media",
    "/Movie": "rich_media",
    "/Sound": "rich_media",
    "/Screen": "rich_media",
    "/FileAttachment": "embedded_file",
}
_KEYS = {"/JS": "javascript", "/JavaScript": "javascript", "/XFA": "xfa"}
_SCRIPT_SCHEMES = ("javascript:", "vbscript:", "data:")
_NEXT_LIMIT = 50

Entries = Mapping[str, Any]


def found_in(entries: Entries, *, in_stream: bool) -> Iterator[str]:
    """Name the forbidden features one dictionary carries itself."""
    for key in entries.keys() & _KEYS.keys():
        yield _KEYS[key]
    yield from _found_by_kind(entries)
    if _acts_by_itself(entries):
        yield "automatic_action"
    if _holds_file(entries):
        yield "embedded_file"
    if in_stream and ("/F" in entries or "/FFilter" in entries):
        yield "external_file"
    if "/Collection" in entries and entries.get("/Type") == Name.Catalog:
        yield "portfolio"


def _found_by_kind(entries: Entries) -> Iterator[str]:
    for key, table in (("/S", _ACTIONS), ("/Subtype", _SUBTYPES)):
        value = entries.get(key)
        if isinstance(value, Name) and (name := written(value)) in table:
            yield table[name]
    if isinstance(address := entries.get("/URI"), String) and _is_script(bytes(address)):
        yield "javascript"


def written(name: Name) -> str:
    """Return a name in plain form; bytes outside ASCII stay as `#xx`."""
    return name.unparse().decode("ascii")


def _is_script(address: bytes) -> bool:
    letters = bytes(byte for byte in address if byte > ord(" ")).lower().replace(b"\x00", b"")
    return letters.startswith(tuple(scheme.encode() for scheme in _SCRIPT_SCHEMES))


def _acts_by_itself(entries: Entries) -> bool:
    if _goes_beyond(entries.get("/OpenAction")):
        return True
    automatic = entries.get("/AA")
    return isinstance(automatic, Dictionary) and any(
        _goes_beyond(action) for _, action in automatic.items()
    )


def _goes_beyond(action: Any) -> bool:
    """Tell whether an action, or one that follows it, does more than go to a page here."""
    waiting, seen = [action], 0
    while waiting:
        one, seen = waiting.pop(), seen + 1
        if seen > _NEXT_LIMIT:
            return True
        if not isinstance(one, Dictionary):
            continue
        if one.get("/S", Name.GoTo) != Name.GoTo:
            return True
        following = one.get("/Next")
        waiting += following.as_list() if isinstance(following, Array) else [following]
    return False


def _holds_file(entries: Entries) -> bool:
    if entries.get("/Type") == Name.EmbeddedFile:
        return True
    embedded = entries.get("/EF")
    if isinstance(embedded, Dictionary) and any(
        isinstance(item, Stream) for _, item in embedded.items()
    ):
        return True
    return _lists_something(entries.get("/EmbeddedFiles"))


def _lists_something(tree: Object | None) -> bool:
    """Tell whether a name tree has entries: some writers leave an empty one behind."""
    if not isinstance(tree, Dictionary):
        return False
    return any(len(tree.get(key, Array())) for key in ("/Names", "/Kids"))
