"""How many letters a content stream shows, and in which font: glyphs may be drawings themselves."""

import re
from collections import Counter

# Outside of texts: a font chosen, states saved and restored, and what is to be skipped.
_OUTSIDE = re.compile(
    rb"\(|%[^\r\n]*|<(?P<hex>[0-9A-Fa-f\x00\t\n\f\r ]*)>"
    rb"|/(?P<font>[^\x00\t\n\f\r ()<>\[\]{}/%]*)(?:[\x00\t\n\f\r ]+[-+.0-9]+)+[\x00\t\n\f\r ]+Tf\b"
    rb"|(?<![^\x00\t\n\f\r ()<>\[\]{}/%])(?P<state>[qQ]|BI)(?![^\x00\t\n\f\r ()<>\[\]{}/%])"
)
_INSIDE = re.compile(rb"\\.|[()]", re.DOTALL)
_PICTURE_END = re.compile(rb"[\x00\t\n\f\r ]EI\b")


def letters_in(data: bytes) -> Counter[bytes]:
    """Count the bytes of texts by the name of their font, as it stands in the stream.

    A text without one is drawn in whatever font stands where the stream is used.
    """
    counted, font, saved, at = Counter[bytes](), b"", list[bytes](), 0
    while mark := _OUTSIDE.search(data, at):
        at = mark.end()
        if mark[0] == b"(":
            end = _end_of_text(data, at)
            counted[font] += end - at
            at = end
        elif mark["hex"]:
            counted[font] += len(mark["hex"]) // 2
        elif mark["font"] is not None:
            font = mark["font"]
        elif mark["state"] == b"q":
            saved.append(font)
        elif mark["state"] == b"Q":
            font = saved.pop() if saved else font
        elif mark["state"] == b"BI":
            found = _PICTURE_END.search(data, at)
            at = found.end() if found else at
    return counted


def _end_of_text(data: bytes, at: int) -> int:
    depth = 1
    for mark in _INSIDE.finditer(data, at):
        depth += {b"(": 1, b")": -1}.get(mark[0], 0)
        if not depth:
            return mark.end()
    return len(data)
