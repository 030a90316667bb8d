"""Streams that become far larger than they are, however they are packed."""

import base64
import zlib
from collections.abc import Callable
from functools import partial

from tests.builders import bad_pdfs
from tests.builders.bad_pdfs import MEBIBYTE, zeros
from tests.builders.hostile.case import COMPLEX, DAMAGED, Hostile
from tests.builders.pdfs import PdfWriter, a_pdf

_LARGE, _SMALL = 400 * MEBIBYTE, MEBIBYTE


def lzw(rounds: int) -> bytes:
    """Each round fills the code table with ever longer runs of zeros: 7 MB from 6 kB."""
    packed, bits, held, width = bytearray(), 0, 0, 9
    for _ in range(rounds):
        for code in (256, 0, *range(258, 4094)):
            bits, held = bits << width | code, held + width
            while held >= 8:
                held -= 8
                packed.append(bits >> held & 0xFF)
            bits &= (1 << held) - 1
            width = 9 + sum(code + 1 >= size for size in (511, 1023, 2047))
            width = 9 if code == 256 else width
    return PdfWriter.stream_body(bytes(packed), "/Filter /LZWDecode")


def _alone(body: bytes) -> bytes:
    return a_pdf(objects=(body,))


def _packed(size: int, entries: str = "") -> bytes:
    return PdfWriter.stream_body(zeros(size), f"/Filter /FlateDecode {entries}")


def _texted(size: int) -> bytes:
    """Zeros, deflated, in Base 85."""
    data = base64.a85encode(zeros(size)) + b"~>"
    return _alone(PdfWriter.stream_body(data, "/Filter [/ASCII85Decode /FlateDecode]"))


