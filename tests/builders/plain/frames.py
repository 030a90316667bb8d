"""What printers, mail programs and old machines leave around a PDF, and tables that are a little off."""

import re
from collections.abc import Callable
from functools import partial

from tests.builders.pdfs import PdfWriter, a_letter, a_pdf, a_scan
from tests.builders.rewriting import REVISIONS, encrypted
from tests.builders.updates import updated

Builder = Callable[[], bytes]

_PJL = (
    b'\x1b%-12345X@PJL JOB NAME="surat"\r\n@PJL SET RESOLUTION=600\r\n@PJL ENTER LANGUAGE=PDF\r\n'
)
_AHEAD = {
    "a byte order mark": b"\xef\xbb\xbf",
    "a line feed": b"\n",
    "empty lines": b"\r\n" * 20,
    "blanks": b" " * 64,
    "1,023 line feeds": b"\n" * 1_023,
    "zeros": bytes(512),
    "a printer's header": _PJL,
    "a MIME header": b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\n\r\n",
    "an HTTP header": b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n",
    "a Mac's header": b"\x00\x09surat.pdf".ljust(65, b"\x00") + b"PDF CARO".ljust(63, b"\x00"),
}
_BEHIND = {
    "line feeds": b"\r\n\r\n\n",
    "blanks": b" " * 300,
    "padding to a block": bytes(3_000),
    "64 KiB of zeros": bytes(65_536),
    "a comment": b"% dicetak oleh Pemindai Contoh\n",
    "a printer's end": b"\x1b%-12345X@PJL EOJ\r\n\x1b%-12345X",
    "the end of a DOS text": b"\x1a",
}


def _changed(old: bytes, new: bytes, content: bytes | None = None) -> bytes:
    """Change something of the frame without moving what stands before."""
    content = content or a_pdf()
    assert old in content
    at = content.rindex(old)
    return content[:at] + new + content[at + len(old) :]


def _rows(change: Callable[[bytes], bytes]) -> bytes:
    """Change each row of the table."""
    return re.sub(rb"\d{10} 00000 n \n", lambda row: change(row[0]), a_pdf())


def _moved(row: bytes, by: int) -> bytes:
    return f"{max(int(row[:10]) + by, 0):010}".encode() + row[10:]


