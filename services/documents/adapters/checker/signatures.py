"""Whether a PDF is signed. A signed file is never changed: any other byte breaks its signature."""

from collections.abc import Iterator
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

Entries = Dictionary | Stream
_VALUES = {Name.Sig, Name.DocTimeStamp}
# A signed file says so in plain bytes, also where a later change hides it from the tables.
_IN_BYTES = b"/ByteRange"


def is_signed(content: bytes, pdf: Pdf) -> bool:
    """Tell whether anything in the file is, or was, signed or certified."""
    return _IN_BYTES in content or any(_is_of_a_signature(entries) for entries in dictionaries(pdf))


def dictionaries(pdf: Pdf) -> Iterator[Entries]:
    """Give every dictionary of the file, also those written inside others."""
    waiting: list[Any] = [pdf.trailer, *pdf.objects]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Dictionary | Stream):
            yield value
        waiting += [one for one in _inner(value) if isinstance(one, Object) and not one.is_indirect]


def _inner(value: Any) -> list[Any]:
    if isinstance(value, Dictionary | Stream):
        return [entry for _, entry in value.items()]
    return list(value.as_list()) if isinstance(value, Array) else []


def _is_of_a_signature(entries: Entries) -> bool:
    if "/ByteRange" in entries or entries.get("/Type") in _VALUES:
        return True
    if entries.get("/FT") == Name.Sig and "/V" in entries:
        return True
    return isinstance(entries.get("/Perms"), Dictionary) and len(entries["/Perms"].keys()) > 0
