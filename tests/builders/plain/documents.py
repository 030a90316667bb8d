"""What word processors, form designers and office systems write, with all their oddities."""

import zlib
from collections.abc import Callable
from functools import partial

from tests.builders.pdfs import PdfWriter, a_letter, a_pdf, a_signed_pdf

Builder = Callable[[], bytes]
_stream = PdfWriter.stream_body


def _tree(tree: str, *objects: str, root: str = "") -> bytes:
    """A file whose page tree's root is written as said; objects begin with number 3."""
    writer = PdfWriter()
    top = writer.add(f"<< /Type /Catalog /Pages 2 0 R {root} >>")
    for body in (tree, *objects):
        writer.add(body)
    return writer.write(top)


def _page(entries: str = "/MediaBox [0 0 595 842]", parent: int = 2) -> str:
    return f"<< /Type /Page /Parent {parent} 0 R {entries} >>"


_ONE = "<< /Type /Pages /Count 1 /Kids [3 0 R] >>"
_NESTED = [
    f"<< /Type /Pages /Parent {number - 1} 0 R /Count 1 /Kids [{number + 1} 0 R] >>"
    for number in range(3, 9)
]
_PAGES: dict[str, Builder] = {
    "a null among the pages": lambda: _tree("<< /Type /Pages /Count 1 /Kids [null 3 0 R] >>", _page()),
    "a page that is not there": lambda: _tree("<< /Type /Pages /Count 1 /Kids [3 0 R 99 0 R] >>", _page()),
    "a count one too many": lambda: _tree("<< /Type /Pages /Count 2 /Kids [3 0 R] >>", _page()),
    "a count one too few": lambda: _tree("<< /Type /Pages /Count 1 /Kids [3 0 R 4 0 R] >>", _page(), _page()),
    "a real count": lambda: _tree("<< /Type /Pages /Count 1.0 /Kids [3 0 R] >>", _page()),
    "pages without their kind": lambda: _tree("<< /Count 1 /Kids [3 0 R] >>", "<< /Parent 2 0 R /MediaBox [0 0 9 9] >>"),
    "a page without content": lambda: _tree(_ONE, _page()),
    "a page whose content is null": lambda: _tree(_ONE, _page("/MediaBox [0 0 9 9] /Contents null")),
    "a page of no parts": lambda: _tree(_ONE, _page("/MediaBox [0 0 9 9] /Contents []")),
    "size and rotation inherited": lambda: _tree(
        "<< /Type /Pages /Count 1 /Kids [3 0 R] /MediaBox [0 0 595 842] /Rotate 90 /Resources << >> >>", _page("")),
    "pages six deep": lambda: _tree(_ONE, *_NESTED, _page(parent=8)),
    "an empty branch": lambda: _tree(
        "<< /Type /Pages /Count 1 /Kids [3 0 R 4 0 R] >>", _page(), "<< /Type /Pages /Parent 2 0 R /Count 0 /Kids [] >>"),
    "1,000 pages": partial(a_pdf, pages=1_000),
    "a page of A0": lambda: _tree(_ONE, _page("/MediaBox [0 0 2384 3370]")),
    "a roll of three metres": lambda: _tree(_ONE, _page("/MediaBox [0 0 2592 8504]")),
    "a stamp's size": lambda: _tree(_ONE, _page("/MediaBox [0 0 72 72]")),
    "corners the other way": lambda: _tree(_ONE, _page("/MediaBox [595 842 0 0]")),
    "corners below zero": lambda: _tree(_ONE, _page("/MediaBox [-297.5 -421 297.5 421]")),
    "a size by reference": lambda: _tree(_ONE, _page("/MediaBox 4 0 R"), "[0 0 5 0 R 842.00]", "595.276"),
    "every box": lambda: _tree(_ONE, _page(
        "/MediaBox [0 0 595 842] /CropBox [9 9 586 833] /TrimBox [9 9 586 833] /BleedBox [0 0 595 842] /ArtBox [9 9 9 9]")),
    "a double unit": lambda: a_pdf(page="/UserUnit 2.0"),
    **{f"turned by {angle}": partial(a_pdf, page=f"/Rotate {angle}") for angle in (90, -90, 180, 450)},
    "content in parts": lambda: a_pdf(content="[10 0 R 11 0 R]", objects=(_stream(b"q 1 0 0"), _stream(b"1 0 0 cm Q"))),
    "content in the same parts": lambda: a_pdf(content="[10 0 R 4 0 R 11 0 R]", objects=(_stream(b"q "), _stream(b" Q"))),
    "content with a part twice": lambda: a_pdf(content="[10 0 R 10 0 R]", objects=(_stream(b"q Q "),)),
    "content with a part that is null": lambda: a_pdf(content="[null 10 0 R]", objects=(_stream(b"q Q"),)),
}  # fmt: skip


