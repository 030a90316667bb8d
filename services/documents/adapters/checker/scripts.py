"""The only scripts a form may hold: Acrobat's own formatting calls, with literal arguments.

Acrobat writes them itself when somebody chooses "date" or "number" as a field's format.
"""

import re
from typing import Any

from pikepdf import PdfError, Stream, String

from services.documents.adapters.checker.values import decoded

_LONGEST = 4_096
_FUNCTIONS = (
    "AF(?:Date_(?:Format|FormatEx|Keystroke|KeystrokeEx)|Time_(?:Format|FormatEx|Keystroke)"
    "|Number_(?:Format|Keystroke)|Percent_(?:Format|Keystroke)"
    "|Special_(?:Format|Keystroke|KeystrokeEx)|Range_Validate|Simple_Calculate)"
)
_BLANK = r"[ \t\r\n]*+"
# A literal text: no line end, no `\x`, `\u` or octal escape.
_TEXT = r"""(?:"(?:[^"\\\r\n]|\\["'\\/.\- ntr])*+"|'(?:[^'\\\r\n]|\\["'\\/.\- ntr])*+')"""
_SIMPLE = rf"(?:{_TEXT}|-?[0-9]{{1,20}}(?:\.[0-9]{{0,20}})?|\.[0-9]{{1,20}}|true|false)"


def _listed(item: str) -> str:
    return rf"{_BLANK}(?:{item}{_BLANK}(?:,{_BLANK}{item}{_BLANK})*+)?+"


_LIST = rf"(?:new{_BLANK}Array{_BLANK}\({_listed(_SIMPLE)}\)|\[{_listed(_SIMPLE)}\])"
_CALL = rf"{_FUNCTIONS}{_BLANK}\({_listed(f'(?:{_SIMPLE}|{_LIST})')}\)"
_SCRIPT = re.compile(rf"{_BLANK}(?:{_CALL}{_BLANK}(?:;{_BLANK})*+)++")


def is_formatting(script: Any) -> bool:
    """Tell whether a script, a string or a stream, is nothing but such calls."""
    content = _content(script)
    return content is not None and bool(_SCRIPT.fullmatch(decoded(content)))


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
