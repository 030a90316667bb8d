"""Pages that are small to read and endless to draw."""

from collections.abc import Callable
from functools import partial

from tests.builders.hostile.case import COMPLEX, DAMAGED, Hostile
from tests.builders.pdfs import PdfWriter, a_pdf

_EITHER = (COMPLEX, DAMAGED)
_BOX = "/BBox [0 0 99 99]"
_FORM = f"/Type /XObject /Subtype /Form {_BOX}"
_TILES = f"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 {_BOX} /XStep 99 /YStep 99"
_stream = PdfWriter.stream_body


def form(content: bytes, xobjects: str = "", entries: str = "") -> bytes:
    return _stream(content, f"{_FORM} /Resources << /XObject << {xobjects} >> >> {entries}")


def _drawn(*objects: str | bytes, content: bytes = b"/X Do", resources: str = "") -> bytes:
    named = resources or "/XObject << /X 10 0 R >>"
    return a_pdf(resources=named, content=content, objects=objects)


def _forms(levels: int, width: int) -> bytes:
    """Each form draws the next one `width` times."""
    bodies = [form(b"/X Do " * width, f"/X {number} 0 R") for number in range(11, 10 + levels)]
    return _drawn(*bodies, form(b"0 0 1 1 re f"))


def _patterns(levels: int, width: int) -> bytes:
    paint = b"/Pattern cs /P scn 0 0 9 9 re f "
    bodies = [
        _stream(paint * width, f"{_TILES} /Resources << /Pattern << /P {number} 0 R >> >>")
        for number in range(11, 10 + levels)
    ]
    last = _stream(b"0 0 1 1 re f", f"{_TILES} /Resources << >>")
    return _drawn(*bodies, last, content=paint, resources="/Pattern << /P 10 0 R >>")


def _glyphs(levels: int, width: int, *, round_again: bool = False) -> bytes:
    """Fonts whose letters are written in the next font, the last one's in itself if told."""
    text = b"BT /F 9 Tf (" + b"a" * width + b") Tj ET"
    objects = [_stream(text, f"{_FORM} /Resources << /Font << /F 11 0 R >> >>")]
    for number in range(11, 11 + 2 * levels, 2):
        is_last = number == 9 + 2 * levels
        following = number if is_last else number + 2
        has_more = round_again or not is_last
        inner = f"/Font << /F {following} 0 R >>" if has_more else ""
        objects += [_type3(number + 1, inner), _stream(b"9 0 d0 " + (text if has_more else b"f"))]
    return _drawn(*objects)


def _type3(glyph: int, inner: str) -> bytes:
    return (
        f"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [.1 0 0 .1 0 0] /FirstChar 97"
        f" /LastChar 97 /Widths [9] /Encoding << /Differences [97 /a] >> /CharProcs << /a {glyph} 0 R >>"
        f" /Resources << {inner} >> >>"
    ).encode()


def _masked(group: int) -> bytes:
    """A form whose soft mask is drawn by a group."""
    state = f"/ExtGState << /G << /SMask << /S /Luminosity /G {group} 0 R >> >> >>"
    entries = f"{_FORM} /Group << /S /Transparency /CS /DeviceGray >>"
    masked = _stream(b"/G gs 0 0 9 9 re f", f"{entries} /Resources << {state} >>")
    return _drawn(masked, _stream(b"0 0 9 9 re f", entries))


def _appearance(xobjects: str) -> bytes:
    stamp = "<< /Type /Annot /Subtype /Stamp /Rect [0 0 9 9] /AP << /N 11 0 R >> >>"
    return a_pdf(page="/Annots [10 0 R]", objects=(stamp, form(b"/X Do", xobjects), form(b"f")))


def _functions(first: str | bytes, *others: str | bytes) -> bytes:
    """A shading coloured by a function, object 10."""
    shading = "/ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 9 9] /Function 10 0 R"
    resources = f"/Shading << /S << {shading} >> >>"
    return _drawn(first, *others, content=b"/S sh", resources=resources)


_DOMAIN = "/Domain [0 1] /Range [0 1]"
_STITCH = "<< /FunctionType 3 /Domain [0 1] /Bounds [{}] /Encode [{}] /Functions [{}] >>"
_FALLING = "<< /FunctionType 2 /Domain [0 1] /N 1 >>"


def _stitched(numbers: list[int]) -> str:
    bounds = " ".join(str(n / len(numbers)) for n in range(1, len(numbers)))
    return _STITCH.format(bounds, "0 1 " * len(numbers), " ".join(f"{n} 0 R" for n in numbers))


def _laughing_functions() -> bytes:
    return _functions(*(_stitched([number] * 10) for number in range(11, 20)), _FALLING)


def _program(code: bytes) -> bytes:
    return _functions(_stream(code, f"/FunctionType 4 {_DOMAIN}"))


def _sampled(size: str, inputs: int = 1) -> bytes:
    domain = f"/Domain [{'0 1 ' * inputs}] /Range [0 1]"
    entries = f"/FunctionType 0 {domain} /Size [{size}] /BitsPerSample 8"
    return _functions(_stream(b"\x00\xff", entries))


def _coloured(space: str, *objects: str) -> bytes:
    resources = f"/ColorSpace << /C {space} >>"
    return _drawn(*objects, content=b"/C cs 1 scn 0 0 9 9 re f", resources=resources)


