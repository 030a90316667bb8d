"""How a stream is packed: its filters by their whole names, and what each is told."""

from dataclasses import dataclass
from typing import Any

from pikepdf import Dictionary, Name

from services.documents.adapters.checker.values import Entries, entries_of, members_of, name_of
from services.documents.adapters.checker.verdict import Unsuitable

_WHOLE = {
    "/Fl": "/FlateDecode",
    "/LZW": "/LZWDecode",
    "/RL": "/RunLengthDecode",
    "/AHx": "/ASCIIHexDecode",
    "/A85": "/ASCII85Decode",
    "/DCT": "/DCTDecode",
    "/CCF": "/CCITTFaxDecode",
}
_CODECS = {"/DCTDecode", "/JPXDecode", "/CCITTFaxDecode", "/JBIG2Decode"}
_PACKINGS = {
    *("/FlateDecode", "/LZWDecode", "/RunLengthDecode", "/ASCIIHexDecode", "/ASCII85Decode"),
}


@dataclass(frozen=True)
class Filter:
    name: str
    parameters: Entries

    def told(self) -> Dictionary | None:
        """Return what unpacking must be told; predictors do not change how much comes out."""
        early = self.parameters.get("/EarlyChange")
        if self.name == "/LZWDecode" and isinstance(early, int):
            return Dictionary(EarlyChange=early)
        return None


@dataclass(frozen=True)
class Packed:
    """The filters to undo, and the codec of the picture that is then left, if any."""

    packings: tuple[Filter, ...] = ()
    codec: Filter = Filter("", {})


def packed_as(entries: Entries, most: int) -> Packed:
    """Read a stream's or an inline picture's filters.

    Raises `Unsuitable` for more than `most` packings and for a filter nobody knows.
    """
    filters = _filters(entries)
    codec = filters.pop() if filters and filters[-1].name in _CODECS else Filter("", {})
    if len(filters) > most:
        raise Unsuitable("document_too_complex")
    if any(one.name not in _PACKINGS for one in filters):
        raise Unsuitable("document_damaged")
    return Packed(tuple(filters), codec)


def _filters(entries: Entries) -> list[Filter]:
    names = members_of(entries.get("/Filter", entries.get("/F")))
    told = members_of(entries.get("/DecodeParms", entries.get("/DP")))
    if not all(isinstance(name, Name) for name in names):
        raise Unsuitable("document_damaged")
    told += [None] * (len(names) - len(told))
    # The library has decrypted already; /Crypt says only how.
    return [
        Filter(_whole(name), entries_of(parameters))
        for name, parameters in zip(names, told, strict=False)
        if name_of(name) != "/Crypt"
    ]


def _whole(name: Any) -> str:
    return _WHOLE.get(name_of(name), name_of(name))
