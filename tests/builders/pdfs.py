"""PDF files for tests, written byte by byte: plain ones every service must accept.

Nothing here comes from a real file. `bad_pdfs.py` builds the ones that must be refused.
"""

import zlib
from base64 import b64decode
from collections.abc import Sequence

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
# The smallest grey JPEG, 1 × 1 pixel: what a scanner puts on a page.
JPEG = b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////"
    "////////////////////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAA"
    "AAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z"
)


class PdfWriter:
    """Collects objects and writes them with a cross-reference table."""

    def __init__(self, header: bytes = _HEADER) -> None:
        self.header = header
        self.objects: list[bytes] = []

    def add(self, body: str | bytes) -> int:
        """Add an object; return its number."""
        self.objects.append(body.encode("latin-1") if isinstance(body, str) else body)
        return len(self.objects)

    def replace(self, number: int, body: str | bytes) -> None:
        self.objects[number - 1] = body.encode("latin-1") if isinstance(body, str) else body

    def stream(self, data: bytes, entries: str = "") -> int:
        return self.add(self.stream_body(data, entries))

    @staticmethod
    def stream_body(data: bytes, entries: str = "") -> bytes:
        head = f"<< /Length {len(data)} {entries} >>".encode("latin-1")
        return head + b"\nstream\n" + data + b"\nendstream"

    def write(self, root: int, trailer: str = "") -> bytes:
        """Return the file: objects, cross-reference table, trailer."""
        out, offsets = bytearray(self.header), []
        for number, body in enumerate(self.objects, start=1):
            offsets.append(len(out))
            out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
        start, count = len(out), len(self.objects) + 1
        out += f"xref\n0 {count}\n0000000000 65535 f \n".encode()
        out += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
        out += f"trailer\n<< /Size {count} /Root {root} 0 R {trailer} >>\n".encode("latin-1")
        return bytes(out) + f"startxref\n{start}\n%%EOF\n".encode()

    def write_compressed(self, root: int, trailer: str = "") -> bytes:
        """Return the file as word processors write it: object streams, cross-reference stream."""
        out, entries = bytearray(self.header), [_entry(0, 0, 65_535)]
        packed = [n for n, body in enumerate(self.objects, 1) if b"endstream" not in body]
        holder = len(self.objects) + 1
        for number, body in enumerate(self.objects, start=1):
            if number in packed:
                entries.append(_entry(2, holder, packed.index(number)))
                continue
            entries.append(_entry(1, len(out), 0))
            out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
        entries.append(_entry(1, len(out), 0))
        out += f"{holder} 0 obj\n".encode() + self._object_stream(packed) + b"\nendobj\n"
        start = len(out)
        entries.append(_entry(1, start, 0))
        data = zlib.compress(b"".join(entries))
        xref = f"/Type /XRef /Size {holder + 2} /Root {root} 0 R /W [1 4 2] /Filter /FlateDecode"
        xref += f" {trailer}"
        out += f"{holder + 1} 0 obj\n".encode() + self.stream_body(data, xref) + b"\nendobj\n"
        return bytes(out) + f"startxref\n{start}\n%%EOF\n".encode()

    def _object_stream(self, numbers: Sequence[int]) -> bytes:
        index, bodies, offset = [], [], 0
        for number in numbers:
            body = self.objects[number - 1] + b"\n"
            index.append(f"{number} {offset}")
            bodies.append(body)
            offset += len(body)
        head = " ".join(index).encode() + b"\n"
        entries = f"/Type /ObjStm /N {len(numbers)} /First {len(head)} /Filter /FlateDecode"
        return self.stream_body(zlib.compress(head + b"".join(bodies)), entries)


def _entry(kind: int, place: int, index: int) -> bytes:
    return bytes([kind]) + place.to_bytes(4) + index.to_bytes(2)


def a_pdf(
    text: str = "Berkas contoh",
    *,
    pages: int = 1,
    catalog: str = "",
    page: str = "",
    resources: str = "",
    fonts: str = "",
    content: bytes | str = b"",
    objects: Sequence[str | bytes] = (),
    trailer: str = "",
    header: bytes = _HEADER,
) -> bytes:
    """Return a small plain PDF.

    `catalog`, `page`, `resources`, `fonts` and `trailer` are added to those dictionaries; `content` takes
    the text's place, as a stream's data or as what the page says of it; `objects` are added as objects 10, 11, … and the pages follow them.
    """
    writer = PdfWriter(header)
    root, tree, font = (writer.add("null") for _ in range(3))
    words = f"BT /F1 24 Tf 72 720 Td ({_escaped(text)}) Tj ET".encode("latin-1")
    stream = writer.stream(content if isinstance(content, bytes) and content else words)
    shown = content if isinstance(content, str) else f"{stream} 0 R"
    writer.replace(root, f"<< /Type /Catalog /Pages {tree} 0 R {catalog} >>")
    writer.replace(font, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for _ in range(9 - len(writer.objects)):
        writer.add("null")
    for body in objects:
        writer.add(body)
    kids = [writer.add(_page(tree, shown, font, page, resources, fonts)) for _ in range(pages)]
    writer.replace(tree, f"<< /Type /Pages /Count {pages} /Kids [{_refs(kids)}] >>")
    return writer.write(root, trailer)


def _page(
    tree: int, content: str, font: int, extra: str, resources: str = "", fonts: str = ""
) -> str:
    return (
        f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 595 842] /Contents {content} "
        f"/Resources << /Font << /F1 {font} 0 R {fonts} >> {resources} >> {extra} >>"
    )


