"""What a PDF's values mean, whatever they look like in the bytes.

The library has followed references, decrypted strings and undone `#xx` in names before a rule
sees them; these functions do the rest, and never raise for what a file may hold.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Stream, String

Entries = Mapping[str, Any]
Identity = tuple[int, int]

_BYTE_ORDER_MARKS = ((b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"))
_UTF_8_MARK = b"\xef\xbb\xbf"


def name_of(value: Any) -> str:
    """Return a name with its slash, or "" for anything else."""
    if not isinstance(value, Name):
        return ""
    try:
        return str(value)
    except UnicodeDecodeError:  # bytes outside UTF-8 stay as `#xx`
        return value.unparse(resolved=True).decode("ascii")


def text_of(value: Any) -> str:
    """Return a string's text, or "" for anything else."""
    return decoded(bytes(value)) if isinstance(value, String) else ""


def decoded(content: bytes) -> str:
    """Decode a text string as viewers do: by its byte order mark, else one byte a letter."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content[2:].decode(encoding, "replace")
    if content.startswith(_UTF_8_MARK):
        return content[3:].decode("utf-8", "replace")
    return content.decode("latin-1")


def whole_of(value: Any) -> int | None:
    """Return a whole number, also one written as a real; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return int(value)
    return None


def number_of(value: Any) -> float | None:
    """Return a number of any kind; None for anything else."""
    return float(value) if isinstance(value, int | Decimal) else None


def entries_of(value: Any) -> Entries:
    """Return what a dictionary or a stream's dictionary holds; nothing for anything else."""
    return dict(value.items()) if isinstance(value, Dictionary | Stream) else {}


def members_of(value: Any) -> list[Any]:
    """Return an array's members, or a single value as the only one."""
    if value is None:
        return []
    return list(value.as_list()) if isinstance(value, Array) else [value]


def streams_in(value: Any) -> Iterator[tuple[str, Stream]]:
    """Give the streams of a dictionary by their keys."""
    for key, held in entries_of(value).items():
        if isinstance(held, Stream):
            yield key, held


def identity_of(value: Any) -> Identity | None:
    """Return the number of an indirect object; None for what stands in another."""
    return value.objgen if isinstance(value, Object) and value.is_indirect else None
