"""How a stream is packed: its filters by their whole names, and what each is told."""

from dataclasses import dataclass
from typing import Any

from pikepdf import Dictionary, Name

from services.documents.adapters.checker.values import (
    Entries,
    entries_of,
    members_of,
    name_of,
    whole_of,
)
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
_PREDICTED = {"/FlateDecode", "/LZWDecode"}
_MOST_COLUMNS, _MOST_COLOURS, _MOST_BITS = 1_000_000, 64, 32
_LONGEST_ROW = 64_000_000  # bits
_TOLD = ("/Predictor", "/Columns", "/Colors", "/BitsPerComponent", "/EarlyChange")
_KNOWN_CRYPTS = {"", "/Identity", "/StdCF"}
_PACKINGS = {
    *("/FlateDecode", "/LZWDecode", "/RunLengthDecode", "/ASCIIHexDecode", "/ASCII85Decode"),
}


@dataclass(frozen=True)
class Filter:
    name: str
    parameters: Entries

    def told(self) -> Dictionary | None:
        """Return what unpacking must be told, so that what comes out is what a viewer reads."""
        told = {key: whole_of(self.parameters.get(key)) for key in _TOLD}
        told = {key: value for key, value in told.items() if value is not None}
        return Dictionary(told) if self.name in _PREDICTED and told else None


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
    for one in filters:
        _check_predictor(one)
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
    return [
        Filter(_whole(name), entries_of(parameters))
        for name, parameters in zip(names, told, strict=False)
        if not _is_decrypted(name, parameters)
    ]


def _is_decrypted(name: Any, parameters: Any) -> bool:
    """Tell whether a filter says only how the library has decrypted already."""
    crypt = name_of(entries_of(parameters).get("/Name"))
    return name_of(name) == "/Crypt" and crypt in _KNOWN_CRYPTS


def _check_predictor(packing: Filter) -> None:
    """Refuse a row that no picture has: a viewer would make room for it before it reads."""
    told = packing.parameters
    if packing.name not in _PREDICTED or (whole_of(told.get("/Predictor")) or 1) == 1:
        return
    columns, colours, bits = (
        whole_of(told.get(key, usual))
        for key, usual in (("/Columns", 1), ("/Colors", 1), ("/BitsPerComponent", 8))
    )
    if not (columns and colours and bits) or min(columns, colours, bits) < 1:
        raise Unsuitable("document_damaged")
    if columns > _MOST_COLUMNS or colours > _MOST_COLOURS or bits > _MOST_BITS:
        raise Unsuitable("document_too_complex")
    if columns * colours * bits > _LONGEST_ROW:
        raise Unsuitable("document_too_complex")


def _whole(name: Any) -> str:
    return _WHOLE.get(name_of(name), name_of(name))
