"""What content streams draw: pictures written inline, and forms that draw forms.

A viewer follows every use, so what a page costs is the sum over all uses, however few bytes say
it. Names are found by patterns, which is fast; a name in a text counts as a use, so the sum is
an upper bound.
"""

import re
from collections import Counter
from itertools import accumulate
from typing import NamedTuple

from services.documents.adapters.checker.inline import check_inline
from services.documents.adapters.checker.letters import letters_in
from services.documents.adapters.checker.numbers import check_dashes
from services.documents.adapters.checker.verdict import Unsuitable
from services.documents.domain.limits import InspectionLimits

_USE = re.compile(
    rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]*)[\x00\t\n\f\r ]+(?:[-+.0-9]+[\x00\t\n\f\r ]+)*+"
    rb"(Do|gs|scn|SCN)(?![A-Za-z0-9])"
)
_FONT = re.compile(
    rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]*)(?:[\x00\t\n\f\r ]+[-+.0-9]+)++"
    rb"[\x00\t\n\f\r ]+Tf(?![A-Za-z0-9])"
)
_COMMENT = re.compile(rb"%[^\r\n]*")
_SAVED = re.compile(rb"(?<![^\x00\t\n\f\r ()<>\[\]{}/%])[qQ](?![^\x00\t\n\f\r ()<>\[\]{}/%])")
# Lists or dictionaries that begin in one another.
_DEEP = 100
_NESTED = {
    b"[": re.compile(rb"\[[\x00\t\n\f\r \[]*+"),
    b"<<": re.compile(rb"<<(?:[\x00\t\n\f\r ]|<<|/\w*+)*+"),
}
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_DASHED = re.compile(rb"\[([-+.0-9\x00\t\n\f\r ]*)\][\x00\t\n\f\r ]*[-+.0-9]+[\x00\t\n\f\r ]+d\b")
_NUMBER = re.compile(rb"[0-9]+\.?[0-9]*|\.[0-9]+")


class Use(NamedTuple):
    name: str
    operator: str


def uses_in(data: bytes, limits: InspectionLimits, *, fonts: bool) -> Counter[Use]:
    """Count what a content stream uses by name; check its depth and its inline pictures.

    Raises `Unsuitable` for a picture of too many pixels or too many states saved in one another.
    """
    if data.count(b"q") > limits.saved_states:
        _check_saved(data, limits)
    check_inline(data, limits)
    for dashes in _DASHED.findall(data):
        check_dashes(map(float, _NUMBER.findall(dashes)))
    for opening, nested in _NESTED.items():
        if data.count(opening) >= _DEEP and _is_deep(nested.findall(data), opening):
            raise Unsuitable("document_too_complex")
    found = _found(data, fonts=fonts)
    if b"%" in data:  # a comment may stand between a name and its use, or a text look like one
        found |= _found(_COMMENT.sub(b" ", data), fonts=fonts)
    uses = Counter[Use]()
    for use, count in found.items():
        uses[_use(*use)] += count
    return uses


def _found(data: bytes, *, fonts: bool) -> Counter[tuple[bytes, bytes]]:
    """Count each use; that of a font counts the letters that are shown in it."""
    found = Counter[tuple[bytes, bytes]](_USE.findall(data))
    if fonts:
        letters = letters_in(data)
        found |= {(name, b"Tf"): letters[name] or 1 for name in _FONT.findall(data)}
        found |= {(b"", b"Tf"): letters[b""]}
    return found


def _is_deep(runs: list[bytes], opening: bytes) -> bool:
    return any(run.count(opening) >= _DEEP for run in runs if len(run) >= _DEEP)


def _use(name: bytes, operator: bytes) -> Use:
    return Use("/" + _plain(name).decode("utf-8", "surrogateescape"), operator.decode())


def _plain(name: bytes) -> bytes:
    return _HEX.sub(lambda found: bytes([int(found[1], 16)]), name)


def _check_saved(data: bytes, limits: InspectionLimits) -> None:
    steps = (1 if found == b"q" else -1 for found in _SAVED.findall(data))
    if max(accumulate(steps), default=0) > limits.saved_states:
        raise Unsuitable("document_too_complex")