def _stepped(x: str, y: str) -> bytes:
    tile = f"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 {_BOX} /XStep {x} /YStep {y}"
    return _drawn(
        _stream(b"0 0 1 1 re f", f"{tile} /Resources << >>"),
        content=b"/Pattern cs /P scn 0 0 595 842 re f",
        resources="/Pattern << /P 10 0 R >>",
    )


_ONCE = partial(_forms, 2, 1)
_TINT = "<< /FunctionType 2 /Domain [0 1] /C0 [0] /C1 [1] /N 1 >>"
_PLAIN_PROGRAM = partial(_program, b"{ 1 exch sub }")
_FALLS = partial(_functions, _FALLING)
_Build = Callable[[], bytes]
_DRAWINGS: dict[str, tuple[_Build, _Build]] = {
    "a form that draws itself": (lambda: _drawn(form(b"/X Do", "/X 10 0 R")), _ONCE),
    "forms that draw each other": (
        lambda: _drawn(form(b"/X Do", "/X 11 0 R"), form(b"/X Do", "/X 10 0 R")), _ONCE),
    "a form that draws itself by the page's names": (
        lambda: _drawn(_stream(b"/X Do", _FORM)), lambda: _drawn(_stream(b"f", _FORM))),
    "a billion forms": (partial(_forms, 10, 10), partial(_forms, 3, 3)),
    "a million million forms": (partial(_forms, 13, 10), partial(_forms, 4, 2)),
    "forms two by two, forty deep": (partial(_forms, 40, 2), partial(_forms, 5, 2)),
    "forms a thousand deep": (partial(_forms, 1_000, 1), partial(_forms, 5, 1)),
    "a pattern that paints with itself": (
        lambda: _drawn(_stream(b"/Pattern cs /P scn 0 0 9 9 re f", f"{_TILES} /Resources << /Pattern << /P 10 0 R >> >>"),
                       content=b"/Pattern cs /P scn 0 0 9 9 re f", resources="/Pattern << /P 10 0 R >>"),
        partial(_patterns, 1, 1)),
    "a billion patterns": (partial(_patterns, 10, 10), partial(_patterns, 2, 2)),
    "patterns a hundred deep": (partial(_patterns, 100, 1), partial(_patterns, 2, 1)),
    "a pattern of no step": (partial(_stepped, "0.0001", "0.0001"), partial(_stepped, "99", "99")),
    "a pattern of a step of zero": (partial(_stepped, "0", "0"), partial(_stepped, "99", "99")),
    "letters that write themselves": (partial(_glyphs, 1, 1, round_again=True), partial(_glyphs, 1, 1)),
    "a billion letters": (partial(_glyphs, 10, 10), partial(_glyphs, 1, 10)),
    "a mask that masks itself": (lambda: _masked(10), lambda: _masked(11)),
    "a stamp that draws itself": (lambda: _appearance("/X 11 0 R"), lambda: _appearance("/X 12 0 R")),
    "a function made of itself": (lambda: _functions(_stitched([10])), _FALLS),
    "functions made of each other": (lambda: _functions(_stitched([11]), _stitched([10])), _FALLS),
    "a billion functions": (_laughing_functions, lambda: _functions(_stitched([11, 11]), _FALLING)),
    "a program of braces": (lambda: _program(b"{" * 100_000 + b"}" * 100_000), _PLAIN_PROGRAM),
    "a program of a megabyte": (lambda: _program(b"{" + b"dup mul " * 200_000 + b"}"), _PLAIN_PROGRAM),
    "samples by the billion": (partial(_sampled, "2000000000"), partial(_sampled, "2")),
    "samples in thirty directions": (partial(_sampled, "4 " * 30, 30), partial(_sampled, "2")),
    "a colour behind itself": (
        lambda: _coloured("10 0 R", "[/Separation /A 10 0 R 11 0 R]", _TINT),
        lambda: _coloured("10 0 R", "[/Separation /A /DeviceGray 11 0 R]", _TINT)),
    "colours behind each other": (
        lambda: _coloured("10 0 R", "[/Indexed 11 0 R 1 <0001>]", "[/Indexed 10 0 R 1 <0001>]"),
        lambda: _coloured("10 0 R", "[/Indexed 11 0 R 1 <0001>]", "/DeviceGray")),
    "colours by the billion": (
        lambda: _coloured("[/Indexed /DeviceRGB 2147483647 <00>]"),
        lambda: _coloured("[/Indexed /DeviceGray 1 <0001>]")),
    "content that is lists in lists": (
        lambda: _drawn(content=b"[" * 100_000 + b"]" * 100_000, resources="/A << >>"),
        lambda: _drawn(content=b"[[1] 0] 0 d", resources="/A << >>")),
    "content that is dictionaries in dictionaries": (
        lambda: _drawn(content=b"/A " + b"<< /B " * 50_000 + b"1" + b" >>" * 50_000 + b" BDC EMC", resources="/A << >>"),
        lambda: _drawn(content=b"/A << /B << /C 1 >> >> BDC EMC", resources="/A << >>")),
    "one page's content listed a hundred thousand times": (
        lambda: a_pdf(content=f"[{'10 0 R ' * 100_000}]", objects=(_stream(b"0 0 1 1 re f " * 900),)),
        lambda: a_pdf(content="[10 0 R 10 0 R]", objects=(_stream(b"0 0 1 1 re f " * 900),))),
}  # fmt: skip
CASES = [Hostile(name, build, _EITHER, twin) for name, (build, twin) in _DRAWINGS.items()]