def _written(*, ends: bytes = b"\n", header: bytes = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n") -> bytes:
    """A file with other line ends, all offsets right."""
    writer = PdfWriter(header.replace(b"\n", ends))
    root = writer.add("<< /Type /Catalog /Pages 2 0 R >>".replace(" ", ends.decode()))
    writer.add("<< /Type /Pages /Count 1 /Kids [3 0 R] >>".replace(" /", f"{ends.decode()}/"))
    writer.add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>")
    whole = writer.write(root)
    head, start, tail = whole.partition(b"xref\n0")
    return head + (start + tail).replace(b" \n", b"\r\n" if ends != b"\n" else b" \n")


def _numbered_apart() -> bytes:
    """Objects with gaps between their numbers and a table of many parts."""
    content = updated(a_pdf(), {40: "(a)", 900: "(b)", 7_000: "<< /A 40 0 R >>"})
    return updated(content, {7_001: "null"})


def _deleted() -> bytes:
    """An update that frees an object."""
    content = a_pdf(objects=("(lama)",))
    table = re.findall(rb"startxref\n(\d+)", content)[-1].decode()
    end = f"xref\n0 1\n0000000010 65535 f \n10 1\n0000000000 00001 f \ntrailer\n<< /Size 12 /Root 1 0 R /Prev {table} >>\n"
    return content + end.encode() + f"startxref\n{len(content)}\n%%EOF\n".encode()


def _saved_often(times: int) -> bytes:
    """Notes added one by one, saved each time."""
    content = a_pdf(page="/Annots [10 0 R]", objects=("null",))
    for number in range(times):
        note = f"<< /Type /Annot /Subtype /Text /Rect [9 9 29 29] /Contents (catatan {number}) >>"
        content = updated(content, {10: note})
    return content


def _hybrid() -> bytes:
    """A table for old readers, and a stream that says where new readers find more."""
    content = bytearray(updated(a_pdf(), {20: "null"}))
    end = content.rindex(b"xref\n20 1")
    rows = b"\x01" + end.to_bytes(4) + b"\x00"
    entries = "/Type /XRef /Size 22 /Root 1 0 R /W [1 4 1] /Index [21 1]"
    stream = b"21 0 obj\n" + PdfWriter.stream_body(rows, entries) + b"\nendobj\n"
    tail = content[end:].replace(b"/Prev", f"/XRefStm {end} /Prev".encode())
    tail = re.sub(rb"startxref\n\d+", f"startxref\n{end + len(stream)}".encode(), bytes(tail))
    return bytes(content[:end]) + stream + tail


FRAMES: dict[str, Builder] = {
    **{f"{what} ahead": partial(lambda ahead: ahead + a_pdf(), ahead) for what, ahead in _AHEAD.items()},
    **{
        f"{what} ahead, counted": partial(lambda ahead: a_pdf(header=ahead + b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), ahead)
        for what, ahead in _AHEAD.items()
    },
    **{f"{what} behind": partial(lambda behind: a_pdf() + behind, behind) for what, behind in _BEHIND.items()},
    "a printer's header and end": lambda: _PJL + a_scan(1) + _BEHIND["a printer's end"],
    "no line feed at the end": lambda: a_pdf().rstrip(),
    "no end": lambda: _changed(b"%%EOF\n", b""),
    "no end in a scan": lambda: _changed(b"%%EOF\n", b"", a_scan(2)),
    "an end with one percent sign": lambda: _changed(b"%%EOF\n", b"%EOF\n"),
    "no binary comment": lambda: a_pdf(header=b"%PDF-1.4\n"),
    "blanks behind the header": lambda: a_pdf(header=b"%PDF-1.4   \r\n"),
    "header by Mac": lambda: a_pdf(header=b"%PDF-1.4\r%\xe2\xe3\xcf\xd3\r"),
    "lines by Mac": lambda: _written(ends=b"\r"),
    "lines by DOS": lambda: _written(ends=b"\r\n"),
    **{
        f"version {version}": partial(lambda version: a_pdf(header=f"%PDF-{version}\n%\xe2\xe3\n".encode("latin-1")), version)
        for version in ("1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "2.0")
    },
    "a newer version by its catalogue": lambda: a_pdf(catalog="/Version /1.7", header=b"%PDF-1.3\n%\xe2\xe3\n"),
    "an extended version": lambda: a_pdf(
        catalog="/Extensions << /ADBE << /BaseVersion /1.7 /ExtensionLevel 8 >> >>"),
    "a table one byte off": lambda: _rows(lambda row: _moved(row, 1)),
    "a table ten bytes off": lambda: _rows(lambda row: _moved(row, -10)),
    "a table of zeros": lambda: _rows(lambda row: b"0000000000" + row[10:]),
    "a table somewhere else": lambda: re.sub(rb"startxref\n\d+", b"startxref\n17", a_pdf()),
    "a table at zero": lambda: re.sub(rb"startxref\n\d+", b"startxref\n0", a_pdf()),
    "a table of short rows": lambda: _rows(lambda row: row.replace(b" \n", b"\n")),
    "a table that begins with one": lambda: _changed(b"xref\n0 ", b"xref\n1 "),
    "a table with blanks": lambda: _changed(b"xref\n0 ", b"xref  \n0  "),
    "a size too small": lambda: re.sub(rb"/Size \d+", b"/Size 5", a_pdf()),
    "a scan with a table off": lambda: re.sub(rb"startxref\n\d+", b"startxref\n99", a_scan(3)),
    "gaps between numbers": _numbered_apart,
    "an object set free": _deleted,
    "saved five times": partial(_saved_often, 5),
    "saved thirty times": partial(_saved_often, 30),
    "a table and a stream": _hybrid,
    "the trailer's other entries": lambda: a_pdf(trailer="/ID [<00> <01>] /Info << /Producer (a) >> /DocChecksum /0A"),
    **{
        f"{what} without a password by revision {revision}": partial(lambda build, revision: encrypted(build(), revision), build, revision)
        for what, build in (("letter", a_letter), ("scan", a_scan))
        for revision in REVISIONS
    },
}  # fmt: skip
