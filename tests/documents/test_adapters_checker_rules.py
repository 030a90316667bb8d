"""What the gate of PDF files lets in and keeps out, by each kind of content."""

import io
import struct
import zlib
from dataclasses import replace

import pytest

from services.documents.adapters.checker import inspection
from services.documents.adapters.checker.addresses import is_web_address
from services.documents.adapters.checker.codecs import sizes_in
from services.documents.adapters.checker.verdict import Verdict
from services.documents.domain.limits import InspectionLimits
from services.documents.domain.places import ATTACHMENT, FIELD, OPENING, PAGE, Place
from tests.builders import bad_pdfs, rewriting
from tests.builders.drawn import drawn
from tests.builders.pdfs import PdfWriter, a_letter, a_pdf, a_scan, a_signed_pdf

LIMITS = InspectionLimits()
body = PdfWriter.stream_body


@pytest.fixture(autouse=True, scope="module")
def library_limits() -> None:
    inspection.set_library_limits(LIMITS)


def verdict_on(content: bytes, **allowed: bool) -> Verdict:
    return inspection.inspect(io.BytesIO(content), LIMITS, **allowed)


def holding(*objects: str | bytes, **entries: str) -> bytes:
    """A plain file with these objects from number 10 on."""
    return a_pdf(objects=objects, **entries)


def linked(action: str) -> bytes:
    return holding(f"<< /Subtype /Link /Rect [0 0 9 9] /A {action} >>", page="/Annots [10 0 R]")


def address(written: str) -> bytes:
    return linked(f"<< /S /URI /URI {written} >>")


def shown(picture: str | bytes) -> bytes:
    return holding(picture, resources="/XObject << /P 10 0 R >>")


def image(data: bytes, entries: str) -> bytes:
    return body(data, f"/Type /XObject /Subtype /Image /BitsPerComponent 8 {entries}")


def tiled(entries: str) -> bytes:
    pattern = f"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] {entries}"
    return holding(body(b"0 0 1 1 re f", f"{pattern} /Resources << >>"))


def scripted(script: str) -> bytes:
    action = f"<< /F << /S /JavaScript /JS {script} >> >>"
    field = f"<< /FT /Tx /T (tanggal) /Subtype /Widget /Rect [0 0 9 9] /AA {action} >>"
    return holding(field, catalog="/AcroForm << /Fields [10 0 R] >>")


def utf16(text: str) -> str:
    return f"<feff{text.encode('utf-16-be').hex()}>"


JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\xff\xff\xff\xff\x01\x01\x11\x00\xff\xda"
JPEG_2000 = b"\xff\x4f\xff\x51\x00\x2f\x00\x00" + struct.pack(">IIII", 60_000, 60_000, 0, 0)
JBIG2 = struct.pack(">IBBBIIII", 0, 48, 0, 1, 19, 60_000, 60_000, 0) + bytes(7)

