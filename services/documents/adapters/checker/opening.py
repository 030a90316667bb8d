"""Opens a PDF as a viewer would, and says what had to be repaired for it."""

import re
from io import BytesIO

import pikepdf
from pikepdf import PasswordError, Pdf, PdfError

from services.documents.adapters.checker.verdict import Unsuitable

_TABLE = re.compile(rb"startxref")
_REBUILT = "Attempting to reconstruct cross-reference table"
_REPLACED = re.compile(rb"[0-9] (?!00000)[0-9]{5} n")
_LEFT_OUT = re.compile(r"impossibly large id (\d+)")
_REPEATED = re.compile(r"dictionary has duplicated key (/\S+);")
_TELLING_NOTHING = re.compile(
    r"/(?:[A-Za-z]+\d+|Title|Author|Subject|Keywords|Creator|Producer|CreationDate|ModDate|Lang"
    r"|Rotate|Tabs|Version|PageMode|PageLayout|Flags|Ascent|Descent|CapHeight|StemV|ItalicAngle)"
)
# Repairs that lose something, or that viewers would make in different ways.
_LOSSES = re.compile(
    "treating (?:[a-z]+ )?as (?:null|empty)|error reading object|unable to recover"
    "|EOF (?:while reading|in|after)"
    "|inserting key /QPDFFake|ignoring (?:excessively|invalid|object)|too many errors"
    "|expected endobj|loop detected|unexpected (?:EOF|dictionary close|array close|\\))"
)


def open_pdf(content: bytes) -> Pdf:
    """Open a file with the empty password.

    A table that points to nothing is left aside, and the objects are searched for, as viewers do.
    Raises `Unsuitable` when it has a password, needs a handler nobody has, or cannot be opened.
    """
    try:
        return _opened(content)
    except _NoTable:
        # A table of replaced objects says which is the newest; without it nobody knows.
        if _REPLACED.search(content):
            raise Unsuitable("document_damaged") from None
    try:
        return _opened(content.replace(b"startxref", b"startxxxx"))
    except _NoTable:
        raise Unsuitable("document_damaged") from None


def tables_in(content: bytes) -> int:
    """Count what says where a table is; `bytes.count` takes four times as long."""
    return sum(1 for _ in _TABLE.finditer(content))


class _NoTable(Exception):
    """The table at the end of the file does not lead to its objects."""


def _opened(content: bytes) -> Pdf:
    try:
        return Pdf.open(BytesIO(content), inherit_page_attributes=False)
    except PasswordError:
        raise Unsuitable("document_encrypted") from None
    except PdfError as error:
        if pikepdf.settings.qpdf_limit_errors():
            raise Unsuitable("document_too_complex") from None
        if "encryption" in str(error).lower():
            raise Unsuitable("document_encrypted") from None
        raise _NoTable from None


class Repairs:
    """What the library said it repaired while it read. Ask at the end: it reads as it goes."""

    def __init__(self, pdf: Pdf) -> None:
        self.said = [str(warning) for warning in pdf.get_warnings()]

    @property
    def rebuilt(self) -> bool:
        """Tell whether objects had to be searched for, as their table was wrong or missing."""
        return any(said.endswith(_REBUILT) for said in self.said)

    @property
    def left_out(self) -> set[int]:
        """Return the numbers that were too large for the library, with their objects."""
        found = (_LEFT_OUT.search(said) for said in self.said)
        return {int(match[1]) for match in found if match}

    @property
    def starved(self) -> bool:
        """Tell whether the memory was too small for an object, which then reads as null."""
        return any("bad_alloc" in said for said in self.said)

    @property
    def lossy(self) -> bool:
        return any(_LOSSES.search(said) for said in self.said)

    @property
    def hiding(self) -> bool:
        """Tell whether a dictionary has a key twice: viewers take the first or the last value.

        Only the last was looked at; of names that a writer gives and of words that says enough.
        """
        found = (_REPEATED.search(said) for said in self.said)
        return any(match and not _TELLING_NOTHING.fullmatch(match[1]) for match in found)
