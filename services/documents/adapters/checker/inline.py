"""Pictures written inside a content stream: `BI`, entries, `ID`, data, `EI`."""

import base64
import re
import zlib
from collections.abc import Iterator

from services.documents.adapters.checker.codecs import sizes_in
from services.documents.adapters.checker.verdict import Unsuitable
from services.documents.domain.limits import InspectionLimits

_BEGINNING = re.compile(rb"(?<![^\x00\t\n\f\r ()<>\[\]{}/%])BI(?=[\x00\t\n\f\r %/])")
# What is written of a picture up to `ID`: blanks and lists, comments, names, texts, numbers.
_WRITTEN = re.compile(
    rb"[\x00\t\n\f\r \[\]<>]+|%[^\r\n]*|/[^\x00\t\n\f\r ()<>\[\]{}/%]*"
    rb"|\((?:[^()\\]|\\.)*+\)|[^\x00\t\n\f\r ()<>\[\]{}/%]+",
    re.DOTALL,
)
_DATA = re.compile(rb"ID[\x00\t\n\f\r ]")
_MOST_READ = 8  # times the length of a stream, where its pictures seem to lie in one another
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
_FILTER = re.compile(
    rb"/(Fl|A85|AHx|RL|LZW|DCT|FlateDecode|ASCII85Decode|ASCIIHexDecode"
    rb"|RunLengthDecode|LZWDecode|DCTDecode)\b"
)


def check_inline(data: bytes, limits: InspectionLimits) -> None:
    """Refuse a content stream with a picture of too many pixels. Raises `Unsuitable`."""
    if b"BI" not in data:
        return
    for written, begin in _pictures(data):
        entries = _HEX.sub(_letter, _COMMENT.sub(b" ", written))
        sides: dict[bytes, float] = {}
        for key, value in _ENTRY.findall(entries):
            sides[key[:1]] = max(sides.get(key[:1], 0), _number(value))
        sizes = [(sides.get(b"W", 1), sides.get(b"H", 1)), (sides.get(b"C", 1), sides.get(b"R", 1))]
        if b"DCT" in entries:
            sizes += _by_codec(_FILTER.findall(entries), data[begin : begin + _LARGEST])
        if any(width * height > limits.pixels for width, height in sizes):
            raise Unsuitable("document_too_complex")


def _pictures(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Give what is written of each picture, and where its samples begin."""
    left = _MOST_READ * len(data)
    for beginning in _BEGINNING.finditer(data):
        at = beginning.end()
        while not (end := _DATA.match(data, at)) and (token := _WRITTEN.match(data, at)):
            at = token.end()
        if end:
            yield data[beginning.end() : at], end.end()
        left -= at - beginning.end()
        if left < 0:
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
        if name.startswith(b"DCT"):
            continue
        unpack = _UNPACKING.get(_WHOLE.get(name, name))
        if unpack is None:  # nobody packs a JPEG so, and it would hide its size
            raise Unsuitable("document_too_complex")
        try:
            data = unpack(data)
        except (ValueError, zlib.error):
            return
    yield from sizes_in("/DCTDecode", data)
