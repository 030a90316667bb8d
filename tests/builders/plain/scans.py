"""What scanners, fax machines and phones write: pictures in every coding, also at their best."""

import base64
import io
import zlib
from collections.abc import Callable
from functools import cache, partial

from PIL import Image

from tests.builders.bad_pdfs import MEBIBYTE, zeros
from tests.builders.codings import SMALL, fax, inline, jbig2, jpeg, jpx, shown
from tests.builders.hostile.bombs import lzw
from tests.builders.pdfs import PdfWriter, a_pdf, a_scan

Builder = Callable[[], bytes]
_GREY = "/BitsPerComponent 8 /ColorSpace /DeviceGray"
_BLACK = "/BitsPerComponent 1 /ColorSpace /DeviceGray"
_ZEROS = zlib.compress(bytes(SMALL * SMALL))
_FLATE = f"{_GREY} /Filter /FlateDecode"
_WIDE, _HIGH = 4_960, 7_016  # A4 at 600 dots per inch


def _sized(data: bytes, entries: str, width: int, height: int, pages: int = 1) -> bytes:
    """Pages with a picture each, that fill the page."""
    kind = f"/Type /XObject /Subtype /Image /Width {width} /Height {height}"
    pictures = [PdfWriter.stream_body(data, f"{kind} {entries}")] * pages
    named = " ".join(f"/X{number} {number + 10} 0 R" for number in range(pages))
    drawn = " ".join(f"q 595 0 0 842 0 0 cm /X{number} Do Q" for number in range(pages)).encode()
    return a_pdf(resources=f"/XObject << {named} >>", content=drawn, objects=pictures)


@cache
def _encoded(mode: str, size: tuple[int, int], coding: str) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1 if mode == "1" else "white").save(out, coding, quality=40)
    return out.getvalue()


@cache
def _large_fax() -> bytes:
    out = io.BytesIO()
    Image.new("1", (_WIDE, _HIGH), 1).save(out, "TIFF", compression="group4")
    with Image.open(out) as picture:
        start, length = picture.tag_v2[273][0], picture.tag_v2[279][0]
    return out.getvalue()[start : start + length]


def _packed(data: bytes, filters: str, entries: str = f"{_GREY}") -> bytes:
    return shown(data, f"{entries} /Filter [{filters}]")


def _a85(data: bytes) -> bytes:
    return base64.a85encode(data) + b"~>"


def _hexed(data: bytes) -> bytes:
    return data.hex().encode() + b">"


def _lzw_without_early_change() -> bytes:
    """Sixteen zeros: few enough codes that only the parameter differs."""
    bits = "".join(f"{code:09b}" for code in (256, *[0] * 16, 257))
    data = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8))
    parameters = "/DecodeParms << /EarlyChange 0 >>"
    return a_pdf(objects=(PdfWriter.stream_body(data, f"/Filter /LZWDecode {parameters}"),))


def _masked(entries: str, *objects: str | bytes) -> bytes:
    return shown(_ZEROS, f"{_FLATE} {entries}", *objects)


def _predicted(predictor: int) -> bytes:
    rows = (b"\x02" if predictor >= 10 else b"") + bytes(SMALL)
    parameters = f"/DecodeParms << /Predictor {predictor} /Columns {SMALL} >>"
    return shown(zlib.compress(rows * SMALL), f"{_FLATE} {parameters}")


