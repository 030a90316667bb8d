"""What a reader finds in a PDF of ours when they search or copy it: its text, line by line."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

_SINGLE = re.compile(r"^\s*<(\w+)>\s*<(\w+)>\s*$", re.MULTILINE)
_RANGE = re.compile(r"^\s*<(\w+)>\s*<(\w+)>\s*<(\w+)>\s*$", re.MULTILINE)
_MAPPED = re.compile(r"begin(bfchar|bfrange)(.*?)end", re.DOTALL)


def words_of(content: bytes) -> str:
    """Return the text of every page, with a blank for each new line."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return " ".join(" ".join(_lines(page)) for page in pdf.pages)


def _lines(page: pikepdf.Page) -> Iterator[str]:
    letters = {name: _letters(font) for name, font in page.Resources.get("/Font", {}).items()}
    font, height, line = "", None, ""
    for operands, operator in pikepdf.parse_content_stream(page):
        what = str(operator)
        if what == "Tf":
            font = str(operands[0])
        elif what == "Tm":
            if height is not None and height != operands[5]:
                yield line
                line = ""
            height = operands[5]
        elif what in ("Tj", "TJ"):
            line += "".join(_decoded(letters[font], operands[0]))
    yield line


def _decoded(letters: dict[int, str], shown: Any) -> Iterator[str]:
    for part in [shown] if isinstance(shown, pikepdf.String) else shown:
        if isinstance(part, pikepdf.String):
            glyphs = bytes(part)
            for place in range(0, len(glyphs), 2):
                yield letters.get(int.from_bytes(glyphs[place : place + 2]), "?")


def _letters(font: Any) -> dict[int, str]:
    found: dict[int, str] = {}
    for kind, block in _MAPPED.findall(font.ToUnicode.read_bytes().decode()):
        if kind == "bfchar":
            found |= {int(glyph, 16): _text(code) for glyph, code in _SINGLE.findall(block)}
        else:
            for first, last, code in _RANGE.findall(block):
                for step in range(int(last, 16) - int(first, 16) + 1):
                    found[int(first, 16) + step] = chr(int(code, 16) + step)
    return found


def _text(code: str) -> str:
    return bytes.fromhex(code).decode("utf-16-be")
