"""How many bytes a picture's samples become when unpacked: counted, never all there at once."""

import zlib
from collections.abc import Callable, Iterator

from services.documents.adapters.checker.filters import Filter
from services.documents.adapters.checker.verdict import Unsuitable

_BLOCK = 1 << 20
# What each packing can make of one byte at most.
_MOST_MADE = {"/FlateDecode": 1_032, "/LZWDecode": 2_600, "/RunLengthDecode": 64}
PACKINGS = frozenset(_MOST_MADE)
_LAST_RUN = 128
_CLEAR, _LAST, _MOST_CODES = 256, 257, 4_096


def may_exceed(packing: Filter, packed: bytes, most: int) -> bool:
    """Tell whether so many bytes can become more than `most` at all."""
    return len(packed) * _MOST_MADE[packing.name] > most


def count_samples(packing: Filter, packed: bytes, most: int) -> int:
    """Return how many bytes come out; beyond `most` it stops.

    Raises `Unsuitable` for what does not unpack.
    """
    count = 0
    for made in _COUNTED[packing.name](packing, packed):
        count += made
        if count > most:
            break
    return count


def _inflated(_packing: Filter, packed: bytes) -> Iterator[int]:
    inflating = zlib.decompressobj()
    try:
        while packed and not inflating.eof:
            yield len(inflating.decompress(packed, _BLOCK))
            packed = inflating.unconsumed_tail
    except zlib.error:
        raise Unsuitable("document_damaged") from None


def _run(_packing: Filter, packed: bytes) -> Iterator[int]:
    at = 0
    while at < len(packed) and (said := packed[at]) != _LAST_RUN:
        is_literal = said < _LAST_RUN
        yield said + 1 if is_literal else 257 - said
        at += said + 2 if is_literal else 2


def _of_codes(packing: Filter, packed: bytes) -> Iterator[int]:
    """Follow LZW's table by the lengths of its entries alone."""
    lengths, before = [1] * _LAST + [0], 0
    for code in _codes(packed, lengths, early=packing.parameters.get("/EarlyChange") != 0):
        if code == _CLEAR:
            del lengths[_LAST + 1 :]
            before = 0
            continue
        if before and len(lengths) < _MOST_CODES:
            lengths.append(before + 1)
        if code >= len(lengths):
            raise Unsuitable("document_damaged")
        before = lengths[code]
        yield before


def _codes(packed: bytes, lengths: list[int], *, early: bool) -> Iterator[int]:
    """Give the codes up to the last; they are as wide as the table of entries needs them."""
    held = bits = 0
    for byte in packed:
        held, bits = held << 8 | byte, bits + 8
        width = min(max((len(lengths) + early).bit_length(), 9), 12)
        if bits < width:
            continue
        bits -= width
        code, held = held >> bits, held & ((1 << bits) - 1)
        if code == _LAST:
            return
        yield code


_COUNTED: dict[str, Callable[[Filter, bytes], Iterator[int]]] = {
    "/FlateDecode": _inflated,
    "/LZWDecode": _of_codes,
    "/RunLengthDecode": _run,
}