def _refs(numbers: Sequence[int]) -> str:
    return " ".join(f"{number} 0 R" for number in numbers)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def a_pdf_of_size(size: int, text: str = "Berkas contoh") -> bytes:
    """Return a valid PDF of exactly `size` bytes (at least about 1,000)."""
    shortest = len(a_pdf(text, header=_padded_header(0)))
    for guess in range(size - shortest - 8, size - shortest + 1):
        if len(made := a_pdf(text, header=_padded_header(max(guess, 0)))) == size:
            return made
    raise ValueError(f"a PDF of {size} bytes is too small; the least is {shortest}")


def _padded_header(padding: int) -> bytes:
    return _HEADER + b"%" + b"x" * padding + b"\n"


def a_scan(pages: int = 3, *, size: tuple[int, int] = (1, 1)) -> bytes:
    """Return what an office scanner writes: one JPEG per page, document information, no text."""
    writer = PdfWriter(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    root, tree = writer.add("null"), writer.add("null")
    kids = []
    for _ in range(pages):
        entries = f"/Type /XObject /Subtype /Image /Width {size[0]} /Height {size[1]}"
        entries += " /BitsPerComponent 8"
        picture = writer.stream(JPEG, f"{entries} /ColorSpace /DeviceGray /Filter /DCTDecode")
        content = writer.stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q")
        kids.append(
            writer.add(
                f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 595 842] /Contents {content} 0 R"
                f" /Resources << /XObject << /Im0 {picture} 0 R >> >> >>"
            )
        )
    writer.replace(tree, f"<< /Type /Pages /Count {pages} /Kids [{_refs(kids)}] >>")
    writer.replace(root, f"<< /Type /Catalog /Pages {tree} 0 R >>")
    info = writer.add("<< /Producer (Pemindai Contoh) /CreationDate (D:20260102030405+07'00') >>")
    return writer.write(root, f"/Info {info} 0 R")


def a_letter(pages: int = 2) -> bytes:
    """Return what a word processor exports: compressed objects, link, outline, tags, metadata."""
    writer = PdfWriter()
    root, tree, outline, font, tags = (writer.add("null") for _ in range(5))
    writer.replace(font, "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>")
    link = writer.add(
        "<< /Type /Annot /Subtype /Link /Rect [72 700 200 720] /F 4 /Border [0 0 0]"
        " /A << /S /URI /URI (https://contoh.example/) >> >>"
    )
    packed = zlib.compress(b"/P <</MCID 0>> BDC BT /F1 12 Tf 72 700 Td (Surat) Tj ET EMC")
    content = writer.stream(packed, "/Filter /FlateDecode")
    extra = f"/Annots [{link} 0 R] /StructParents 0 /Tabs /S"
    kids = [writer.add(_page(tree, f"{content} 0 R", font, extra)) for _ in range(pages)]
    item = writer.add(
        f"<< /Title (Bab 1) /Parent {outline} 0 R /Dest [{kids[0]} 0 R /XYZ null null 0] >>"
    )
    writer.replace(outline, f"<< /Type /Outlines /First {item} 0 R /Last {item} 0 R /Count 1 >>")
    writer.replace(tree, f"<< /Type /Pages /Count {pages} /Kids [{_refs(kids)}] >>")
    metadata = writer.stream(
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", "/Type /Metadata /Subtype /XML"
    )
    writer.replace(tags, "<< /Type /StructTreeRoot /RoleMap << /Judul /H1 >> >>")
    writer.replace(
        root,
        f"<< /Type /Catalog /Pages {tree} 0 R /Outlines {outline} 0 R /StructTreeRoot {tags} 0 R"
        f" /MarkInfo << /Marked true >> /Lang (id-ID) /Metadata {metadata} 0 R"
        f" /OpenAction [{kids[0]} 0 R /XYZ null null 0] >>",
    )
    return writer.write_compressed(root)


def a_signed_pdf() -> bytes:
    """Return a PDF with a signature field; the signature's bytes are invented."""
    signature = "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached"
    signature += f" /ByteRange [0 400 1424 200] /Contents <{'0' * 1024}> >>"
    field = "<< /Type /Annot /Subtype /Widget /FT /Sig /T (ttd) /Rect [0 0 0 0] /V 10 0 R >>"
    catalog = "/AcroForm << /Fields [11 0 R] /SigFlags 3 >>"
    return a_pdf("Surat bertanda tangan", catalog=catalog, objects=(signature, field))
