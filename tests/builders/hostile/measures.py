"""Few bytes that a viewer would follow without end: glyphs, patterns, dashes, tables of letters."""

import struct
import zlib
from collections.abc import Callable
from functools import partial
from itertools import pairwise

from tests.builders.hostile.case import COMPLEX, DAMAGED, Hostile
from tests.builders.pdfs import PdfWriter, a_pdf

_stream = PdfWriter.stream_body
_FORM = "/Type /XObject /Subtype /Form /BBox [0 0 9 9]"
_GREY = (
    "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray"
)

Written = Callable[[bytes, str], bytes]


def _as_it_is(data: bytes, entries: str) -> bytes:
    return _stream(data, entries)


def _row_by_row(data: bytes, entries: str) -> bytes:
    """Write each row of ten bytes as its differences from the row above, as pictures are."""
    rows = [data[at : at + 10].ljust(10) for at in range(0, len(data), 10)]
    differences = b"".join(
        b"\x02" + bytes((one - other) & 255 for one, other in zip(row, above, strict=True))
        for above, row in pairwise([b"\x00" * 10, *rows])
    )
    told = "/DecodeParms << /Predictor 12 /Columns 10 >>"
    return _stream(zlib.compress(differences), f"{entries} /Filter /FlateDecode {told}")


def _letter_by_letter(data: bytes, entries: str) -> bytes:
    """Write each byte as its difference from the one before it."""
    differences = bytes((one - other) & 255 for other, one in pairwise(b"\x00" + data))
    told = f"/DecodeParms << /Predictor 2 /Columns {len(data)} >>"
    return _stream(zlib.compress(differences), f"{entries} /Filter /FlateDecode {told}")


def _laughs(name: str = "/X", between: str = " ", written: Written = _as_it_is) -> bytes:
    """Ten forms, each of which draws the next thirty times."""
    use = f"{name}{between}Do ".encode("latin-1")
    forms = [
        written(use * 30, f"{_FORM} /Resources << /XObject << {name} {number} 0 R >> >>")
        for number in range(11, 20)
    ]
    resources = f"/XObject << {name} 10 0 R >>"
    return a_pdf(resources=resources, content=use, objects=(*forms, _stream(b"f", _FORM)))


def _glyphs(depth: int, shown: str, resource: str = "/N{number} {font} 0 R") -> bytes:
    """Fonts whose only glyph shows text in the next font."""
    bodies = []
    for at in range(depth):
        number, font = at + 1, 12 + 2 * at
        fonts = resource.format(number=number, font=font) if number < depth else ""
        text = f"BT /N{number} 1 Tf ({shown}) Tj ET" if number < depth else "0 0 1 1 re f"
        bodies += [_type3(11 + 2 * at, f"/Font << {fonts} >>"), _stream(f"1 0 d0 {text}".encode())]
    return a_pdf(
        fonts="/N0 10 0 R", content=f"BT /N0 1 Tf ({shown}) Tj ET".encode(), objects=bodies
    )


def _type3(glyph: int, resources: str) -> str:
    return (
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0]"
        " /FirstChar 97 /LastChar 97 /Widths [1] /Encoding << /Differences [97 /a] >>"
        f" /CharProcs << /a {glyph} 0 R >> /Resources << {resources} >> >>"
    )


def _letters(glyph: bytes, text: bytes, resources: str = "") -> bytes:
    content = b"BT /N 1 Tf " + text + b" Tj ET"
    objects = (_type3(11, resources), _stream(b"1 0 d0 " + glyph))
    return a_pdf(fonts="/N 10 0 R", content=content, objects=objects)


def _shown_in(content: str, form: str = "") -> bytes:
    objects = (
        _type3(11, ""),
        _stream(b"1 0 d0 " + b"0 0 1 1 re f " * 8_000),
        _stream(form.encode(), _FORM),
    )
    return a_pdf(
        fonts="/N 10 0 R",
        resources="/XObject << /X 12 0 R >>",
        content=f"BT {content} ET".encode(),
        objects=objects,
    )


def _tiled(entries: str) -> bytes:
    pattern = "/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /Resources << >>"
    return a_pdf(
        resources="/Pattern << /P 10 0 R >>",
        content=b"/Pattern cs /P scn 0 0 595 842 re f",
        objects=(_stream(b"0 0 1 1 re f", f"{pattern} {entries}"),),
    )


def _composed(entries: str = "", font: str = "/Encoding /Identity-H", *objects: bytes) -> bytes:
    system = "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
    descendant = f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A {system} {entries} >>"
    whole = f"<< /Type /Font /Subtype /Type0 /BaseFont /A /DescendantFonts [11 0 R] {font} >>"
    content = b"BT /N 1 Tf <0001> Tj ET"
    return a_pdf(fonts="/N 10 0 R", content=content, objects=(whole, descendant, *objects))


def _table(ranges: bytes, kind: bytes = b"cid", use: str = "/Encoding 12 0 R") -> bytes:
    data = b"begincmap 1 begin%srange %s end%srange endcmap" % (kind, ranges, kind)
    return _composed("", use, _stream(data, "/Type /CMap /CMapName /A"))


