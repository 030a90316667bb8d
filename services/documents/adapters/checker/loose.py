"""Objects that lie in a file but in no table of it.

A viewer that does not get along with the table searches the bytes for objects, and takes the last
of each number. So what no table knows must be as harmless as what a table names.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

from pikepdf import Object, Pdf, Stream

from services.documents.adapters.checker.opening import Repairs, tables_in
from services.documents.adapters.checker.values import entries_of, whole_of
from services.documents.adapters.checker.verdict import Unsuitable

# What stands ahead of a word is looked at afterwards: a pattern that begins with letters is found
# thirty times faster.
_OBJECT = re.compile(rb"obj\b")
_COMMENT = re.compile(rb"%[^\r\n]*")
_NEAR, _FAR, _MOST_FAR = 32, 10_000, 200
_DIGITS = b"0123456789"
_BLANKS = b"\x00\t\n\x0c\r "
_TRAILER = re.compile(rb"trailer\b")
_IN_A_WORD = re.compile(rb"\w")
_LONGEST_TRAILER = 10_000
_AT_AN_OFFSET, _IN_A_STREAM = 1, 2
_AROUND = b"\n%%EOF\n"  # nothing is read that ends with the file
# A number is too large for the library beyond a third of the file's length.
_ROOM, _HIGHEST = 4, 100_000

# Where an object begins: an offset, or the number of a stream and the place in it.
Known = set[tuple[int, ...]]
# The bytes of `12 0 obj`, and both numbers.
Head = tuple[int, int, int, int]
# An object's number and what is written in it.
Numbered = tuple[int, bytes]


def known_to(pdf: Pdf, content: bytes) -> Known:
    """Return where a file's table finds its objects."""
    known: Known = set()
    for (number, _), entry in pdf.get_xref_table().items():
        if entry.type == _AT_AN_OFFSET:
            known.add((_begin(content, entry.offset or 0),))
        elif entry.type == _IN_A_STREAM:
            known.add((number, entry.obj_stream_number or 0, entry.obj_stream_index or 0))
    return known


def loose_in(content: bytes, pdf: Pdf, streams: Iterable[Stream], known: Known) -> Iterator[Any]:
    """Give the objects that only a search finds, also in these object streams, and the trailers.

    Raises `PdfError` or `Unsuitable` for what cannot be searched.
    """
    heads = [head for head in _heads(content) if (head[0],) not in known]
    others = [*_packed(streams, known), *_trailers(content)]
    if not heads and not others:
        return
    searched, begins = _searchable(content, heads)
    whole, numbers = _with_others(searched, pdf, heads, others)
    with Pdf.open(BytesIO(whole), inherit_page_attributes=False) as found:
        if Repairs(found).left_out & numbers:
            raise Unsuitable("document_damaged")
        yield found.trailer
        for number, entry in found.get_xref_table().items():
            if entry.offset in begins or (entry.offset or 0) >= len(searched):
                held = found.get_object(number)
                if isinstance(held, Object):
                    yield held


def _with_others(
    searched: bytes, pdf: Pdf, heads: Sequence[Head], others: Sequence[Numbered]
) -> tuple[bytes, set[int]]:
    """Return the bytes with all objects that no table knows, and the numbers of these."""
    numbers = {number for *_, number, _ in heads}
    written = list(_renumbered(others, numbers, pdf))
    numbers |= {number for number, _ in written}
    objects = (b"\n%d 0 obj\n%s\nendobj\n" % each for each in written)
    whole = b"".join((searched, *objects)).replace(b"startxref", b"startxxxx")
    return whole + _AROUND + b"\n" * (_ROOM * min(max(numbers), _HIGHEST)), numbers


def _renumbered(others: Sequence[Numbered], taken: set[int], pdf: Pdf) -> Iterator[Numbered]:
    """Give one whose number is taken another, so that none covers another."""
    taken = {*taken}
    highest = max(
        taken | {number for number, _ in pdf.get_xref_table()} | {number for number, _ in others}
    )
    for more, (number, content) in enumerate(others, start=1):
        free = number if number and number not in taken else highest + more
        taken.add(free)
        yield free, content


def _searchable(content: bytes, heads: Sequence[Head]) -> tuple[bytes, set[int]]:
    """Write each head at the beginning of a line, where alone the library looks for it."""
    pieces, begins, at, length = list[bytes](), set[int](), 0, 0
    for begin, end, number, generation in heads:
        head = b"%d %d obj" % (number, generation)
        before = content[at:begin] + b"\n" + b"\n" * (end - begin - len(head))
        pieces += [before, head]
        length += len(before)
        begins.add(length)
        length += len(head)
        at = end
    return b"".join((*pieces, content[at:])), begins


def _heads(content: bytes) -> Iterator[Head]:
    """Find where objects begin. Raises `Unsuitable` for too many that cannot be read."""
    commented = 0
    for found in _OBJECT.finditer(content):
        if not found.start() or content[found.start() - 1] not in _BLANKS:
            continue
        end, start = found.start(), max(0, found.start() - _NEAR)
        numbers = _numbers_in(content[start:end])
        if not numbers and b"%" in content[(start := max(0, end - _FAR)) : end]:
            commented += 1
            numbers = _numbers_in(_COMMENT.sub(_blanks, content[start:end]))
        if commented > _MOST_FAR:
            raise Unsuitable("document_too_complex")
        if numbers:
            begin, number, generation = numbers
            yield start + begin, found.end(), number, generation


def _numbers_in(ahead: bytes) -> tuple[int, int, int] | None:
    """Read the two numbers that end what stands ahead of `obj`, and where they begin."""
    rest = ahead.rstrip(_BLANKS)
    generation = rest[len(rest.rstrip(_DIGITS)) :]
    before = rest[: len(rest) - len(generation)]
    rest = before.rstrip(_BLANKS)
    number = rest[len(rest.rstrip(_DIGITS)) :]
    if not (number and generation) or len(rest) == len(before):
        return None
    return len(rest) - len(number), int(number), int(generation)


def _blanks(comment: re.Match[bytes]) -> bytes:
    return b" " * len(comment[0])


def _begin(content: bytes, offset: int) -> int:
    while content[offset : offset + 1] and content[offset] in _BLANKS:
        offset += 1
    return offset


def _trailers(content: bytes) -> Iterator[Numbered]:
    """Give trailers, if there are more than tables."""
    begins = [
        found.end()
        for found in _TRAILER.finditer(content)
        if not _IN_A_WORD.match(content[max(0, found.start() - 1) : found.start()])
    ]
    if len(begins) > tables_in(content):
        yield from ((0, content[at : at + _LONGEST_TRAILER]) for at in begins)


def _packed(streams: Iterable[Stream], known: Known) -> Iterator[Numbered]:
    """Give what object streams hold besides what the table says of them."""
    for stream in streams:
        holder, _ = stream.objgen
        for place, (number, content) in enumerate(_members(stream)):
            if (number, holder, place) not in known:
                yield number, content


def _members(stream: Stream) -> Iterator[Numbered]:
    entries, data = entries_of(stream), stream.read_bytes()
    first, count = (whole_of(entries.get(key)) or 0 for key in ("/First", "/N"))
    words = data[: max(first, 0)].split()[: 2 * max(count, 0)]
    head = [int(word) for word in words if word.isdigit()]
    offsets = [first + offset for offset in head[1::2]]
    for number, begin, end in zip(head[::2], offsets, [*offsets[1:], len(data)], strict=False):
        yield number, data[begin:end]
