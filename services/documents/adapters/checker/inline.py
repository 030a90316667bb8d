"""Pictures written inside a content stream: `BI`, entries, `ID`, data, `EI`."""

import base64
import re
import zlib
from collections.abc import Iterator

from services.documents.adapters.checker.codecs import sizes_in
from services.documents.adapters.checker.verdict import Unsuitable
from services.documents.domain.limits import InspectionLimits

_BEGINNING = re.compile(rb"(?<![^\x00\t\n\f\r ()<>\[\]{}/%])BI(?=[\x00\t\n\f\r %/])")
_DATA = re.compile(rb"ID[\x00\t\n\f\r ]")
_LONGEST = 4_096
_COMMENT = re.compile(rb"%[^\r\n]*")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_ENTRY = re.compile(
    rb"/(W|Width|H|Height|Columns|Rows)(?![A-Za-z])[\x00\t\n\f\r ]*([^\x00\t\n\f\r /\[\]<>()]+)"
)
_LARGEST = 1 << 20
_UNPACKING = {
    b"Fl": lambda data: zlib.decompressobj().decompress(data, _LARGEST),
    b"A85": lambda data: base64.a85decode(data.partition(b"~>")[0] + b"~>", adobe=False),
    b"AHx": lambda data: bytes.fromhex(data.partition(b">")[0].decode("ascii")),
}
_WHOLE = {b"FlateDecode": b"Fl", b"ASCII85Decode": b"A85", b"ASCIIHexDecode": b"AHx"}
_FILTER = re.compile(rb"/(Fl|FlateDecode|A85|ASCII85Decode|AHx|ASCIIHexDecode|DCT|DCTDecode)\b")


def check_inline(data: bytes, limits: InspectionLimits) -> None:
    """Refuse a content stream with a picture of too many pixels. Raises `Unsuitable`."""
    if b"BI" not in data:
        return
    for begin in _BEGINNING.finditer(data):
        found = _DATA.search(data, begin.end(), begin.end() + _LONGEST)
        if not found:
            continue
        written = data[begin.end() : found.start()]
        entries = _HEX.sub(_letter, _COMMENT.sub(b" ", written))
        sides = {key[:1]: _number(value) for key, value in _ENTRY.findall(entries)}
        sizes = [(sides.get(b"W", 1), sides.get(b"H", 1)), (sides.get(b"C", 1), sides.get(b"R", 1))]
        if b"DCT" in entries:
            sizes += _by_codec(_FILTER.findall(entries), data[found.end() : found.end() + _LARGEST])
        if any(width * height > limits.pixels for width, height in sizes):
            raise Unsuitable("document_too_complex")


def _letter(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)])


def _number(value: bytes) -> float:
    try:
        return float(value)
    except ValueError:
        raise Unsuitable("document_damaged") from None


def _by_codec(filters: list[bytes], data: bytes) -> Iterator[tuple[int, int]]:
    for name in filters:
        unpack = _UNPACKING.get(_WHOLE.get(name, name))
        if unpack:
            try:
                data = unpack(data)
            except (ValueError, zlib.error):
                return
    yield from sizes_in("/DCTDecode", data)