REFUSED = {
    "an action's kind apart": (linked("<< /S 11 0 R /F (cmd.exe) >>"), "external_file"),
    "a kind nobody knows": (linked("<< /S /Simpul >>"), "other_action"),
    "a named action nobody knows": (linked("<< /S /Named /N /SaveAs >>"), "other_action"),
    "an unknown action behind another": (
        linked("<< /S /GoTo /D [4 0 R] /Next [<< /S /Simpul >>] >>"),
        "other_action",
    ),
    "a file's address": (address("(file:///etc/passwd)"), "unsafe_address"),
    "a share's address": (address(r"(\\\\host\\share)"), "unsafe_address"),
    "an address without a scheme": (address("(//host/share)"), "unsafe_address"),
    "an address of a file beside": (address("(berkas.exe)"), "unsafe_address"),
    "an address of a program": (address("(ms-word:ofe|u|https://a)"), "unsafe_address"),
    "a mail with a file": (
        address("(mailto:a@contoh.example?attach=/etc/passwd)"),
        "unsafe_address",
    ),
    "an address that is no text": (address("/javascript:alert"), "unsafe_address"),
    "a script in UTF-16": (address(utf16("javascript:alert(1)")), "javascript"),
    "a script with a tab": (address("(java\\tscript:alert\\(1\\))"), "javascript"),
    "a script by the base": (
        holding(catalog="/URI << /Base (javascript:alert\\(1\\)//) >>"),
        "javascript",
    ),
    "a share by the base": (holding(catalog="/URI << /Base (file:///) >>"), "unsafe_address"),
    "a thread of another file": (linked("<< /S /Thread /F (a.pdf) /D 0 >>"), "external_file"),
    "a file specification": (holding("<< /Type /Filespec /UF (a.pdf) >>"), "external_file"),
    "an address as a file": (holding("<< /FS /URL /F 11 0 R >>", "(http://a/)"), "external_file"),
    "a page of another file": (
        shown(body(b"", "/Subtype /Form /Ref << /F (a.pdf) /Page 0 >>")),
        "external_file",
    ),
    "a picture of another file": (
        shown(image(b"\x00", "/Width 1 /Height 1 /OPI << /2.0 << >> >>")),
        "external_file",
    ),
    "a PostScript part": (shown(body(b"showpage", "/Subtype /PS")), "postscript"),
    "a form that is PostScript": (
        shown(body(b"showpage", "/Subtype /Form /Subtype2 /PS")),
        "postscript",
    ),
    "a part nobody knows": (shown(body(b"", "/Subtype /Simpul")), "other_part"),
    "an annotation nobody knows": (
        holding("<< /Rect [0 0 9 9] /Subtype /Simpul >>", page="/Annots [10 0 R]"),
        "other_part",
    ),
    "a text among the numbers of a font": (
        holding("<< /Type /Font /Subtype /Type1 /FontMatrix [1 0 0 1 0 (0\\); alert\\('a')] >>"),
        "javascript",
    ),
    "renditions by name": (
        holding(catalog="/Names << /Renditions << /Names [(a) << >>] >> >>"),
        "rich_media",
    ),
    "a script of one's own": (scripted("(app.alert\\(1\\))"), "javascript"),
    "a script behind formatting": (
        scripted('(AFDate_FormatEx\\("d"\\);app.alert\\(1\\))'),
        "javascript",
    ),
    "a script as an argument": (scripted("(AFDate_FormatEx\\(app.alert\\(1\\)\\))"), "javascript"),
    "formatting when opened": (
        holding(catalog='/OpenAction << /S /JavaScript /JS (AFDate_FormatEx\\("d"\\)) >>'),
        "automatic_action",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_acts_or_reaches_out_is_refused_by_its_kind(kind: str):
    content, feature = REFUSED[kind]

    verdict = verdict_on(content)

    assert (verdict.code, feature in verdict.features) == ("document_has_active_content", True)


ACCEPTED = {
    "a web address": address("(https://contoh.example/a?b=c)"),
    "a web address in capitals": address("( HTTP://CONTOH.EXAMPLE)"),
    "a web address in UTF-16": address(utf16("https://contoh.example")),
    "a mail address": address("(mailto:umpeg@contoh.example?subject=Usulan)"),
    "an address as people type it": address("(www.contoh.example)"),
    "a base on the web": holding(catalog="/URI << /Base (https://contoh.example/) >>"),
    "going to the next page": linked("<< /S /Named /N /NextPage >>"),
    "clearing a form": linked("<< /S /ResetForm >>"),
    "an empty tree of scripts": holding(catalog="/Names << /JavaScript << /Names [] >> >>"),
    "flags of an annotation": holding("<< /Subtype /Text /Rect [0 0 9 9] /F 4 >>"),
    "a font called F": holding(fonts="/F 3 0 R /RF 3 0 R"),
    "a tag of any name": holding("<< /Type /StructElem /S /Simpul /A << /O /Layout >> >>"),
    "a transition": holding(page="/Trans << /S /Dissolve >>"),
    "a date": scripted('(AFDate_FormatEx\\("dd/mm/yyyy"\\);)'),
    "a number": scripted('(AFNumber_Format\\(2, 0, 0, 0, "Rp ", true\\);)'),
    "a sum": scripted('(AFSimple_Calculate\\("SUM", new Array \\("a", "b"\\)\\);)'),
    "a range": scripted("(AFRange_Validate\\(true, 0, true, 100.5\\))"),
    "a date in a stream": holding(
        "<< /FT /Tx /AA << /K << /S /JavaScript /JS 11 0 R >> >> >>",
        body(b"AFDate_KeystrokeEx('d mmm yyyy');"),
    ),
}


@pytest.mark.parametrize("kind", ACCEPTED)
def test_what_offices_make_is_accepted(kind: str):
    assert verdict_on(ACCEPTED[kind]).code == ""


def repeated(levels: int, times: int) -> bytes:
    """Forms of which each draws the next one many times."""
    forms = [
        body(b"/N Do " * times, f"/Subtype /Form /Resources << /XObject << /N {11 + n} 0 R >> >>")
        for n in range(levels)
    ]
    return shown_form(*forms, body(b"0 0 9 9 re f", "/Subtype /Form"))


def shown_form(*forms: bytes) -> bytes:
    return holding(*forms, resources="/XObject << /N 10 0 R >>")


def drawing(content: bytes) -> bytes:
    return holding(body(content), content="10 0 R")


HUGE = "/Width 60000 /Height 60000 /Filter /FlateDecode"
TOO_MUCH = {
    "a JPEG's own size": shown(image(JPEG, "/Width 9 /Height 9 /Filter /DCTDecode")),
    "a packed JPEG's own size": shown(
        image(zlib.compress(JPEG), "/Width 9 /Height 9 /Filter [/FlateDecode /DCTDecode]")
    ),
    "a JPEG 2000's own size": shown(image(JPEG_2000, "/Width 9 /Height 9 /Filter /JPXDecode")),
    "a JBIG2's own size": shown(image(JBIG2, "/Width 9 /Height 9 /Filter /JBIG2Decode")),
    "a fax's own size": shown(
        image(b"", "/Width 9 /Height 9 /Filter /CCF /DecodeParms << /Columns 60000 /Rows 60000 >>")
    ),
    "sides written as reals": shown(image(b"", "/Width 60000.0 /Height 60000.0")),
    "sides apart": holding(image(b"", "/Width 11 0 R /Height 11 0 R"), "60000"),
    "an inline picture": drawing(b"q BI /W 60000 /H 60000 /BPC 1 ID x EI Q"),
    "an inline picture in hex": drawing(b"q BI /#57 60000 %\n/H 60000.0 ID x EI Q"),
    "an inline JPEG": drawing(b"BI /W 9 /H 9 /F [/AHx /DCT] ID " + JPEG.hex().encode() + b"> EI"),
    "a form in itself": shown_form(
        body(b"/N Do", "/Subtype /Form /Resources << /XObject << /N 10 0 R >> >>")
    ),
    "a form in itself by a comment": shown_form(
        body(b"/N%\nDo", "/Subtype /Form /Resources << /XObject << /N 10 0 R >> >>")
    ),
    "a pattern in itself": holding(
        body(b"/P scn", "/PatternType 1 /Resources << /Pattern << /P 10 0 R >> >>")
    ),
    "tiles that their matrix makes tiny": tiled("/XStep 9 /YStep 9 /Matrix [.01 0 0 .01 0 0]"),
    "tiles that lie on one another": tiled("/XStep 0.3 /YStep 0.3"),
    "a glyph in its own font": holding(
        "<< /Subtype /Type3 /CharProcs << /a 11 0 R >> /Resources << /Font << /F 10 0 R >> >> >>",
        body(b"BT /F 9 Tf (a) Tj ET"),
    ),
    "forms in forms, ten times ten": repeated(9, 10),
    "forms forty deep": repeated(40, 1),
    "states saved in one another": drawing(b"q " * 1_000),
}


@pytest.mark.parametrize("kind", TOO_MUCH)
def test_what_would_hold_a_viewer_up_is_too_complex(kind: str):
    assert verdict_on(TOO_MUCH[kind]).code == "document_too_complex"


ENOUGH = {
    "a form used often": repeated(1, 1_000),
    "forms in forms": repeated(12, 1),
    "tiles that their matrix makes large": tiled("/XStep .01 /YStep .01 /Matrix [99 0 0 99 0 0]"),
    "tiles of a dot of a printer": tiled("/XStep 0.5 /YStep 0.5"),
    "states saved and restored": drawing(b"q Q " * 1_000),
    "a word in a text": drawing(b"BT (Bank Indonesia \\(BI\\) ID ) Tj ET"),
    "a form with the page's names": shown_form(
        body(b"q Q", "/Subtype /Form /Resources << /XObject << /N 10 0 R >> >>")
    ),
    "run lengths": bad_pdfs.run_length_bomb(bad_pdfs.MEBIBYTE),
    "a scan in the best quality": shown(
        image(
            zlib.compress(b"".join(bytes([n % 251]) * 4_960 * 3 for n in range(7_016)), 1),
            "/Width 4960 /Height 7016 /ColorSpace /DeviceRGB /Filter /FlateDecode",
        )
    ),
}


@pytest.mark.parametrize("kind", ENOUGH)
def test_what_only_looks_like_much_is_accepted(kind: str):
    assert verdict_on(ENOUGH[kind]).code == ""


def test_a_side_that_is_no_number_is_damage():
    assert verdict_on(shown(image(b"", "/Width 1e9 /Height 1"))).code == "document_damaged"


def test_outlines_in_a_circle_are_damage():
    first, second = "<< /Title (a) /Next 11 0 R >>", "<< /Title (b) /Next 10 0 R >>"

    assert verdict_on(holding(first, second)).code == "document_damaged"


def test_a_key_that_is_written_twice_is_damage_as_viewers_differ():
    assert verdict_on(linked("<< /S /GoTo /S /Named /N /Print >>")).code == "document_damaged"


def test_what_an_update_replaced_is_looked_at_too():
    old = bad_pdfs.ACTIVE["launch"]()
    table = old[old.rindex(b"startxref\n") + 10 :].split(b"\n")[0].decode()
    writer = PdfWriter(old)
    for number, held in enumerate(["<< /Type /Catalog /Pages 2 0 R >>"] + ["null"] * 9):
        writer.add(held) if number != 1 else writer.add("<< /Kids [11 0 R] /Count 1 >>")
    writer.add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>")

    assert "launch" in verdict_on(writer.write(1, f"/Prev {table}")).features


def test_addresses_are_read_as_strict_readers_read_them():
    assert is_web_address("https://contoh.example/\u00e9")
    assert not is_web_address("ht\ttps://contoh.example/")
    assert not is_web_address("https:\\\\contoh.example\\")


@pytest.mark.parametrize("codec", ["/DCTDecode", "/JPXDecode", "/JBIG2Decode"])
@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"\xff\xd8\xff", JPEG[:-6], JBIG2[:9], b"\xff" * 99]
)
def test_a_codecs_header_may_be_cut_anywhere(codec: str, data: bytes):
    assert len(list(sizes_in(codec, data))) < 2


