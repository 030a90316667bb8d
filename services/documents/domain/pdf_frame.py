"""What the first and last bytes alone say about a PDF, before anything opens it."""

import re

from services.documents.domain.refusals import DocumentDamaged, DocumentEmpty, DocumentNotPdf

TAIL = 1_024
HEAD = 8
_HEADER = re.compile(rb"%PDF-[12]\.\d")


def check_frame(*, head: bytes, tail: bytes) -> None:
    """Accept a file that begins as a PDF at byte 0 and has its end.

    `head` is its first 8 bytes or more, `tail` its last 1,024 or all. Raises `DocumentEmpty`,
    `DocumentNotPdf` or `DocumentDamaged`.
    """
    if not head:
        raise DocumentEmpty
    if not _HEADER.match(head):
        raise DocumentNotPdf
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise DocumentDamaged
