"""The name a person gave a file: kept as words to show, never used as a path."""

import re
import unicodedata
from urllib.parse import quote

_LONGEST = 120
_ENDING = ".pdf"
_UNNAMED = "dokumen.pdf"
_NOT_ASCII_WORD = re.compile(r"[^A-Za-z0-9._ -]+")


def shown_name(given: str | None) -> str:
    """Make a harmless display name that ends in .pdf.

    Folders, control characters and characters that turn the reading direction are dropped.
    """
    last = re.split(r"[/\\]", given or "")[-1]
    normal = unicodedata.normalize("NFC", last)
    printable = "".join(letter for letter in normal if letter.isprintable() and letter not in '"<>')
    stem = printable.strip().removesuffix(_ENDING).removesuffix(_ENDING.upper()).strip(" .")
    return f"{stem[:_LONGEST]}{_ENDING}" if stem else _UNNAMED


def attachment_header(name: str) -> str:
    """Write Content-Disposition (RFC 6266) so that no browser opens the file."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    safe = _NOT_ASCII_WORD.sub("_", plain).strip() or _UNNAMED
    return f"attachment; filename=\"{safe}\"; filename*=UTF-8''{quote(name, safe='')}"