LAUNCH = "<< /Subtype /Link /Rect [0 0 9 9] /A << /S /Launch >> >>"
PLACED = {
    "on a page": (holding(LAUNCH, page="/Annots [10 0 R]"), [Place(PAGE, 1)]),
    "in a field": (
        holding(
            "<< /FT /Tx /T (form) /Kids [11 0 R] >>",
            "<< /T (tanggal\\001) /FT /Tx /Parent 10 0 R /A << /S /Launch >> >>",
            catalog="/AcroForm << /Fields [10 0 R] >>",
        ),
        [Place(FIELD, 0, "form.tanggal")],
    ),
    "in an attachment": (bad_pdfs.embedded_file(), [Place(ATTACHMENT, 0, "a.exe")]),
    "on opening": (holding("<< /S /Launch >>", catalog="/OpenAction 10 0 R"), [Place(OPENING)]),
    "in a picture": (shown(image(JPEG, "/Width 9 /Height 9 /Filter /DCTDecode")), [Place(PAGE, 1)]),
    "in tiles": (
        holding(
            body(b"", "/PatternType 1 /BBox [0 0 1 1] /XStep 0.3 /YStep 0.3"),
            page="/Resources << /Pattern << /P 10 0 R >> >>",
        ),
        [Place(PAGE, 1)],
    ),
    "in what nothing points to": (holding(LAUNCH), []),
}


