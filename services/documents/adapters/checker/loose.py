"""Objects that lie in a file but in no table of it.

A viewer that does not get along with the table searches the bytes for objects, and takes the last
of each number. So what no table knows must be as harmless as what a table names.
"""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from pikepdf import Object, Pdf, Stream

from services.documents.adapters.checker.opening import Repairs
from services.documents.adapters.checker.values import entries_of, name_of, whole_of
from services.documents.adapters.checker.verdict import Unsuitable

_DIGIT = re.compile(rb"[0-9]")
_SPACE = rb"(?:[\x00\t\n\f\r ]|%[^\r\n]{0,99}[\r\n]){1,99}"
_NUMBERS = re.compile(rb"[0-9]{1,99}" + _SPACE + rb"[0-9]{1,99}" + _SPACE + rb"\Z")
# A number is too large for the library beyond a third of the file's length.
_ROOM, _HIGHEST = 4, 100_000
_DIGITS = re.compile(rb"[0-9]{0,100}")
_LONGEST = 100
_AROUND = b"\n%%EOF\n"  # nothing is read that ends with the file
_BLANKS = b"\x00\t\n\x0c\r "
_AT_AN_OFFSET, _IN_A_STREAM = 1, 2

# Where an object begins: an offset, or the number of a stream and the place in it.
Known = set[tuple[int, ...]]


def known_to(pdf: Pdf, content: bytes) -> Known:
    """Return where a file's table finds its objects."""
    known: Known = set()
    for (number, _), entry in pdf.get_xref_table().items():
        if entry.type == _AT_AN_OFFSET:
            known.add((_begin(content, entry.offset or 0),))
        elif entry.type == _IN_A_STREAM:
            known.add((number, entry.obj_stream_number or 0, entry.obj_stream_index or 0))
    return known


def loose_in(content: bytes, pdf: Pdf, known: Known) -> Iterator[Any]:
    """Give the objects that only a search finds, and its trailer.

    Raises `PdfError` or `Unsuitable` for what cannot be searched.
    """
    begins = {at for at in _begins(content) if (at,) not in known}
    packed = b"".join(_packed(pdf.objects, known))
    if not begins and not packed:
        return
    numbers = {_number_at(content, at) for at in begins}
    searched = bytearray(content.replace(b"startxref", b"startxxxx"))
    for at in begins:
        if at and searched[at - 1] in _BLANKS:
            searched[at - 1 : at] = b"\n"  # the library looks at the beginnings of lines
    room = b"\n" * (_ROOM * min(max(numbers, default=0), _HIGHEST))
    with Pdf.open(
        BytesIO(searched + packed + _AROUND + room), inherit_page_attributes=False
    ) as found:
        if Repairs(found).left_out & numbers:
            raise Unsuitable("document_damaged")
        yield found.trailer
        for number, entry in found.get_xref_table().items():
            offset = entry.offset or 0
            if offset in begins or offset >= len(content):
                held = found.get_object(number)
                if isinstance(held, Object):
                    yield held


def _begins(content: bytes) -> Iterator[int]:
    for found in re.finditer(rb"obj\b", content):
        start = max(0, found.start() - _LONGEST)
        before = content[start : found.start()]
        for digit in _DIGIT.finditer(before):
            if _NUMBERS.match(before, digit.start()):
                yield start + digit.start()
                break


def _number_at(content: bytes, at: int) -> int:
    found = _DIGITS.match(content, at)
    return int(found[0]) if found else 0


def _begin(content: bytes, offset: int) -> int:
    while content[offset : offset + 1] and content[offset] in _BLANKS:
        offset += 1
    return offset


def _packed(objects: Iterable[Any], known: Known) -> Iterator[bytes]:
    """Write out what object streams hold besides what the table says of them."""
    for value in objects:
        if isinstance(value, Stream) and name_of(value.get("/Type")) == "/ObjStm":
            holder, _ = value.objgen
            for place, (number, content) in enumerate(_members(value)):
                if (number, holder, place) not in known:
                    yield b"\n%d 0 obj\n%s\nendobj\n" % (number, content)


def _members(stream: Stream) -> Iterator[tuple[int, bytes]]:
    entries, data = entries_of(stream), stream.read_bytes()
    first, count = (whole_of(entries.get(key)) or 0 for key in ("/First", "/N"))
    head = [
        int(word) for word in data[: max(first, 0)].split()[: 2 * max(count, 0)] if word.isdigit()
    ]
    offsets = [first + offset for offset in head[1::2]]
    for number, begin, end in zip(head[::2], offsets, [*offsets[1:], len(data)], strict=False):
        yield number, data[begin:end]