def _sized(entries: str, data: bytes = b"q Q\n") -> bytes:
    """A page's content that says something else of its length; everything else is right."""
    body = f"<< {entries} >>\nstream\n".encode() + data + b"\nendstream"
    return a_pdf(content="10 0 R", objects=(body,))


_STREAMS: dict[str, Builder] = {
    "a length of zero": lambda: _sized("/Length 0"),
    "a length too small": lambda: _sized("/Length 2"),
    "a length too large": lambda: _sized("/Length 9"),
    "a length of a reference": lambda: a_pdf(content="10 0 R", objects=(b"<< /Length 11 0 R >>\nstream\nq Q\nendstream", "3")),
    "a real length": lambda: _sized("/Length 4.0"),
    "no length": lambda: _sized(""),
    "a stream after a DOS line end": lambda: a_pdf(objects=(b"<< /Length 3 >>\r\nstream\r\nq Q\r\nendstream",)),
    "a stream after blanks": lambda: a_pdf(objects=(b"<< /Length 3 >>\nstream \nq Q\nendstream",)),
    "a stream without a line end": lambda: a_pdf(objects=(b"<< /Length 3 >>\nstream\nq Qendstream",)),
    "an empty stream": lambda: a_pdf(objects=(_stream(b""),)),
    "an empty stream, deflated": lambda: a_pdf(objects=(_stream(b"", "/Filter /FlateDecode"),)),
    "a filter that is null": lambda: a_pdf(objects=(_stream(b"q Q", "/Filter null"),)),
    "a list of no filters": lambda: a_pdf(objects=(_stream(b"q Q", "/Filter []"),)),
    "a length of zero in a scan": lambda: a_pdf(objects=(
        b"<< /Length 0 /Filter /FlateDecode >>\nstream\n" + zlib.compress(b"q Q") + b"\nendstream",)),
}  # fmt: skip


def _noted(*annotations: str) -> bytes:
    written = [f"<< /Type /Annot /Rect [9 9 99 99] {entries} >>" for entries in annotations]
    named = " ".join(f"{number} 0 R" for number in range(10, 10 + len(written)))
    return a_pdf(page=f"/Annots [{named}]", objects=written)


def _link(action: str) -> bytes:
    return _noted(f"/Subtype /Link /F 4 /Border [0 0 0] /A << {action} >>")