@pytest.mark.parametrize("kind", PLACED)
def test_a_refusal_says_where(kind: str):
    content, places = PLACED[kind]

    assert list(verdict_on(content).places) == places


INVOICE = (
    "<< /Type /Filespec /F (faktur.xml) /UF (faktur.xml) /AFRelationship /Data"
    " /EF << /F 11 0 R >> >>"
)


def attached(xml: bytes, kind: str = "/text#2fxml", specification: str = INVOICE) -> bytes:
    names = "/Names << /EmbeddedFiles << /Names [(faktur.xml) 10 0 R] >> >> /AF [10 0 R]"
    file = body(xml, f"/Type /EmbeddedFile /Subtype {kind}")
    return holding(specification, file, catalog=names)


def test_xml_inside_is_taken_only_where_it_is_allowed():
    assert verdict_on(attached(b"<a/>")).features == ("embedded_file",)
    assert verdict_on(attached(b"<a/>"), xml_attachments=True).code == ""


@pytest.mark.parametrize(
    "content",
    [
        attached(b"MZ"),
        attached(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        attached(b"<?xml-stylesheet href='a.xsl'?><a/>"),
        attached(b"<h:html xmlns:h='http://www.w3.org/1999/xhtml'/>"),
        attached(b"<a/>", specification=INVOICE.replace("/UF (faktur.xml)", "/UF (faktur.hta)")),
        attached(b"<a/>", kind="/application#2foctet-stream"),
        attached(b"<a/>", specification=INVOICE.replace("/AFRelationship /Data", "")),
    ],
    ids=[
        "a program",
        "a doctype",
        "a style",
        "a page",
        "another name",
        "another kind",
        "no relation",
    ],
)
def test_other_files_inside_are_refused_also_where_xml_is_allowed(content: bytes):
    assert verdict_on(content, xml_attachments=True).features == ("embedded_file",)


FILES = {
    **bad_pdfs.ACTIVE,
    **{kind: lambda kind=kind: REFUSED[kind][0] for kind in REFUSED},
    **{kind: lambda kind=kind: ACCEPTED[kind] for kind in ACCEPTED},
    **{kind: lambda kind=kind: TOO_MUCH[kind] for kind in TOO_MUCH},
    "plain": a_pdf,
    "scan": lambda: a_scan(2),
    "letter": a_letter,
    "signed": a_signed_pdf,
}


@pytest.mark.parametrize("way", rewriting.WAYS)
@pytest.mark.parametrize("kind", drawn([*FILES]))
def test_a_rewritten_file_has_the_same_verdict(kind: str, way: str):
    content = FILES[kind]()

    before, after = verdict_on(content), verdict_on(rewriting.WAYS[way](content))

    # What is an object of its own can be placed better.
    assert replace(after, places=()) == replace(before, places=())
