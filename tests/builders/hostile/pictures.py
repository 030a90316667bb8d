"""Pictures that are small in the file and enormous when shown, whatever their dictionary says."""

import zlib
from collections.abc import Callable
from functools import partial

from tests.builders.codings import (
    SMALL,
    fax,
    inline,
    jbig2,
    jpeg,
    jpx,
    jpx_with_another_header,
    shown,
)
from tests.builders.hostile.case import COMPLEX, DAMAGED, Hostile
from tests.builders.pdfs import JPEG, PdfWriter, a_pdf

HUGE = 60_000
_EITHER = (COMPLEX, DAMAGED)


_GREY = "/BitsPerComponent 8 /ColorSpace /DeviceGray"
_BLACK = "/BitsPerComponent 1 /ColorSpace /DeviceGray"
_DCT, _JPX = f"{_GREY} /Filter /DCTDecode", "/Filter /JPXDecode"
_JBIG2 = f"{_BLACK} /Filter /JBIG2Decode"
_ZEROS = zlib.compress(bytes(SMALL * SMALL))


def _fax(size: int, key: str = "/DecodeParms") -> bytes:
    parameters = f"<< /K -1 /Columns {size} /Rows {size} >>"
    return shown(fax(), f"{_BLACK} /Filter /CCITTFaxDecode {key} {parameters}")


def _masked(key: str, size: int) -> bytes:
    mask = (
        f"/Type /XObject /Subtype /Image /Width {size} /Height {size} {_GREY} /Filter /FlateDecode"
    )
    return shown(
        _ZEROS, f"{_GREY} /Filter /FlateDecode /{key} 11 0 R", PdfWriter.stream_body(_ZEROS, mask)
    )


def _in_a_form(content: bytes) -> bytes:
    body = PdfWriter.stream_body(content, "/Type /XObject /Subtype /Form /BBox [0 0 99 99]")
    return a_pdf(resources="/XObject << /X 10 0 R >>", content=b"/X Do", objects=(body,))


def _in_a_pattern(content: bytes) -> bytes:
    tile = "/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 99 99] /XStep 99 /YStep 99 /Resources << >>"
    return a_pdf(resources="/Pattern << /P 10 0 R >>", content=b"/Pattern cs /P scn 0 0 9 9 re f",
                 objects=(PdfWriter.stream_body(content, tile),))  # fmt: skip


def _in_a_stamp(content: bytes) -> bytes:
    stamp = "<< /Type /Annot /Subtype /Stamp /Rect [0 0 9 9] /AP << /N 11 0 R >> >>"
    body = PdfWriter.stream_body(content, "/Type /XObject /Subtype /Form /BBox [0 0 99 99]")
    return a_pdf(page="/Annots [10 0 R]", objects=(stamp, body))


_Sized = Callable[[int], bytes]
_PICTURES: dict[str, _Sized] = {
    "by its dictionary": lambda size: shown(_ZEROS, f"{_GREY} /Filter /FlateDecode", size=size),
    "by its dictionary, as reals": lambda size: shown(_ZEROS, f"{_GREY} /Filter /FlateDecode", size=f"{size}.0"),
    "by its dictionary, by reference": lambda size: shown(_ZEROS, f"{_GREY} /Filter /FlateDecode", str(size), size="11 0 R"),
    "by its dictionary's short words": lambda size: shown(_ZEROS, f"{_GREY} /Filter /FlateDecode /W {size} /H {size}"),
    "by JPEG's header": lambda size: shown(jpeg(size), _DCT),
    "by JPEG's header, short filter": lambda size: shown(jpeg(size), f"{_GREY} /Filter /DCT"),
    "by JPEG's header, deflated": lambda size: shown(zlib.compress(jpeg(size)), f"{_GREY} /Filter [/FlateDecode /DCTDecode]"),
    "by JPEG's header, after another": lambda size: shown(JPEG[:2] + b"\xff\xe1\x00\x08Exif\x00\x00" + jpeg(size)[2:], _DCT),
    "by JPEG's header, progressive": lambda size: shown(jpeg(size, progressive=True), _DCT),
    "by JPEG 2000's header": lambda size: shown(jpx(size), _JPX),
    "by JPEG 2000's codestream": lambda size: shown(jpx(size, boxed=False), _JPX),
    "by JPEG 2000's codestream against its box": lambda size: shown(jpx_with_another_header(size), _JPX),
    "by JBIG2's page": lambda size: shown(jbig2(size, SMALL), _JBIG2),
    "by JBIG2's region": lambda size: shown(jbig2(SMALL, size), _JBIG2),
    "by the fax's columns": _fax,
    "by the fax's columns, short words": lambda size: _fax(size, "/DP"),
    "by the fax's columns, in a list": lambda size: shown(
        fax(), f"{_BLACK} /Filter [/CCITTFaxDecode] /DecodeParms [<< /K -1 /Columns {size} /Rows {size} >>]"),
    "by its mask": partial(_masked, "Mask"),
    "by its soft mask": partial(_masked, "SMask"),
    "in the page's text": lambda size: a_pdf(content=inline(size)),
    "in the page's text, long words": lambda size: a_pdf(content=inline(size, short=False)),
    "in the page's text, as reals": lambda size: a_pdf(content=inline(f"{size}.0")),
    "in a form's text": lambda size: _in_a_form(inline(size)),
    "in a pattern's text": lambda size: _in_a_pattern(inline(size)),
    "in a stamp's text": lambda size: _in_a_stamp(inline(size)),
    "in the page's text, by JPEG's header": lambda size: a_pdf(
        content=b"q BI /W 8 /H 8 /BPC 8 /CS /G /F /DCT ID " + jpeg(size) + b" EI Q"),
    "in the page's text, by the fax's columns": lambda size: a_pdf(
        content=f"q BI /W 8 /H 8 /BPC 1 /CS /G /F /CCF /DP << /K -1 /Columns {size} /Rows {size} >> ID ".encode()
        + fax() + b" EI Q"),
}  # fmt: skip
CASES = [
    *(
        Hostile(f"60,000 squared {name}", partial(build, HUGE), _EITHER, partial(build, SMALL))
        for name, build in _PICTURES.items()
    ),
    Hostile("60,000 squared by JPEG's header alone", lambda: shown(jpeg(HUGE), _DCT).replace(
        b"/Width 8 /Height 8", b" " * 18), _EITHER),
    Hostile("a width below zero", lambda: shown(_ZEROS, f"{_GREY} /Filter /FlateDecode", size=-8), _EITHER),
    Hostile("a width without end", lambda: shown(_ZEROS, f"{_GREY} /Filter /FlateDecode", size=2**31 - 1), _EITHER),
    Hostile("a width that overflows", lambda: shown(_ZEROS, f"{_GREY} /Filter /FlateDecode", size=2**32 + 8), _EITHER),
]  # fmt: skip