_MASK = PdfWriter.stream_body(
    _ZEROS, f"/Type /XObject /Subtype /Image /Width {SMALL} /Height {SMALL} {_FLATE}"
)
_CMYK = "/BitsPerComponent 8 /ColorSpace /DeviceCMYK /Filter /DCTDecode"
_RGB = "/BitsPerComponent 8 /ColorSpace /DeviceRGB"
_A4 = (_WIDE // 2, _HIGH // 2)
SCANS: dict[str, Builder] = {
    "grey": lambda: shown(_ZEROS, _FLATE),
    "grey of a real size": lambda: shown(_ZEROS, _FLATE, size=f"{SMALL}.0"),
    "grey of a size by reference": lambda: shown(_ZEROS, _FLATE, str(SMALL), size="11 0 R"),
    "JPEG": lambda: shown(jpeg(SMALL), f"{_GREY} /Filter /DCTDecode"),
    "progressive JPEG": lambda: shown(jpeg(SMALL, progressive=True), f"{_GREY} /Filter /DCTDecode"),
    "JPEG in a list": lambda: _packed(jpeg(SMALL), "/DCTDecode"),
    "JPEG, deflated": lambda: _packed(zlib.compress(jpeg(SMALL)), "/FlateDecode /DCTDecode"),
    "JPEG in Base 85": lambda: _packed(_a85(jpeg(SMALL)), "/ASCII85Decode /DCTDecode"),
    "JPEG in hex": lambda: _packed(_hexed(jpeg(SMALL)), "/ASCIIHexDecode /DCTDecode"),
    "JPEG, deflated, in Base 85": lambda: _packed(
        _a85(zlib.compress(jpeg(SMALL))), "/ASCII85Decode /FlateDecode /DCTDecode"),
    "CMYK JPEG": lambda: shown(_encoded("CMYK", (SMALL, SMALL), "JPEG"), _CMYK),
    "CMYK JPEG, inverted": lambda: shown(
        _encoded("CMYK", (SMALL, SMALL), "JPEG"), f"{_CMYK} /Decode [1 0 1 0 1 0 1 0]"),
    "JPEG that ends with zeros": lambda: shown(jpeg(SMALL) + bytes(40), f"{_GREY} /Filter /DCTDecode"),
    "JPEG 2000": lambda: shown(jpx(SMALL), "/Filter /JPXDecode"),
    "JPEG 2000 with a colour space": lambda: shown(jpx(SMALL), f"{_GREY} /Filter /JPXDecode"),
    "JPEG 2000's codestream": lambda: shown(jpx(SMALL, boxed=False), f"{_GREY} /Filter /JPXDecode"),
    "fax": lambda: shown(fax(), f"{_BLACK} /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns {SMALL} /Rows {SMALL} >>"),
    "fax without rows": lambda: shown(fax(), f"{_BLACK} /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns {SMALL} >>"),
    "fax in a list": lambda: shown(
        fax(), f"{_BLACK} /Filter [/CCITTFaxDecode] /DecodeParms [<< /K -1 /Columns {SMALL} /BlackIs1 true >>]"),
    "fax, deflated": lambda: shown(
        zlib.compress(fax()), f"{_BLACK} /Filter [/FlateDecode /CCITTFaxDecode] /DecodeParms [null << /K -1 /Columns {SMALL} >>]"),
    "JBIG2": lambda: shown(jbig2(SMALL), f"{_BLACK} /Filter /JBIG2Decode"),
    "JBIG2 with globals": lambda: shown(
        jbig2(SMALL), f"{_BLACK} /Filter /JBIG2Decode /DecodeParms << /JBIG2Globals 11 0 R >>", PdfWriter.stream_body(b"")),
    "LZW": lambda: a_pdf(objects=(lzw(1),)),
    "LZW without early change": _lzw_without_early_change,
    "run lengths": lambda: shown(b"\xc1\x00" + b"\x80", f"{_GREY} /Filter /RunLengthDecode"),
    "two filters": lambda: _packed(_a85(_ZEROS), "/ASCII85Decode /FlateDecode"),
    "a filter by reference": lambda: shown(_ZEROS, f"{_GREY} /Filter 11 0 R", "/FlateDecode"),
    "filters by reference": lambda: shown(_ZEROS, f"{_GREY} /Filter 11 0 R", "[/FlateDecode]"),
    "parameters by reference": lambda: shown(_ZEROS, f"{_FLATE} /DecodeParms 11 0 R", "<< /Predictor 1 >>"),
    "a filter's short name": lambda: shown(_ZEROS, f"{_GREY} /Filter /Fl"),
    "no parameters": lambda: shown(_ZEROS, f"{_FLATE} /DecodeParms null"),
    "a list of no parameters": lambda: _packed(_ZEROS, "/FlateDecode", f"{_GREY} /DecodeParms [null]"),
    "PNG's predictor": partial(_predicted, 15),
    "TIFF's predictor": partial(_predicted, 2),
    "without a checksum": lambda: shown(_ZEROS[:-4], _FLATE),
    "with a line feed too many": lambda: shown(_ZEROS + b"\r\n", _FLATE),
    "palette": lambda: shown(_ZEROS, "/BitsPerComponent 8 /ColorSpace [/Indexed /DeviceRGB 1 <000000FFFFFF>] /Filter /FlateDecode"),
    "palette in a stream": lambda: shown(
        _ZEROS, "/BitsPerComponent 8 /ColorSpace [/Indexed /DeviceRGB 1 11 0 R] /Filter /FlateDecode", PdfWriter.stream_body(bytes(6))),
    "16 bits": lambda: shown(zlib.compress(bytes(128)), "/BitsPerComponent 16 /ColorSpace /DeviceGray /Filter /FlateDecode"),
    "a stencil": lambda: shown(bytes(8), "/ImageMask true /BitsPerComponent 1"),
    "a mask": lambda: _masked("/Mask 11 0 R", _MASK),
    "a soft mask": lambda: _masked("/SMask 11 0 R", _MASK),
    "a colour left out": lambda: _masked("/Mask [0 0]"),
    "another for print": lambda: _masked("/Alternates [<< /Image 11 0 R /DefaultForPrinting true >>]", _MASK),
    "a profile": lambda: shown(
        _ZEROS, "/BitsPerComponent 8 /ColorSpace [/ICCBased 11 0 R] /Filter /FlateDecode", PdfWriter.stream_body(bytes(128), "/N 1 /Alternate /DeviceGray")),
    "in the page's text": lambda: a_pdf(content=inline(SMALL)),
    "in the page's text, long words": lambda: a_pdf(content=inline(SMALL, short=False)),
    "many in the page's text": lambda: a_pdf(content=(inline(SMALL) + b"\n") * 200),
    "nine pages": partial(a_scan, 9),
    "three hundred pages": partial(a_scan, 300),
    "600 dpi, fax": lambda: _sized(_large_fax(), f"{_BLACK} /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns {_WIDE} /Rows {_HIGH} >>", _WIDE, _HIGH),
    "600 dpi, fax, twenty": lambda: _sized(
        _large_fax(), f"{_BLACK} /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns {_WIDE} /Rows {_HIGH} >>", _WIDE, _HIGH, 20),
    "600 dpi, grey JPEG": lambda: _sized(_encoded("L", (_WIDE, _HIGH), "JPEG"), f"{_GREY} /Filter /DCTDecode", _WIDE, _HIGH, 3),
    "600 dpi, black, deflated": lambda: _sized(
        zlib.compress(bytes(_WIDE // 8 * _HIGH), 1), f"{_BLACK} /Filter /FlateDecode", _WIDE, _HIGH, 10),
    "600 dpi, colour, deflated": lambda: _sized(zeros(100 * MEBIBYTE), f"{_RGB} /Filter /FlateDecode", _WIDE, _HIGH),
    "300 dpi, colour JPEG": lambda: _sized(_encoded("RGB", _A4, "JPEG"), f"{_RGB} /Filter /DCTDecode", *_A4, 10),
    "300 dpi, colour, deflated": lambda: _sized(zeros(25 * MEBIBYTE), f"{_RGB} /Filter /FlateDecode", *_A4, 12),
    "A3 at 600 dpi, grey, deflated": lambda: _sized(
        zeros(67 * MEBIBYTE), f"{_GREY} /Filter /FlateDecode", _WIDE, 2 * _HIGH),
}  # fmt: skip