_LINKS: dict[str, Builder] = {
    **{
        f"link to {address}": partial(_link, f"/S /URI /URI ({address})")
        for address in (
            "https://contoh.example/", "http://contoh.example/a?b=c#d", "HTTPS://CONTOH.EXAMPLE", "mailto:a@contoh.example",
            "mailto:a@contoh.example?subject=Usul", "https://contoh.example:8443/a%20b", "http://192.0.2.1/a", "www.contoh.example",
            "https://contoh.example/a b", " https://contoh.example/",
        )
    },
    "link in UTF-16": lambda: _link(f"/S /URI /URI <{'https://contoh.example/'.encode('utf-16').hex()}>"),
    "link in hex": lambda: _link(f"/S /URI /URI <{b'https://contoh.example/'.hex()}>"),
    "link with a map": lambda: _link("/S /URI /URI (https://contoh.example/) /IsMap false"),
    "link to a page": lambda: _link("/S /GoTo /D [4 0 R /XYZ 0 800 null]"),
    "link to a name": lambda: _link("/S /GoTo /D (bab)"),
    "link to the next page": lambda: _link("/S /Named /N /NextPage"),
    "link by its place": lambda: _noted("/Subtype /Link /Dest [4 0 R /Fit]"),
    "link that resets the form": lambda: _noted("/Subtype /Widget /FT /Btn /Ff 65536 /T (b) /A << /S /ResetForm >>"),
    "link that hides a layer": lambda: _link("/S /SetOCGState /State [/Toggle]"),
    "link based on a web address": lambda: a_pdf(catalog="/URI << /Base (https://contoh.example/) >>"),
    "notes of every kind": lambda: _noted(*(
        f"/Subtype /{kind} /Contents (catatan) /QuadPoints [9 9 99 9 9 99 99 99] /L [9 9 99 99] /InkList [[9 9 99 99]] /Vertices [9 9 99 99 9 99] /DA (/F1 9 Tf)"
        for kind in ("Text", "FreeText", "Line", "Square", "Circle", "Polygon", "PolyLine", "Highlight", "Underline",
                     "Squiggly", "StrikeOut", "Caret", "Stamp", "Ink", "Popup", "Redact", "Watermark"))),
    "a note and its window": lambda: _noted("/Subtype /Text /Contents (a) /Popup 11 0 R", "/Subtype /Popup /Parent 10 0 R /Open false"),
    "no notes": lambda: a_pdf(page="/Annots []"),
    "notes that are null": lambda: a_pdf(page="/Annots null"),
    "a note that is null": lambda: a_pdf(page="/Annots [null]"),
    "notes by reference": lambda: a_pdf(page="/Annots 10 0 R", objects=("[]",)),
}  # fmt: skip


def _form(*fields: str, form: str = "") -> bytes:
    written = [
        f"<< /Type /Annot /Subtype /Widget /Rect [9 9 99 29] {entries} >>" for entries in fields
    ]
    named = " ".join(f"{number} 0 R" for number in range(10, 10 + len(written)))
    return a_pdf(
        catalog=f"/AcroForm << /Fields [{named}] {form} >>",
        page=f"/Annots [{named}]",
        objects=written,
    )


def _formatted(**scripts: str) -> bytes:
    """A text field with Acrobat's own calls at its events."""
    events = " ".join(
        f"/{event} << /S /JavaScript /JS <{script.encode().hex()}> >>"
        for event, script in scripts.items()
    )
    return _form(f"/FT /Tx /T (gaji) /AA << {events} >>")


