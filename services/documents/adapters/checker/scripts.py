"""The only scripts a form may hold: Acrobat's own formatting calls, with literal arguments.

Acrobat writes them itself when somebody chooses "date" or "number" as a field's format.
"""

import re
from collections.abc import Iterator
from typing import Any

from pikepdf import PdfError, Stream, String

from services.documents.adapters.checker.values import decoded

_LONGEST = 4_096
# A literal text holds no line end and no escape by number.
_WORD = re.compile(
    r"""[ \t\r\n]*(?:
    (?P<f>AF(?:Date|Time)_(?:Format|FormatEx|Keystroke|KeystrokeEx)
        |AF(?:Number|Percent|Special)_(?:Format|Keystroke|KeystrokeEx)
        |AFRange_Validate|AFSimple_Calculate)(?![\w$])
    |(?P<v>"(?:[^"\\\r\n]|\\["'\\/.\- ntr])*"|'(?:[^'\\\r\n]|\\["'\\/.\- ntr])*'
        |-?[0-9]+(?:\.[0-9]*)?(?![\w$.])|(?:true|false|null)(?![\w$]))
    |(?P<n>new[ \t]+Array(?![\w$]))
    |(?P<sign>[()\[\],;])
    |(?P<end>\Z)
    )""",
    re.VERBOSE,
)
# The same script with a letter for each word: f a function, v a value, n a new list.
_LIST = re.compile(r"n\(v?(?:,v)*\)|\[v?(?:,v)*\]")
_CALLS = re.compile(r"(?:f\(v?(?:,v)*\);*)+")


def is_formatting(script: Any) -> bool:
    """Tell whether a script, a string or a stream, is nothing but such calls."""
    content = _content(script)
    if content is None:
        return False
    letters = "".join(_letters(decoded(content)))
    return bool(_CALLS.fullmatch(_LIST.sub("v", letters)))


def _letters(script: str) -> Iterator[str]:
    """Give a letter for each word; a question mark for what may not be there, and no more."""
    at = 0
    while at < len(script):
        word = _WORD.match(script, at)
        if word is None or word.lastgroup is None:
            yield "?"
            return
        if word.lastgroup != "end":
            yield word["sign"] or word.lastgroup
        at = word.end() if word.end() > at else len(script)


def _content(script: Any) -> bytes | None:
    if isinstance(script, String):
        content = bytes(script)
    elif isinstance(script, Stream):
        try:
            content = script.read_bytes()
        except PdfError:
            return None
    else:
        return None
    return content if len(content) <= _LONGEST else None
