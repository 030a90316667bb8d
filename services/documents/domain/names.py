"""The name a person gave a file: kept as words to show, never used as a path."""

import re
import unicodedata
from urllib.parse import quote

from chassis.kernel.text import shown_line
from services.documents.domain.content_types import ENDINGS, PDF

_LONGEST = 120
_UNNAMED = "dokumen"
_NOT_ASCII_WORD = re.compile(r"[^A-Za-z0-9._ -]+")


def shown_name(given: str | None, content_type: str = PDF) -> str:
    """Make a harmless display name with the ending of what the file is.

    Folders and everything that nobody sees are dropped (R36).
    """
    last = re.split(r"[/\\]", given or "")[-1]
    plain = re.sub('["<>]', "", shown_line(last))
    ending = ENDINGS[content_type]
    stem = plain.removesuffix(ending).removesuffix(ending.upper()).strip(" .")
    return (stem[:_LONGEST] or _UNNAMED) + ending


def name_of_picture(shown: str) -> str:
    """Return the name of a picture as its owner knows it: every upload is shown as a PDF."""
    return shown.removesuffix(ENDINGS[PDF])


def attachment_header(name: str) -> str:
    """Write Content-Disposition (RFC 6266) so that no browser opens the file."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    safe = _NOT_ASCII_WORD.sub("_", plain).strip() or _UNNAMED
    return f"attachment; filename=\"{safe}\"; filename*=UTF-8''{quote(name, safe='')}"