_FORMS: dict[str, Builder] = {
    "form with every field": lambda: _form(
        "/FT /Tx /T (nama) /V (Siti) /MaxLen 40", "/FT /Tx /Ff 4096 /T (alamat)", "/FT /Btn /T (setuju) /V /Ya /AS /Ya",
        "/FT /Btn /Ff 49152 /T (pilihan)", "/FT /Ch /Ff 131072 /T (bulan) /Opt [(Januari) (Februari)]", "/FT /Sig /T (ttd)",
        form="/NeedAppearances true /DA (/Helv 0 Tf 0 g) /DR << /Font << /Helv 3 0 R >> >>"),
    "form without fields": lambda: a_pdf(catalog="/AcroForm << /Fields [] >>"),
    "form that is null": lambda: a_pdf(catalog="/AcroForm null"),
    "form with a button": lambda: _form("/FT /Btn /Ff 65536 /T (cetak) /A << /S /Named /N /Print >>"),
    "number": lambda: _formatted(F='AFNumber_Format(2, 0, 0, 0, "Rp", true);', K='AFNumber_Keystroke(2, 0, 0, 0, "Rp", true);'),
    "number by a library": lambda: _formatted(F='AFNumber_Format(2,0,"MinusBlack",null,"",true);'),
    "date": lambda: _formatted(F='AFDate_FormatEx("dd/mm/yyyy");', K='AFDate_KeystrokeEx("dd/mm/yyyy");'),
    "date, old": lambda: _formatted(F="AFDate_Format(0)", K="AFDate_Keystroke(0)"),
    "time": lambda: _formatted(F="AFTime_Format(0);", K="AFTime_Keystroke(0);"),
    "per cent": lambda: _formatted(F="AFPercent_Format(2, 0);", K="AFPercent_Keystroke(2, 0);"),
    "postcode": lambda: _formatted(F="AFSpecial_Format(0);", K="AFSpecial_Keystroke(0);"),
    "a mask": lambda: _formatted(K='AFSpecial_KeystrokeEx("99999999 999999 9 999");'),
    "a range": lambda: _formatted(V="AFRange_Validate(true, 0, true, 100);"),
    "a sum": lambda: _formatted(C='AFSimple_Calculate("SUM", new Array ("a", "b"));'),
    "a sum of a list": lambda: _formatted(C='AFSimple_Calculate("SUM", ["a", "b"]);'),
    "numbers on several lines": lambda: _formatted(F='AFNumber_Format(\r\n  0,\r\n  1, 0, 0, "",\tfalse\r\n)\r\n'),
    "signed": a_signed_pdf,
    "to be signed": lambda: _form("/FT /Sig /T (ttd) /F 4", form="/SigFlags 3"),
    "to be signed by rules": lambda: _form("/FT /Sig /T (ttd) /SV << /Type /SV /Ff 1 /SubFilter [/adbe.pkcs7.detached] >> /Lock << /Type /SigFieldLock /Action /All >>"),
}  # fmt: skip

