"""Files that are two things at once, and files of which a part is gone."""

import io
import zipfile
from collections.abc import Callable
from functools import partial

from tests.builders import bad_pdfs
from tests.builders.hostile.case import COMPLEX, DAMAGED, ENCRYPTED, NOT_PDF, Hostile
from tests.builders.pdfs import a_letter, a_pdf, a_pdf_of_size, a_scan
from tests.builders.rewriting import REVISIONS, encrypted

_REFUSED = (NOT_PDF, DAMAGED)


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.exe", b"MZ")
    return out.getvalue()


_HTML = b"<html><script>alert(1)</script></html>\n"
_AHEAD = {
    "a program": b"MZ\x90\x00" + bytes(60),
    "a program of Linux": b"\x7fELF" + bytes(60),
    "a script": b"#!/bin/sh\necho 1\nexit\n",
    "a batch file": b"@echo off\r\ncalc.exe\r\nexit /b\r\n",
    "a page": _HTML,
    "a page with its kind": b"<!DOCTYPE html>" + _HTML,
    "an XML file": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>\n",
    "a picture": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "a JPEG": b"\xff\xd8\xff\xfe\x00\x20",
    "a zip": _zip(),
    "a RAR": b"Rar!\x1a\x07\x01\x00",
    "an office file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "a rich text": b"{\\rtf1 a}\n",
    "a Java class": b"\xca\xfe\xba\xbe\x00\x00\x00\x34",
    "a tape archive": b"a.exe".ljust(257, b"\x00") + b"ustar\x0000".ljust(255, b"\x00"),
    "a shortcut": b"[InternetShortcut]\r\nURL=https://contoh.example/\r\n",
    "PHP": b"<?php system($_GET['a']); ?>\n",
    "more than a reader looks through": b"\n" * 1_024,
}
_BEHIND = {
    "a zip": _zip(),
    "a page": _HTML,
    "a program": b"MZ\x90\x00" + b"\xcc" * 900,
    "a script": b"<script>alert(1)</script>",
    "an office file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x11" * 600,
    "a megabyte of something": bytes(range(256)) * 4_096,
}


def _another_whole_file() -> bytes:
    """A second PDF behind, with its own numbers from its own beginning."""
    return a_pdf("Surat asli") + a_pdf("Surat lain", pages=3)


def _zip_around() -> bytes:
    """A zip whose only part is stored, and is the PDF itself."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.pdf", a_pdf())
    return out.getvalue()


def _cut(build: Callable[[], bytes], share: float) -> bytes:
    return bad_pdfs.cut(build(), share)


def _cut_and_ended(build: Callable[[], bytes], share: float) -> bytes:
    return bad_pdfs.cut_and_ended(_cut(build, share))


def _hole(build: Callable[[], bytes], at: float, size: int, fill: bytes = b"") -> bytes:
    """Bytes are missing in the middle, or something else is in their place."""
    whole = build()
    start = int(len(whole) * at)
    return whole[:start] + fill * size + whole[start + size :]


def _long_scan() -> bytes:
    return a_scan(9)


_KINDS = {"letter": a_letter, "scan": _long_scan, "file": a_pdf}
_SHARES = (0.05, 0.2, 0.4, 0.6, 0.8)
CASES = [
    *(
        Hostile(f"{what} ahead", partial(lambda ahead: ahead + a_pdf(), ahead), (*_REFUSED, "workbook_damaged"),
                a_pdf, framed=True)
        for what, ahead in _AHEAD.items()
    ),
    *(
        Hostile(f"{what} behind", partial(lambda behind: a_pdf() + behind, behind), _REFUSED, a_pdf, framed=True)
        for what, behind in _BEHIND.items()
    ),
    Hostile("another whole PDF behind", _another_whole_file, _REFUSED, framed=True),
    Hostile("a zip around it", _zip_around, (*_REFUSED, "other_part"), framed=True),
    *(
        Hostile(f"{kind} cut at {share:.0%}", partial(_cut, build, share), _REFUSED, build, framed=True)
        for kind, build in _KINDS.items()
        for share in _SHARES
    ),
    *(
        Hostile(f"{kind} cut at {share:.0%} and ended", partial(_cut_and_ended, build, share), _REFUSED, build, framed=True)
        for kind, build in _KINDS.items()
        for share in _SHARES
    ),
    *(
        Hostile(f"{kind} with a hole at {at:.0%}", partial(_hole, build, at, 400), (DAMAGED, COMPLEX), build, framed=True)
        for kind, build in (("scan", _long_scan), ("letter", a_letter))
        for at in (0.3, 0.5)
    ),
    *(
        Hostile(f"{name} in place of a PDF", build, (*_REFUSED, "workbook_damaged", "document_empty"), framed=True)
        for name, build in {
            **bad_pdfs.NOT_PDF,
            "nothing": lambda: b"",
            "zeros": lambda: bytes(4_096),
            "a header alone": lambda: b"%PDF-1.7\n",
            "a header and an end": lambda: b"%PDF-1.7\nstartxref\n9\n%%EOF\n",
            "Print's own language": lambda: b"%!PS-Adobe-3.0\nshowpage\n%%EOF\n",
            "a form's data": lambda: b"%FDF-1.2\n1 0 obj << /FDF << >> >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n",
            "a version of tomorrow": lambda: a_pdf(header=b"%PDF-9.9\n"),
        }.items()
    ),
    *(
        Hostile(f"locked by revision {revision}", partial(encrypted, a_pdf(), revision, user="rahasia"), (ENCRYPTED,),
                framed=True)
        for revision in REVISIONS
    ),
    Hostile("locked by a stranger's means", lambda: a_pdf(
        trailer="/Encrypt << /Filter /Sendiri /V 4 /R 4 >> /ID [<00> <00>]"), (ENCRYPTED, DAMAGED), framed=True),
    Hostile("locked by certificates", lambda: a_pdf(
        trailer="/Encrypt << /Filter /Adobe.PubSec /SubFilter /adbe.pkcs7.s4 /V 1 /Recipients [<00>] >> /ID [<00> <00>]"),
        (ENCRYPTED, DAMAGED), framed=True),
    Hostile("a table that points to nothing", lambda: a_pdf().replace(b" 00000 n ", b" 00009 n "), (DAMAGED,), framed=True),
    Hostile("a large file cut by its last kilobyte", lambda: a_pdf_of_size(200_000)[:-1_024], _REFUSED, framed=True),
]  # fmt: skip