def _pictured(*objects: bytes) -> bytes:
    return a_pdf(resources="/XObject << /X 10 0 R >>", content=b"/X Do", objects=objects)


def _head_of_jpeg_2000(side: int, colours: int = 1) -> bytes:
    sizes = struct.pack(">HHIIIIIIIIH", 41, 0, side, side, 0, 0, side, side, 0, 0, colours)
    return b"\xff\x4f\xff\x51" + sizes + b"\x07\x01\x01"


def _page_of_jbig2(side: int) -> bytes:
    return b"\0\0\0\0\x30\x00\x01\0\0\0\x13" + struct.pack(">II", side, side) + b"\0" * 11


def _inline(written: bytes, data: bytes = b"a") -> bytes:
    return a_pdf(content=b"q BI /BPC 8 /CS /G " + written + b" ID " + data + b" EI Q")


def _sampled(entries: str) -> bytes:
    return a_pdf(objects=(_stream(b"\x00", f"/FunctionType 0 /BitsPerSample 8 {entries}"),))


_LARGE = b"/W 60000 /H 60000"
_HEAD_OF_JPEG = b"\xff\xd8\xff\xc0\x00\x0b\x08\xea\x60\xea\x60\x01\x01\x11\x00\xff\xda"
_SMALL = "/Type /XObject /Subtype /Image /Width 1 /Height 1"
_TINY_DASHES = "[0.0000001 0.0000001]"
_BUILDERS: dict[str, tuple[Callable[[], bytes], Callable[[], bytes] | None]] = {
    "forms in forms, row by row": (partial(_laughs, written=_row_by_row), None),
    "forms in forms, letter by letter": (partial(_laughs, written=_letter_by_letter), None),
    "forms in forms with a number between": (partial(_laughs, between=" 1 "), None),
    "forms in forms by a name outside Unicode": (partial(_laughs, "/\xff\xfe"), None),
    "forms in forms by a name outside Unicode in hex": (partial(_laughs, "/A#ff"), None),
    "glyphs in glyphs": (partial(_glyphs, 10, "a" * 100), partial(_glyphs, 2, "a")),
    "a font that shows itself": (partial(_glyphs, 2, "a", "/N{number} 10 0 R"), None),
    "a font that shows itself by a state": (
        lambda: _letters(b"/G gs BT (a) Tj ET", b"(a)", "/ExtGState << /G << /Font [10 0 R 1] >> >>"), None),
    "a heavy glyph in a long text": (
        partial(_letters, b"0 0 1 1 re f " * 8_000, b"(" + b"a" * 9_000 + b")"),
        partial(_letters, b"0 0 1 1 re f " * 8_000, b"(a)")),
    "a heavy glyph in a long text in hex": (
        partial(_letters, b"0 0 1 1 re f " * 8_000, b"<" + b"61" * 9_000 + b">"), None),
    "a heavy glyph chosen with two numbers": (partial(_shown_in, "/N 1 1 Tf (" + "a" * 9_000 + ") Tj"), None),
    "a heavy glyph after a state was restored": (partial(_shown_in, "/N 1 Tf q /F1 1 Tf Q (" + "a" * 9_000 + ") Tj"), None),
    "a heavy glyph behind a comment and a picture": (
        partial(_shown_in, "/F1 1 Tf % (\n BI /W 1 /H 1 ID ( EI /N 1 Tf (" + "a" * 9_000 + ") Tj"), None),
    "a heavy glyph in a form that chooses no font": (
        partial(_shown_in, "/N 1 Tf /X Do", "BT (" + "a" * 9_000 + ") Tj ET"), partial(_shown_in, "/N 1 Tf /X Do", "BT (a) Tj ET")),
    "tiles of a hundredth": (partial(_tiled, "/XStep 0.01 /YStep 0.01"), partial(_tiled, "/XStep 1 /YStep 1")),
    "tiles of a thousandth by a matrix": (
        partial(_tiled, "/XStep 1 /YStep 1 /Matrix [0.001 0 0 0.001 0 0]"),
        partial(_tiled, "/XStep 8 /YStep 8 /Matrix [0.06 0 0 0.06 0 0]")),
    "short dashes": (
        lambda: a_pdf(content=f"{_TINY_DASHES} 0 d 0 0 m 595 842 l S".encode()),
        lambda: a_pdf(content=b"[0 2] 0 d [] 0 d [3] 1 d 0 0 m 595 842 l S")),
    "short dashes of a state": (
        lambda: a_pdf(resources=f"/ExtGState << /G << /D [{_TINY_DASHES} 0] >> >>"),
        lambda: a_pdf(resources="/ExtGState << /G << /D [[] 0] >> /H << /D [[3 1] 0] >> >>")),
    "short dashes of a border": (
        lambda: a_pdf(page=f"/Annots [<< /Subtype /Link /Rect [0 0 9 9] /Border [0 0 1 {_TINY_DASHES}] >>]"),
        lambda: a_pdf(page="/Annots [<< /Subtype /Link /Rect [0 0 9 9] /Border [0 0 0] >>]")),
    "widths of all numbers": (partial(_composed, "/W [0 4000000000 500]"), partial(_composed, "/W [0 65535 500]")),
    "heights of all numbers": (partial(_composed, "/W2 [0 4000000000 500 1 2]"), None),
    "letters up to two thousand million": (lambda: a_pdf(
        fonts="/N << /Type /Font /Subtype /TrueType /BaseFont /A /FirstChar 0 /LastChar 2000000000 >>"), None),
    "glyphs of all numbers": (
        partial(_table, b"<00000000> <FFFFFFFF> 0"), partial(_table, b"<0000> <FFFF> 0")),
    "letters of all numbers": (
        partial(_table, b"<0000> <FFFF> <0000>\n<00000000> <FFFFFFFF> [<0041>]", b"bf", "/ToUnicode 12 0 R"),
        partial(_table, b"<0000> <FFFF> <0000>", b"bf", "/ToUnicode 12 0 R")),
    "a table of colours in parts of numbers": (
        partial(_sampled, "/Domain [0 1 0 1] /Range [0 1] /Size [60000.4 60000.4]"), None),
    "a table of colours below zero": (
        partial(_sampled, "/Domain [0 1 0 1] /Range [0 1] /Size [-1 2000000000]"), None),
    "a table of colours of no size": (
        partial(_sampled, "/Domain [0 1 0 1] /Range [0 1] /Size [0 2000000000 2000000000]"), None),
    "a table of colours with many outputs": (
        lambda: _sampled(f"/Domain [0 1] /Range [{'0 1 ' * 5_000}] /Size [5000]"), None),
    "a row of 256 MB": (lambda: a_pdf(objects=(_stream(zlib.compress(b"a"),
        "/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 1000000 /Colors 64 /BitsPerComponent 32 >>"),)), None),
    "a picture behind a long comment": (partial(_inline, b"%" + b"c" * 5_000 + b"\n" + _LARGE), None),
    "a picture behind many blanks": (partial(_inline, _LARGE + b" " * 5_000), None),
    "a picture behind a text": (partial(_inline, b"/X (ID ) " + _LARGE), None),
    "a picture with two sizes": (partial(_inline, _LARGE + b" /W 1 /H 1"), partial(_inline, b"/W 1 /H 1")),
    "a picture's JPEG in run lengths": (partial(_inline, b"/W 1 /H 1 /F [/RL /DCT]",
        bytes([len(_HEAD_OF_JPEG) - 1]) + _HEAD_OF_JPEG + b"\x80"), None),
    "a picture in content, row by row": (lambda: a_pdf(content="10 0 R", objects=(
        _row_by_row(b"BI /BPC 8 /CS /G " + _LARGE + b" ID a EI", ""),)), None),
    "a second head of JPEG 2000": (
        lambda: _pictured(_stream(_head_of_jpeg_2000(1) + _head_of_jpeg_2000(60_000), f"{_SMALL} /Filter /JPXDecode")),
        lambda: _pictured(_stream(_head_of_jpeg_2000(1), f"{_SMALL} /Filter /JPXDecode"))),
    "16,000 colours of JPEG 2000": (
        lambda: _pictured(_stream(_head_of_jpeg_2000(10_000, 16_384), f"{_SMALL} /Filter /JPXDecode")), None),
    "a large page among a JBIG2 picture's shared parts": (lambda: _pictured(
        _stream(_page_of_jbig2(1), f"{_SMALL} /Filter /JBIG2Decode /DecodeParms << /JBIG2Globals 11 0 R >>"),
        _stream(_page_of_jbig2(60_000))), None),
}  # fmt: skip
_CIRCLES: dict[str, Callable[[], bytes]] = {
    "a table of letters in a circle": lambda: _composed("", "/Encoding 12 0 R",
        _stream(b"", "/Type /CMap /UseCMap 13 0 R"), _stream(b"", "/Type /CMap /UseCMap 12 0 R")),
    "a mask in a circle": lambda: _pictured(
        _stream(b"a", f"{_GREY} /SMask 11 0 R"), _stream(b"a", f"{_GREY} /SMask 10 0 R")),
    "a mask of itself": lambda: _pictured(_stream(b"a", f"{_GREY} /Mask 10 0 R")),
    "colours in place of themselves": lambda: a_pdf(
        objects=(_stream(b"", "/N 1 /Alternate [/ICCBased 10 0 R]"),)),
    "fields above each other": lambda: a_pdf(objects=("<< /T (a) /Parent 11 0 R >>", "<< /T (b) /Parent 10 0 R >>")),
    "nodes of pages above each other": lambda: a_pdf(
        page="/Parent 10 0 R", objects=("<< /Parent 11 0 R >>", "<< /Parent 10 0 R >>")),
    "object streams that go on in a circle": lambda: a_pdf(objects=(
        _stream(b"", "/Extends 11 0 R"), _stream(b"", "/Extends 10 0 R"))),
}  # fmt: skip
CASES = [
    *(
        Hostile(name, build, (COMPLEX,), twin, framed="outside Unicode" in name)
        for name, (build, twin) in _BUILDERS.items()
    ),
    *(Hostile(name, build, (DAMAGED,)) for name, build in _CIRCLES.items()),
]
