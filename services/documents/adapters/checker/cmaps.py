"""Tables from codes to letters or glyphs, which a few bytes can make longer than any memory."""

import re

from services.documents.adapters.checker.verdict import Unsuitable

_SECTION = re.compile(rb"begin(?:cid|bf|notdef)range")
_RANGE = re.compile(
    rb"<([0-9A-Fa-f]{1,16})>[\x00\t\n\f\r ]*+<([0-9A-Fa-f]{1,16})>[\x00\t\n\f\r ]*+"
    rb"(?:<[^<>]*+>|\[[^\[\]]*+\]|[0-9]++)"
)
# All of Unicode is half of it.
_MOST_CODES = 2_228_224


def check_ranges(data: bytes) -> None:
    """Raises `Unsuitable` for a table of more codes than there are letters."""
    if not _SECTION.search(data):
        return
    codes = sum(
        int(last, 16) - int(first, 16)
        for section in _SECTION.split(data)[1:]
        for first, last in _RANGE.findall(section.partition(b"end")[0])
    )
    if codes > _MOST_CODES:
        raise Unsuitable("document_too_complex")
