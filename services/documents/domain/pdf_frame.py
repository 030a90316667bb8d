"""What the first and last bytes alone say about a PDF, before anything opens it.

Printers, mail programs and scanners put words ahead of the header and padding behind the end;
every viewer skips them. What would make the file another kind of file to another program is
refused.
"""

import re

from services.documents.domain.refusals import DocumentDamaged, DocumentEmpty, DocumentNotPdf

# Viewers look for the header in the first 1,024 bytes.
MOST_AHEAD = 1_023
HEAD = MOST_AHEAD + 8
TAIL = 1_024
_HEADER = re.compile(rb"%PDF-[12]\.\d")
_END = b"%%EOF"
_OTHER_KINDS = re.compile(
    rb"\s*(?:MZ|\x7fELF|#!|@(?!PJL)|GIF8|\x89PNG|\xff\xd8|PK|Rar!|7z|\xd0\xcf\x11\xe0|\{\\rtf"
    rb"|\xca\xfe\xba\xbe|\[|%!|%FDF|BM|II\*|MM\x00|RIFF|OggS|ID3|\x1f\x8b|BZh)",
)
_MARKUP = re.compile(
    rb"<\s*(?:[!?%]|/?(?:html|head|body|script|svg|xml|iframe|img|object|embed|meta|link|style)\b)",
    re.IGNORECASE,
)
# Words for people and programs: no control character but blanks, ends of texts and escapes.
_WORDS = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\x00\t\n\x0c\r\x1a\x1b -~\x80-\xff]*+")
_BLANKS = b"\t\x0c \x1a\xff"
# Comments, a printer's end of a job, and the end of a part of a mail.
_PADDING = (b"%", b"\x1b%-12345X", b"@PJL", b"--")
_TABLE = re.compile(rb"startxref\s+\d+\s*\Z")
_OBJECT = re.compile(rb"\d\s+obj\b")
# Where other kinds of file are known by, however they begin: archives of tapes and disks.
_ELSEWHERE = ((257, b"ustar"), (32_769, b"CD001"))
_ZIP_LIST, _ZIP_END, _FARTHEST_ZIP_END = b"PK\x01\x02", b"PK\x05\x06", 65_557
_SECOND = re.compile(rb"%%EOF[\s\x00]*+%PDF-\d")


def check_frame(*, head: bytes, tail: bytes) -> None:
    """Accept a file that begins as a PDF.

    `head` is its first 1,031 bytes or more, `tail` its last 1,024 or all. Raises `DocumentEmpty`,
    `DocumentNotPdf` or `DocumentDamaged`.
    """
    if not head:
        raise DocumentEmpty
    _beginning(head)
    _, end, behind = tail.rpartition(_END)
    if end and not _OBJECT.search(behind):
        _check_behind(behind)


def body_of(content: bytes) -> bytes:
    """Return the file without what stands ahead of its header and behind its end.

    An end may be missing; a file that goes on after its last end was cut in an update. Raises
    `DocumentNotPdf` or `DocumentDamaged`.
    """
    begin, end = _beginning(content[:HEAD]), content.rfind(_END)
    if _is_archive_too(content):
        raise DocumentDamaged
    if content.find(b"%PDF-", begin + 1) > 0 and _SECOND.search(content):
        raise DocumentDamaged
    if end < 0 or _TABLE.search(content[end:].rstrip(b"\x00\t\n\x0c\r \x1a")):
        return content[begin:]
    _check_behind(content[end + len(_END) :])
    return content[begin : end + len(_END)]


def has_its_end(content: bytes) -> bool:
    """Tell whether a trailer follows the last object; without one a file was cut."""
    last = content[content.rfind(b" obj") :]
    return b"trailer" in last or b"/XRef" in last


def _is_archive_too(content: bytes) -> bool:
    """Tell whether a program for archives would open the file: it reads a ZIP from its end."""
    if any(content.startswith(mark, at) for at, mark in _ELSEWHERE):
        return True
    end = content.rfind(_ZIP_END, max(0, len(content) - _FARTHEST_ZIP_END))
    return end >= 0 and _ZIP_LIST in content[:end]


def _beginning(head: bytes) -> int:
    header = _HEADER.search(head[:HEAD])
    if header is None:
        raise DocumentNotPdf
    ahead = head[: header.start()]
    if _OTHER_KINDS.match(ahead) or _MARKUP.search(ahead) or not _WORDS.fullmatch(ahead):
        raise DocumentNotPdf
    if b"ustar" in ahead:
        raise DocumentNotPdf
    return header.start()


def _check_behind(behind: bytes) -> None:
    for line in behind.replace(b"\x00", b"\n").splitlines():
        words = line.strip(_BLANKS)
        if (words and not words.startswith(_PADDING)) or _MARKUP.search(words):
            raise DocumentDamaged
