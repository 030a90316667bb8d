"""PDF files that must be refused, each with the shape of a known attack or accident."""

import io
import zlib
from collections.abc import Callable
from functools import cache

import pikepdf

from tests.builders.pdfs import PdfWriter, a_letter, a_pdf, a_scan

MEBIBYTE = 1_048_576
_ALERT = "app.alert\\(1\\)"


def encrypted(*, user: str = "rahasia") -> bytes:
    """Encrypted; with an empty user password it opens unasked and is still refused."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(a_pdf())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="pemilik", user=user, R=6))
    return out.getvalue()


def html_called_pdf() -> bytes:
    return b"<!DOCTYPE html><html><script>alert(1)</script></html>\n"


def html_before_the_header() -> bytes:
    return b"<html><script>alert(1)</script></html>\n" + a_pdf()


def junk_before_the_header() -> bytes:
    return b"x" * 1025 + a_pdf()


def cut(whole: bytes, share: float = 0.6) -> bytes:
    """Only the first part arrived."""
    return whole[: int(len(whole) * share)]


def cut_and_ended(whole: bytes) -> bytes:
    """Cut, then ended as if it were whole."""
    return cut(whole) + b"\nstartxref\n9\n%%EOF\n"


def _opened(action: str) -> Callable[[], bytes]:
    return lambda: a_pdf(catalog="/OpenAction 10 0 R", objects=(action,))


def _linked(action: str) -> Callable[[], bytes]:
    link = f"<< /Type /Annot /Subtype /Link /Rect [0 0 99 99] /A {action} >>"
    return lambda: a_pdf(page="/Annots [10 0 R]", objects=(link,))


def _annotated(entries: str, *objects: str | bytes) -> Callable[[], bytes]:
    annotation = f"<< /Type /Annot /Rect [0 0 99 99] {entries} >>"
    return lambda: a_pdf(page="/Annots [10 0 R]", objects=(annotation, *objects))


def javascript_in_a_compressed_object() -> bytes:
    """The word for it is nowhere in the bytes: it sits in a compressed object stream."""
    writer = PdfWriter()
    tree = writer.add("<< /Type /Pages /Count 1 /Kids [2 0 R] >>")
    writer.add(f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 9 9] >>")
    action = writer.add(f"<< /S /JavaScript /JS ({_ALERT}) >>")
    root = writer.add(f"<< /Type /Catalog /Pages {tree} 0 R /OpenAction {action} 0 R >>")
    writer.stream(b"")
    return writer.write_compressed(root)


def embedded_file() -> bytes:
    attached = PdfWriter.stream_body(b"MZ", "/Type /EmbeddedFile")
    names = "/Names << /EmbeddedFiles << /Names [(a.exe) 10 0 R] >> >>"
    file = "<< /Type /Filespec /F (a.exe) /EF << /F 11 0 R >> >>"
    return a_pdf(catalog=names, objects=(file, attached))


ACTIVE: dict[str, Callable[[], bytes]] = {
    "javascript when opened": _opened(f"<< /S /JavaScript /JS ({_ALERT}) >>"),
    "javascript hex-named": _opened(f"<< /S /J#61vaScript /#4aS ({_ALERT}) >>"),
    "javascript fully hex-named": _opened(
        f"<< /#53 /#4a#61#76#61#53#63#72#69#70#74 /#4A#53 ({_ALERT}) >>"
    ),
    "javascript behind a harmless action": _opened(
        f"<< /S /GoTo /D [12 0 R /Fit] /Next << /S /JavaScript /JS ({_ALERT}) >> >>"
    ),
    "javascript in a list of next actions": _opened(
        f"<< /S /GoTo /D [12 0 R /Fit] /Next [<< /S /JavaScript /JS ({_ALERT}) >>] >>"
    ),
    "javascript in a stream": lambda: a_pdf(
        catalog="/OpenAction << /S /JavaScript /JS 10 0 R >>",
        objects=(PdfWriter.stream_body(b"app.alert(1)"),),
    ),
    "javascript by name": lambda: a_pdf(
        catalog="/Names << /JavaScript << /Names [(a) 10 0 R] >> >>",
        objects=(f"<< /S /JavaScript /JS ({_ALERT}) >>",),
    ),
    "javascript when a page opens": lambda: a_pdf(
        page=f"/AA << /O << /S /JavaScript /JS ({_ALERT}) >> >>"
    ),
    "javascript behind a link": _linked(f"<< /S /JavaScript /JS ({_ALERT}) >>"),
    "javascript in an address": _linked("<< /S /URI /URI (  JavaScript:alert\\(1\\)) >>"),
    "javascript compressed": javascript_in_a_compressed_object,
    "javascript nothing points to": lambda: a_pdf(
        objects=(f"<< /S /JavaScript /JS ({_ALERT}) >>",)
    ),
    "rendition with script": _linked(f"<< /S /Rendition /OP 0 /JS ({_ALERT}) >>"),
    "address when opened": _opened("<< /S /URI /URI (https://contoh.example/) >>"),
    "printing when a page opens": lambda: a_pdf(page="/AA << /O << /S /Named /N /Print >> >>"),
    "address when a page opens": lambda: a_pdf(
        page="/AA << /O << /S /URI /URI (https://contoh.example/) >> >>"
    ),
    "launch": _linked("<< /S /Launch /F (cmd.exe) >>"),
    "submit form": _linked("<< /S /SubmitForm /F (https://contoh.example/) >>"),
    "import data": _linked("<< /S /ImportData /F (a.fdf) >>"),
    "go to another file": _linked(r"<< /S /GoToR /F (\\\\host\\share) /D [0 /Fit] >>"),
    "go to an embedded file": _linked("<< /S /GoToE /D [0 /Fit] /T << /R /C >> >>"),
    "embedded file": embedded_file,
    "attachment on a page": _annotated(
        "/Subtype /FileAttachment /FS << /F (a) /EF << /F 11 0 R >> >>",
        PdfWriter.stream_body(b"MZ"),
    ),
    "rich media": _annotated("/Subtype /RichMedia /RichMediaContent << >>"),
    "three dimensions": _annotated("/Subtype /3D"),
    "movie": _annotated("/Subtype /Movie /Movie << /F (a.avi) >>"),
    "xfa form": lambda: a_pdf(
        catalog="/AcroForm << /Fields [] /XFA 10 0 R >>",
        objects=(PdfWriter.stream_body(b"<xdp:xdp xmlns:xdp='x'/>"),),
    ),
    "portfolio": lambda: a_pdf(catalog="/Collection << /View /D >>"),
    "stream kept in another file": lambda: a_pdf(
        objects=(PdfWriter.stream_body(b"", "/F (https://contoh.example/a)"),)
    ),
}


def stream_bomb(size: int = 400 * MEBIBYTE) -> bytes:
    """A few hundred kilobytes that inflate to `size`."""
    return a_pdf(objects=(_flate(zeros(size)),))


def twice_packed_bomb(size: int = 400 * MEBIBYTE) -> bytes:
    """About a kilobyte that inflates to `size` when unpacked twice."""
    body = PdfWriter.stream_body(
        zlib.compress(zeros(size), 9), "/Filter [/FlateDecode /FlateDecode]"
    )
    return a_pdf(objects=(body,))


def many_streams_bomb(streams: int = 5, size: int = 60 * MEBIBYTE) -> bytes:
    """Each stream is within its limit; together they are not."""
    packed = _flate(zeros(size))
    return a_pdf(objects=(packed,) * streams)


def object_stream_bomb(size: int = 400 * MEBIBYTE) -> bytes:
    """The bomb goes off while objects are looked up, before anybody reads a stream."""
    return _with_special_stream("/Type /ObjStm /N 1 /First 4", size)


def cross_reference_bomb(size: int = 400 * MEBIBYTE) -> bytes:
    data = zeros(size)
    writer = PdfWriter()
    tree = writer.add("<< /Type /Pages /Count 0 /Kids [] >>")
    root = writer.add(f"<< /Type /Catalog /Pages {tree} 0 R >>")
    plain = writer.write(root)
    start = plain.index(b"xref\n")
    entries = f"/Type /XRef /Size {size // 6} /Root {root} 0 R /W [1 4 1] /Filter /FlateDecode"
    body = PdfWriter.stream_body(data, entries)
    return plain[:start] + b"3 0 obj\n" + body + f"\nendobj\nstartxref\n{start}\n%%EOF\n".encode()


def _with_special_stream(entries: str, size: int) -> bytes:
    writer = PdfWriter()
    writer.add("<< /Type /Pages /Count 1 /Kids [2 0 R] >>")
    writer.add("<< /Type /Page /Parent 1 0 R /MediaBox [0 0 9 9] >>")
    root = writer.add("<< /Type /Catalog /Pages 1 0 R >>")
    whole = writer.write_compressed(root)
    at = whole.index(b"4 0 obj")
    start = whole.index(b"5 0 obj")
    xref = whole[start:]
    body = PdfWriter.stream_body(zeros(size), f"{entries} /Filter /FlateDecode")
    out = whole[:at] + b"4 0 obj\n" + body + b"\nendobj\n"
    offset = len(out)
    return out + _moved(xref, start, offset)


def _moved(tail: bytes, before: int, after: int) -> bytes:
    """Write the cross-reference stream again for its new place."""
    head, _, rest = tail.partition(b"stream\n")
    data = zlib.decompress(rest.partition(b"\nendstream")[0])
    data = data.replace(before.to_bytes(4), after.to_bytes(4))
    entries = head.split(b"/Type", 1)[1].rpartition(b">>")[0].decode()
    body = PdfWriter.stream_body(zlib.compress(data), f"/Type{entries}")
    return b"5 0 obj\n" + body + f"\nendobj\nstartxref\n{after}\n%%EOF\n".encode()


def run_length_bomb(size: int = 100 * MEBIBYTE) -> bytes:
    data = b"\x81\x00" * (size // 128) + b"\x80"
    return a_pdf(objects=(PdfWriter.stream_body(data, "/Filter /RunLengthDecode"),))


def three_filters() -> bytes:
    filters = "/Filter [/ASCIIHexDecode /ASCIIHexDecode /ASCIIHexDecode]"
    return a_pdf(objects=(PdfWriter.stream_body(b">", filters),))


def deeply_nested(depth: int = 101) -> bytes:
    return a_pdf(objects=("[" * depth + "]" * depth,))


def many_objects(count: int = 100_001) -> bytes:
    return a_pdf(objects=("null",) * count)


def many_pages(count: int = 2_001) -> bytes:
    return a_pdf(pages=count)


def endless_pages(levels: int = 9, width: int = 10) -> bytes:
    """A billion pages from ten nodes: every level lists the next one `width` times."""
    writer = PdfWriter()
    root = writer.add("<< /Type /Catalog /Pages 2 0 R >>")
    for level in range(levels):
        kids = f"{level + 3} 0 R " * width
        writer.add(f"<< /Type /Pages /Count {width ** (levels - level)} /Kids [{kids}] >>")
    writer.add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>")
    return writer.write(root)


def circular_pages() -> bytes:
    writer = PdfWriter()
    root = writer.add("<< /Type /Catalog /Pages 2 0 R >>")
    writer.add("<< /Type /Pages /Count 1 /Kids [2 0 R] >>")
    return writer.write(root)


def no_pages() -> bytes:
    return a_pdf(pages=0)


def huge_picture() -> bytes:
    return a_scan(1, size=(60_000, 60_000))


def _flate(packed: bytes) -> bytes:
    return PdfWriter.stream_body(packed, "/Filter /FlateDecode")


@cache
def zeros(size: int) -> bytes:
    """Return `size` zero bytes, deflated, without ever holding them."""
    packer, out, block = zlib.compressobj(9), bytearray(), bytes(MEBIBYTE)
    for _ in range(size // MEBIBYTE):
        out += packer.compress(block)
    return bytes(out) + packer.flush()


COMPLEX: dict[str, Callable[[], bytes]] = {
    "stream bomb": stream_bomb,
    "twice packed bomb": twice_packed_bomb,
    "many streams": many_streams_bomb,
    "run length bomb": run_length_bomb,
    "three filters": three_filters,
    "deep nesting": deeply_nested,
    "100,001 objects": many_objects,
    "2,001 pages": many_pages,
    "huge picture": huge_picture,
    "a billion pages": endless_pages,
}

DAMAGED: dict[str, Callable[[], bytes]] = {
    "cut": lambda: cut(a_pdf()),
    "cut letter": lambda: cut(a_letter()),
    "cut scan": lambda: cut(a_scan(9), 0.4),
    "only a header": lambda: b"%PDF-1.7\n",
    "cut and ended": lambda: cut_and_ended(a_scan(9)),
    "cut letter and ended": lambda: cut_and_ended(a_letter()),
    "no pages": no_pages,
    "circular pages": circular_pages,
    "object stream bomb": object_stream_bomb,
    "cross-reference bomb": cross_reference_bomb,
}


def a_picture() -> bytes:
    return b"\xff\xd8\xff\xe0" + bytes(600)


NOT_PDF: dict[str, Callable[[], bytes]] = {
    "html called .pdf": html_called_pdf,
    "html before the header": html_before_the_header,
    "junk before the header": junk_before_the_header,
    "zip": lambda: b"PK\x03\x04" + bytes(600),
    "text": lambda: b"Surat pernyataan\n" * 50,
}