def _run_length(size: int) -> bytes:
    data = b"\x81\x00" * (size // 128) + b"\x80"
    return zlib.compress(data, 9)


def _twice(size: int) -> bytes:
    return _alone(
        PdfWriter.stream_body(_run_length(size), "/Filter [/FlateDecode /RunLengthDecode]")
    )


def _short_names(size: int) -> bytes:
    return _alone(PdfWriter.stream_body(_run_length(size), "/Filter [/Fl /RL]"))


def _thrice(size: int) -> bytes:
    data = zlib.compress(zlib.compress(zeros(size), 9), 9)
    return _alone(PdfWriter.stream_body(data, "/Filter [/FlateDecode /FlateDecode /FlateDecode]"))


def _as(kind: str, size: int) -> bytes:
    """The bomb where a reader must unpack it to show the page."""
    return _BY_KIND[kind](_packed(size, _ENTRIES.get(kind, "")))


_ENTRIES = {
    "picture": "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray",
    "form": "/Type /XObject /Subtype /Form /BBox [0 0 9 9]",
    "metadata": "/Type /Metadata /Subtype /XML",
    "profile": "/N 3",
}
_BY_KIND: dict[str, Callable[[bytes], bytes]] = {
    "page": lambda body: a_pdf(content="10 0 R", objects=(body,)),
    "form": lambda body: a_pdf(resources="/XObject << /X 10 0 R >>", content=b"/X Do", objects=(body,)),
    "font": lambda body: a_pdf(
        fonts="/F2 << /Type /Font /Subtype /TrueType /BaseFont /A /FontDescriptor 11 0 R >>",
        objects=(body, "<< /Type /FontDescriptor /FontName /A /Flags 4 /FontFile2 10 0 R >>"),
    ),
    "metadata": lambda body: a_pdf(catalog="/Metadata 10 0 R", objects=(body,)),
    "profile": lambda body: a_pdf(resources="/ColorSpace << /C [/ICCBased 10 0 R] >>", objects=(body,)),
    "letters": lambda body: a_pdf(
        fonts="/F2 << /Type /Font /Subtype /Type0 /BaseFont /A /ToUnicode 10 0 R >>",
        objects=(body,),
    ),
    "program": lambda body: a_pdf(
        fonts="/F2 << /Type /Font /Subtype /Type1 /BaseFont /A /FontDescriptor 11 0 R >>",
        objects=(body, "<< /Type /FontDescriptor /FontName /A /Flags 4 /FontFile 10 0 R >>"),
    ),
}  # fmt: skip


def _predicted(parameters: str) -> bytes:
    entries = f"/Filter /FlateDecode /DecodeParms << {parameters} >>"
    return _alone(PdfWriter.stream_body(zlib.compress(b"\x02" + bytes(90)), entries))


_PREDICTORS = {
    "columns without end": "/Predictor 12 /Columns 2000000000",
    "colours without end": "/Predictor 12 /Colors 2000000000 /Columns 10",
    "bits without end": "/Predictor 12 /BitsPerComponent 2000000000 /Columns 10",
    "columns of TIFF without end": "/Predictor 2 /Columns 2000000000",
    "columns below zero": "/Predictor 12 /Columns -5",
    "columns that overflow": "/Predictor 12 /Columns 4294967297",
}
_EITHER = (COMPLEX, DAMAGED)
CASES = [
    Hostile("deflated", bad_pdfs.stream_bomb, (COMPLEX,), lambda: bad_pdfs.stream_bomb(_SMALL)),
    Hostile("deflated twice", bad_pdfs.twice_packed_bomb, (COMPLEX,),
            lambda: bad_pdfs.twice_packed_bomb(_SMALL)),
    Hostile("many streams", bad_pdfs.many_streams_bomb, (COMPLEX,),
            lambda: bad_pdfs.many_streams_bomb(5, _SMALL)),
    Hostile("run lengths", bad_pdfs.run_length_bomb, (COMPLEX,),
            lambda: bad_pdfs.run_length_bomb(_SMALL)),
    Hostile("LZW", lambda: _alone(lzw(12)), (COMPLEX,), lambda: _alone(lzw(1))),
    Hostile("Base 85", lambda: _texted(_LARGE), (COMPLEX,), lambda: _texted(_SMALL)),
    Hostile("run lengths, deflated", lambda: _twice(_LARGE), (COMPLEX,), lambda: _twice(_SMALL)),
    Hostile("by the filters' short names", lambda: _short_names(_LARGE), (COMPLEX,),
            lambda: _short_names(_SMALL)),
    Hostile("deflated three times", lambda: _thrice(_LARGE), _EITHER),
    Hostile("packed a hundred times", lambda: _alone(PdfWriter.stream_body(
        b">", f"/Filter [{'/ASCIIHexDecode ' * 100}]")), _EITHER),
    Hostile("object stream", bad_pdfs.object_stream_bomb, _EITHER, framed=True),
    Hostile("cross-reference stream", bad_pdfs.cross_reference_bomb, _EITHER, framed=True),
    Hostile("filter by reference", lambda: a_pdf(
        objects=(PdfWriter.stream_body(zeros(_LARGE), "/Filter 11 0 R"), "/FlateDecode")), (COMPLEX,),
            lambda: a_pdf(objects=(PdfWriter.stream_body(zeros(_SMALL), "/Filter 11 0 R"), "/FlateDecode"))),
    Hostile("filter in a list by reference", lambda: a_pdf(
        objects=(PdfWriter.stream_body(zeros(_LARGE), "/Filter [11 0 R]"), "/FlateDecode")), (COMPLEX,),
            lambda: a_pdf(objects=(PdfWriter.stream_body(zeros(_SMALL), "/Filter [11 0 R]"), "/FlateDecode"))),
    Hostile("a filter nobody knows", lambda: _alone(PdfWriter.stream_body(b"a", "/Filter /Rahasia")),
            _EITHER),
    Hostile("a filter of one's own key", lambda: _alone(PdfWriter.stream_body(
        b"a", "/Filter /Crypt /DecodeParms << /Name /Sendiri >>")), (*_EITHER, "document_encrypted")),
    *(
        Hostile(f"deflated as {kind}", partial(_as, kind, _LARGE), (COMPLEX,), partial(_as, kind, _SMALL))
        for kind in _BY_KIND
    ),
    *(
        Hostile(f"deflated with {name}", partial(_predicted, parameters), _EITHER,
                lambda: _predicted("/Predictor 12 /Columns 90"))
        for name, parameters in _PREDICTORS.items()
    ),
]  # fmt: skip
