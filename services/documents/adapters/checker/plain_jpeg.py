"""A JPEG without anything but its picture: no place, time, camera, thumbnail or second picture.

The picture itself is copied, not coded again. What the format allows and no viewer of PDFs
needs (arithmetic coding, 12 bits, four colours) is not taken: the picture is coded anew then.
"""

from collections.abc import Iterator

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_FRAMES = {0xC0, 0xC1, 0xC2}
_TABLES = {0xC4, 0xDB, 0xDD}
_JFIF, _ADOBE = 0xE0, 0xEE
_COMMENTS = {*range(0xE0, 0xF0), 0xFE}
_WITHIN_SCAN = {0x00, *range(0xD0, 0xD8)}
_PLAIN_JFIF = b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_ADOBE_LENGTH = 12
_EIGHT_BITS = 8

Segment = tuple[int, bytes]


class NotPlain(Exception):
    """The bytes are not a JPEG that can be copied."""


def plain_jpeg(data: bytes) -> bytes | None:
    """Return a JPEG with its picture only, or None if it cannot be copied as it is."""
    try:
        copied = [_written(*kept) for kept in map(_kept, _segments(data)) if kept]
    except (NotPlain, IndexError):
        return None
    return b"\xff\xd8" + b"".join(copied) + b"\xff\xd9"


def _segments(data: bytes) -> Iterator[Segment]:
    """Give the segments up to the end of the first picture; that of a scan holds its data."""
    at, frames = 2, 0
    while (marker := _marker(data, at)) != _END:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end > len(data) or end < at + 4:
            raise NotPlain
        frames += marker in _FRAMES
        if marker == _SCAN:
            if end - at != _scan_header(data[at + 4]):
                raise NotPlain
            end = _end_of_scan(data, end)
        yield marker, data[at + 4 : end]
        at = end
    if frames != 1:
        raise NotPlain


def _marker(data: bytes, at: int) -> int:
    if data[at] != 0xFF:
        raise NotPlain
    return data[at + 1]


def _end_of_scan(data: bytes, at: int) -> int:
    """Find the first marker that does not belong into a scan's data."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise NotPlain
        if data[at + 1] not in _WITHIN_SCAN:
            return at
        at += 2


def _kept(segment: Segment) -> Segment | None:
    marker, content = segment
    if marker in _FRAMES:
        if content[0] != _EIGHT_BITS or content[5] not in (1, 3):
            raise NotPlain
        return segment
    if marker == _SCAN or marker in _TABLES:
        return segment
    if marker == _JFIF and content.startswith(b"JFIF\x00"):
        return marker, _PLAIN_JFIF
    if marker == _ADOBE and content.startswith(b"Adobe"):
        return marker, content[:_ADOBE_LENGTH]
    if marker in _COMMENTS:
        return None
    raise NotPlain


def _written(marker: int, content: bytes) -> bytes:
    length = _scan_header(content[0]) - 2 if marker == _SCAN else len(content) + 2
    return bytes((0xFF, marker)) + length.to_bytes(2, "big") + content


def _scan_header(components: int) -> int:
    """Return the length of what comes ahead of a scan's data, its marker included."""
    return 8 + 2 * components
