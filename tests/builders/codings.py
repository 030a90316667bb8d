"""Pictures in the codings that scanners use, each of a few bytes, and pages that show them."""

import io
from functools import cache

from PIL import Image

from tests.builders.pdfs import PdfWriter, a_pdf

SMALL = 8


def shown(data: bytes, entries: str, *objects: str | bytes, size: object = SMALL) -> bytes:
    """A page with one picture, of which the dictionary says that it is of `size`."""
    kind = f"/Type /XObject /Subtype /Image /Width {size} /Height {size}"
    picture = PdfWriter.stream_body(data, f"{kind} {entries}")
    return a_pdf(
        resources="/XObject << /X 10 0 R >>",
        content=b"q 99 0 0 99 0 0 cm /X Do Q",
        objects=(picture, *objects),
    )


def jpeg(size: int, *, progressive: bool = False) -> bytes:
    """A picture of 8 by 8 whose header says otherwise."""
    out = io.BytesIO()
    Image.new("L", (SMALL, SMALL), "white").save(out, "JPEG", progressive=progressive)
    whole = bytearray(out.getvalue())
    at = whole.index(b"\xff\xc2" if progressive else b"\xff\xc0") + 5
    whole[at : at + 4] = size.to_bytes(2) * 2
    return bytes(whole)


@cache
def _jpeg2000() -> bytes:
    out = io.BytesIO()
    Image.new("L", (SMALL, SMALL), "white").save(out, "JPEG2000")
    return out.getvalue()


def jpx(size: int, *, boxed: bool = True) -> bytes:
    whole = bytearray(_jpeg2000())
    at = whole.index(b"ihdr") + 4
    whole[at : at + 8] = size.to_bytes(4) * 2
    start = whole.index(b"\xff\x4f\xff\x51")
    at = start + 8
    whole[at : at + 8] = size.to_bytes(4) * 2
    return bytes(whole if boxed else whole[start:])


def jpx_with_another_header(size: int) -> bytes:
    """The box says 8 by 8, the codestream says more."""
    whole = bytearray(jpx(size))
    at = whole.index(b"ihdr") + 4
    whole[at : at + 8] = SMALL.to_bytes(4) * 2
    return bytes(whole)


@cache
def fax(size: int = SMALL) -> bytes:
    """White lines in CCITT's Group 4."""
    out = io.BytesIO()
    Image.new("1", (size, size), 1).save(out, "TIFF", compression="group4")
    with Image.open(out) as picture:
        start, length = picture.tag_v2[273][0], picture.tag_v2[279][0]
    return out.getvalue()[start : start + length]


def _segment(number: int, kind: int, data: bytes) -> bytes:
    return number.to_bytes(4) + bytes([kind, 0, 1]) + len(data).to_bytes(4) + data


def jbig2(page: int, region: int | None = None) -> bytes:
    """A page with one region, coded as by Group 4."""
    of_page = page.to_bytes(4) * 2 + bytes(8) + b"\x00\x00\x00"
    of_region = (region or page).to_bytes(4) * 2 + bytes(8) + b"\x00"
    return _segment(0, 48, of_page) + _segment(1, 38, of_region + b"\x01" + fax())


def inline(size: object, *, short: bool = True) -> bytes:
    names = (
        ("/W", "/H", "/BPC", "/CS")
        if short
        else ("/Width", "/Height", "/BitsPerComponent", "/ColorSpace")
    )
    width, height, bits, colours = names
    head = f"BI {width} {size} {height} {size} {bits} 1 {colours} /G ID ".encode()
    return b"q 99 0 0 99 0 0 cm " + head + bytes(8) + b" EI Q"