_FORM_X = "/Type /XObject /Subtype /Form /BBox [0 0 99 99]"
_DEEP = [
    _stream(b"q /X Do Q", f"{_FORM_X} /Resources << /XObject << /X {number} 0 R >> >>")
    for number in range(11, 16)
]
_OUTLINE = (
    "<< /Type /Outlines /First 11 0 R /Last 12 0 R /Count 2 >>",
    "<< /Title (Bab 1) /Parent 10 0 R /Next 12 0 R /Dest (bab) /First 13 0 R /Last 13 0 R /Count -1 >>",
    "<< /Title <FEFF004200610062> /Parent 10 0 R /Prev 11 0 R /A << /S /GoTo /D [4 0 R /Fit] >> /C [1 0 0] /F 2 >>",
    "<< /Title (Bagian) /Parent 11 0 R /Dest [4 0 R /XYZ null null null] >>",
)
_BEADS = (
    "<< /Type /Thread /F 11 0 R /I << /Title (Berita) >> >>",
    "<< /Type /Bead /T 10 0 R /N 12 0 R /V 12 0 R /R [0 0 9 9] >>",
    "<< /Type /Bead /T 10 0 R /N 11 0 R /V 11 0 R /R [9 9 18 18] >>",
)
_TAGS = (
    "<< /Type /StructTreeRoot /K 11 0 R /ParentTree << /Nums [0 [11 0 R]] >> /RoleMap << /Judul /H1 >> >>",
    "<< /Type /StructElem /S /Judul /P 10 0 R /K [0 << /Type /MCR /MCID 1 >>] /A << /O /Layout /Placement /Block >> /Alt (a) >>",
)
_LAYERS = "/OCProperties << /OCGs [10 0 R] /D << /ON [10 0 R] /Order [10 0 R] /AS [<< /Event /Print /Category [/Print] /OCGs [10 0 R] >>] >> >>"
_TYPE3 = (
    "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [.1 0 0 .1 0 0] /FirstChar 97 /LastChar 97 /Widths [9]"
    " /Encoding << /Differences [97 /a] >> /CharProcs << /a 11 0 R >> /Resources << >> >>"
)
_STITCHED = (
    "<< /FunctionType 3 /Domain [0 1] /Bounds [.5] /Encode [0 1 0 1] /Functions [11 0 R 12 0 R] >>",
    "<< /FunctionType 2 /Domain [0 1] /C0 [1] /C1 [0] /N 1 >>",
    _stream(b"{ 1 exch sub }", "/FunctionType 4 /Domain [0 1] /Range [0 1]"),
)
_CATALOGUE: dict[str, Builder] = {
    "opened at a page": lambda: a_pdf(catalog="/OpenAction [4 0 R /XYZ null null 1.25]"),
    "opened at a name": lambda: a_pdf(catalog="/OpenAction << /S /GoTo /D (bab) >>"),
    "printed when opened": lambda: a_pdf(catalog="/OpenAction << /Type /Action /S /Named /N /Print >>"),
    "opened by nothing": lambda: a_pdf(catalog="/OpenAction null"),
    "a viewer's settings": lambda: a_pdf(
        catalog="/PageMode /UseOutlines /PageLayout /OneColumn /ViewerPreferences << /DisplayDocTitle true /PrintScaling /None /Duplex /Simplex >> /Lang (id-ID)"),
    "an outline": lambda: a_pdf(catalog="/Outlines 10 0 R /Dests << /bab [4 0 R /Fit] >>", objects=_OUTLINE),
    "an empty outline": lambda: a_pdf(catalog="/Outlines << /Type /Outlines /Count 0 >>"),
    "names of places": lambda: a_pdf(
        catalog="/Names << /Dests << /Kids [10 0 R] >> >>", objects=("<< /Limits [(a) (b)] /Names [(a) [4 0 R /Fit] (b) << /D [4 0 R /Fit] >>] >>",)),
    "no attachments": lambda: a_pdf(catalog="/Names << /EmbeddedFiles << /Names [] >> >>"),
    "no scripts": lambda: a_pdf(catalog="/Names << /JavaScript << /Names [] >> >>"),
    "page labels": lambda: a_pdf(catalog="/PageLabels << /Nums [0 << /S /r >> 4 << /S /D /P (A-) /St 2 >>] >>"),
    "an article": lambda: a_pdf(catalog="/Threads [10 0 R]", page="/B [11 0 R 12 0 R]", objects=_BEADS),
    "tags": lambda: a_pdf(catalog="/StructTreeRoot 10 0 R /MarkInfo << /Marked true >>", page="/StructParents 0 /Tabs /S", objects=_TAGS),
    "layers": lambda: a_pdf(
        catalog=_LAYERS, resources="/Properties << /L 10 0 R >>", content=b"/OC /L BDC 0 0 9 9 re f EMC", objects=("<< /Type /OCG /Name (Denah) >>",)),
    "metadata": lambda: a_pdf(catalog="/Metadata 10 0 R", objects=(
        _stream(b"<?xpacket begin='' id='a'?><x:xmpmeta xmlns:x='adobe:ns:meta/'/><?xpacket end='w'?>", "/Type /Metadata /Subtype /XML"),)),
    "a profile for print": lambda: a_pdf(
        catalog="/OutputIntents [<< /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /RegistryName (https://www.color.org) /DestOutputProfile 10 0 R >>]",
        objects=(_stream(bytes(128), "/N 3"),)),
    "private data": lambda: a_pdf(catalog="/PieceInfo << /Simpul << /LastModified (D:2026) /Private << /A (b) >> >> >>"),
    "information": lambda: a_pdf(trailer="/Info 10 0 R", objects=(
        "<< /Title <FEFF0053007500720061007400> /Author (Bagian Umum) /CreationDate (D:20260102030405+07'00') /Trapped /False /Perusahaan (Dinas) >>",)),
    "a page that fades in": lambda: a_pdf(page="/Trans << /S /Fade /D 1 >> /Dur 5"),
    "a small picture of the page": lambda: a_pdf(page="/Thumb 10 0 R", objects=(
        _stream(bytes(4), "/Width 2 /Height 2 /BitsPerComponent 8 /ColorSpace /DeviceGray"),)),
    "forms five deep": lambda: a_pdf(resources="/XObject << /X 10 0 R >>", content=b"/X Do", objects=(
        *_DEEP, _stream(b"0 0 9 9 re f", _FORM_X))),
    "a letterhead on three hundred pages": lambda: a_pdf(pages=300, resources="/XObject << /X 10 0 R >>", content=b"/X Do " * 3, objects=(
        _stream(b"0 0 9 9 re f " * 400, _FORM_X),)),
    "a form without its names": lambda: a_pdf(resources="/XObject << /X 10 0 R >>", content=b"/X Do", objects=(
        _stream(b"BT /F1 9 Tf (a) Tj ET", _FORM_X),)),
    "a drawn font": lambda: a_pdf(fonts="/F2 10 0 R", content=b"BT /F2 9 Tf (a) Tj ET", objects=(_TYPE3, _stream(b"9 0 0 0 9 9 d1 0 0 9 9 re f"))),
    "a hatch": lambda: a_pdf(resources="/Pattern << /P 10 0 R >>", content=b"/Pattern cs /P scn 0 0 595 842 re f", objects=(
        _stream(b"0 0 1 1 re f", "/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 5 5] /XStep 5 /YStep 5 /Resources << >>"),)),
    "a shading": lambda: a_pdf(
        resources="/Shading << /S << /ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 9 9] /Function 10 0 R >> >>", content=b"/S sh", objects=_STITCHED),
    "colours of their own": lambda: a_pdf(
        resources="/ColorSpace << /C [/Separation /Merah /DeviceGray 11 0 R] /L [/Lab << /WhitePoint [1 1 1] >>] /I [/Indexed /DeviceRGB 1 <000000FFFFFF>] >>", objects=_STITCHED),
    "deep states": lambda: a_pdf(content=b"q " * 28 + b"0 0 9 9 re f" + b" Q" * 28),
    "names with blanks": lambda: a_pdf(fonts="/Times#20New#20Roman,Bold 3 0 R /F#31 3 0 R"),
    "names of another alphabet": lambda: a_pdf(objects=("<< /Type /Font /BaseFont /#CB#CE#CC#E5 /\xcb\xce /\xe9 >>",)),
    "words of programs as a text": lambda: a_pdf("/JavaScript /Launch (app.alert) <script>"),
    "a font called AA": lambda: a_pdf(fonts="/AA 3 0 R /S 3 0 R /OpenAction 3 0 R"),
    "comments inside": lambda: a_pdf(objects=("<< % a comment\n /A 1 % (another\n >>",)),
    "strings with all escapes": lambda: a_pdf(objects=(r"[(a\)b\(c\\d\053\n\
e) (nested (parentheses)) <4> < 41 42 >]",)),
    "blanks of every kind": lambda: a_pdf(objects=("<<\t/A\x0c1\x00/B[\r1\n2 ]>>",)),
    "numbers of every kind": lambda: a_pdf(objects=("[+1 -1 .5 -.5 5. 0.0000001 00012 --5 1.2.3 4294967296]",)),
    "references to nothing": lambda: a_pdf(page="/Thread 999 0 R", objects=("[998 0 R null]",)),
    "a letter": a_letter,
    "a long letter": partial(a_letter, 120),
}  # fmt: skip
DOCUMENTS: dict[str, Builder] = {**_PAGES, **_STREAMS, **_LINKS, **_FORMS, **_CATALOGUE}
