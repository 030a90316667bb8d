"""How large a picture is by the header of its own codec, which is what a viewer obeys."""

import struct
from collections.abc import Iterator

_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN = 0xDA
_TALLEST = 65_535
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
_MOST_SEGMENTS = 10_000
_SIZE_OF_A_PAGE = 48
_REGIONS = {4, 6, 7, 20, 22, 23, 36, 38, 39, 40, 42, 43, _SIZE_OF_A_PAGE}
_UNKNOWN = 0xFFFFFFFF
_COLOURS = 40  # where a head says how many


def sizes_in(codec: str, data: bytes) -> Iterator[tuple[int, int]]:
    """Give each width and height the data itself names; nothing for a codec without any."""
    if codec in _READERS:
        yield from _READERS[codec](data)


def _jpeg(data: bytes) -> Iterator[tuple[int, int]]:
    """Read the headers before the first scan; a height of nothing is named only behind it."""
    at = max(data.find(b"\xff\xd8"), 0)
    for _ in range(_MOST_SEGMENTS):
        at = data.find(b"\xff", at)
        if at < 0 or at + 9 > len(data) or data[at + 1] == _SCAN:
            return
        marker = data[at + 1]
        if marker in (0x00, 0xFF):
            at += 1
        elif marker in _WITHOUT_LENGTH:
            at += 2
        else:
            if marker in _FRAMES:
                height, width = struct.unpack_from(">HH", data, at + 5)
                yield width, height or _TALLEST
            at += 2 + (struct.unpack_from(">H", data, at + 2)[0] or 1)


def _jpeg_2000(data: bytes) -> Iterator[tuple[int, int]]:
    """Read every head that there is: a viewer finds its own among what stands around it."""
    at = data.find(b"\xff\x4f\xff\x51")
    while 0 <= at <= len(data) - 24:
        width, height, left, top = struct.unpack_from(">IIII", data, at + 8)
        colours = int.from_bytes(data[at + _COLOURS : at + _COLOURS + 2], "big")
        across = width - left if width > left else width
        yield across * max(1, colours // 4), height - top if height > top else height
        at = data.find(b"\xff\x4f\xff\x51", at + 4)


def _jbig2(data: bytes) -> Iterator[tuple[int, int]]:
    """Read segment after segment: a page's and each region's size is at its beginning."""
    at = 0
    for _ in range(_MOST_SEGMENTS):
        if at + 11 > len(data):
            return
        number, flags, referred = struct.unpack_from(">IBB", data, at)
        at += 5
        count = referred >> 5
        if count == 7:
            count = struct.unpack_from(">I", data, at)[0] & 0x1FFFFFFF
            at += 4 + (count + 8) // 8
        else:
            at += 1
        at += count * (1 if number <= 256 else 2 if number <= 65_536 else 4)
        at += 4 if flags & 0x40 else 1
        if at + 12 > len(data):
            return
        length, width, height = struct.unpack_from(">III", data, at)
        if flags & 0x3F in _REGIONS:
            yield width, 1 if height == _UNKNOWN else height
        if length == _UNKNOWN:
            return
        at += 4 + length


_READERS = {
    "/DCTDecode": _jpeg,
    "/JPXDecode": _jpeg_2000,
    "/JBIG2Decode": _jbig2,
}
