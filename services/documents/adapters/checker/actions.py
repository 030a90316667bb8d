"""What a PDF does when something is clicked, opened or filled in: an allow-list of kinds."""

from collections.abc import Iterator
from typing import Any

from pikepdf import Dictionary, Stream, String

from services.documents.adapters.checker.addresses import (
    is_script,
    is_web_address,
    may_be_followed,
)
from services.documents.adapters.checker.scripts import is_formatting
from services.documents.adapters.checker.values import (
    Entries,
    entries_of,
    members_of,
    name_of,
    text_of,
)

_FORBIDDEN = {
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
# They stay in the file and change nothing but what is shown.
_INSIDE = {"/GoTo", "/GoToDp", "/Thread", "/Hide", "/SetOCGState", "/Trans", "/ResetForm", "/NOP"}
_GOING = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage", "/GoBack", "/GoForward"}
_NAMED = _GOING | {"/Print", "/PrintDialog", "/Find", "/FullScreen", "/FitPage", "/FitWidth"}
# When a field formats, checks or computes what somebody types.
_FIELD_EVENTS = {"/K", "/F", "/V", "/C"}
_NEXT_LIMIT = 50


def kind(value: Any, entries: Entries, _holder: object) -> Iterator[str]:
    """Judge `/S`, wherever it stands: nothing says that a dictionary is an action."""
    action = name_of(value)
    if action in _FORBIDDEN:
        yield _FORBIDDEN[action]
    elif action == "/JavaScript" and "/JS" not in entries:
        yield "javascript"
    elif action == "/URI" and "/URI" not in entries:
        yield "unsafe_address"
    elif action == "/Named" and "/N" in entries and name_of(entries["/N"]) not in _NAMED:
        yield "other_action"


def triggered(value: Any, _entries: Entries, _holder: object) -> Iterator[str]:
    """Judge what stands where only an action may: its kind must be a known one."""
    for action in members_of(value):
        if isinstance(action, Dictionary | Stream) and "/S" in action:
            known = name_of(action.get("/S"))
            if known not in _INSIDE | _FORBIDDEN.keys() | {"/Named", "/URI", "/JavaScript"}:
                yield "other_action"


def when_opened(value: Any, _entries: Entries, _holder: object) -> Iterator[str]:
    if _goes_beyond(value, _GOING | {"/Print"}):
        yield "automatic_action"


def on_events(value: Any, _entries: Entries, _holder: object) -> Iterator[str]:
    """Judge `/AA`: fields may format what is typed, all else may only go to a page."""
    for event, action in entries_of(value).items():
        entries = entries_of(action)
        yield from triggered(action, entries, value)
        formats = event in _FIELD_EVENTS and name_of(entries.get("/S")) == "/JavaScript"
        if _goes_beyond(entries.get("/Next") if formats else action, _GOING):
            yield "automatic_action"


def _goes_beyond(action: Any, named: set[str]) -> bool:
    """Tell whether an action, or one that follows it, does more than go to a page here."""
    waiting, seen = members_of(action), 0
    while waiting:
        entries, seen = entries_of(waiting.pop()), seen + 1
        if seen > _NEXT_LIMIT:
            return True
        kind = name_of(entries.get("/S"))
        if kind == "/Named":
            harmless = name_of(entries.get("/N")) in named
        else:
            harmless = kind == "/GoTo" or "/S" not in entries
        if not harmless:
            return True
        waiting += members_of(entries.get("/Next"))
    return False


def script(value: Any, _entries: Entries, _holder: object) -> Iterator[str]:
    """Judge `/JS`, a string or a stream."""
    if value is not None and not is_formatting(value):
        yield "javascript"


def address(value: Any, entries: Entries, _holder: object) -> Iterator[str]:
    """Judge `/URI`: of a link, or of the whole file with the `/Base` of its links."""
    if isinstance(value, String):
        if not may_be_followed(text_of(value)):
            yield "javascript" if is_script(text_of(value)) else "unsafe_address"
    elif isinstance(value, Dictionary):
        base = value.get("/Base")
        if base is not None and not is_web_address(text_of(base)):
            yield "javascript" if is_script(text_of(base)) else "unsafe_address"
    elif name_of(entries.get("/S")) == "/URI":
        yield "unsafe_address"


def fetched(value: Any, _entries: Entries, _holder: object) -> Iterator[str]:
    """Judge `/URL`: of a service to sign with, or of what was taken from the web."""
    if isinstance(value, String) and not is_web_address(text_of(value)):
        yield "javascript" if is_script(text_of(value)) else "unsafe_address"


RULES = {
    "/S": kind,
    "/A": triggered,
    "/PA": triggered,
    "/Next": triggered,
    "/OpenAction": when_opened,
    "/AA": on_events,
    "/JS": script,
    "/URI": address,
    "/URL": fetched,
}
