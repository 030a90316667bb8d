"""Content and links that reach out of the file: other files, shares, addresses of other kinds."""

from collections.abc import Callable
from functools import partial

from tests.builders.hostile.case import Hostile
from tests.builders.pdfs import PdfWriter, a_pdf

_WEB = b"https://contoh.example/"


def link(address: str, base: str = "") -> bytes:
    """Build a file with one link; `address` is written as a PDF string."""
    annotation = (
        f"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI {address} >> >>"
    )
    return a_pdf(page="/Annots [10 0 R]", objects=(annotation,), catalog=base)


def _literal(content: bytes) -> str:
    return "<" + content.hex() + ">"


_SCRIPTS: dict[str, bytes] = {
    "script": b"javascript:alert(1)",
    "script in capitals": b"JAVASCRIPT:alert(1)",
    "script after blanks": b"  \r\n javascript:alert(1)",
    "script with a tab inside": b"java\tscript:alert(1)",
    "script with a line feed inside": b"java\nscript:alert(1)",
    "script with zeros inside": b"\x00j\x00a\x00v\x00ascript:alert(1)",
    "script after a control character": b"\x01javascript:alert(1)",
    "script in UTF-16": "javascript:alert(1)".encode("utf-16"),
    "script in big-endian UTF-16": b"\xfe\xff" + "javascript:alert(1)".encode("utf-16-be"),
    "script in UTF-8": b"\xef\xbb\xbfjavascript:alert(1)",
    "script behind nothing": b"javascript:void(0);alert(1)",
    "script within nothing": b"javascript:void(alert(1))",
    "script behind a blank line": b"javascript:;\nalert(1)",
    "Visual Basic": b"vbscript:MsgBox(1)",
    "data": b"data:text/html,<script>alert(1)</script>",
    "data in Base64": b"DATA:text/html;base64,PHNjcmlwdD4=",
}
_ADDRESSES: dict[str, bytes] = {
    "local file": b"file:///etc/passwd",
    "local program": b"file:///C:/Windows/System32/calc.exe",
    "file of a share": b"file://192.0.2.1/s/a.exe",
    "file in UTF-16": "file:///etc/passwd".encode("utf-16"),
    "share": b"\\\\192.0.2.1\\s\\a.pdf",
    "share with slashes": b"//192.0.2.1/s/a.pdf",
    "path of a disk": b"C:\\Windows\\System32\\calc.exe",
    "SMB": b"smb://192.0.2.1/s",
    "FTP": b"ftp://contoh.example/a.exe",
    "LDAP": b"ldap://contoh.example/a",
    "Gopher": b"gopher://contoh.example/1",
    "Telnet": b"telnet://192.0.2.1",
    "Word's own": b"ms-word:ofe|u|https://contoh.example/a.docm",
    "the support tool's": b"ms-msdt:/id PCWDiagnostic",
    "the search's": b"search-ms:query=a&crumb=location:\\\\192.0.2.1\\s",
    "an archived page": b"mhtml:https://contoh.example/a.mht!a.exe",
    "in an archive": b"jar:https://contoh.example/a.jar!/a.html",
    "the browser's source": b"view-source:https://contoh.example/",
    "the browser's own": b"chrome://settings",
    "an app's intent": b"intent://scan/#Intent;scheme=zxing;end",
    "a shell folder": b"shell:startup",
    "a nested scheme": b"feed:javascript:alert(1)",
    "mail with a file": b"mailto:a@contoh.example?attach=/etc/passwd",
    "mail with a file, in hex": b"mailto:a@contoh.example?at%74ach=/etc/passwd",
    "mail with a file, all in hex": b"mailto:a@contoh.example?%61%74%74%61%63%68=/etc/passwd",
    "mail with a file behind a semicolon": b"mailto:a@contoh.example?a=1;attach=/etc/passwd",
    "a web address of a share": b"https:\\\\192.0.2.1\\s",
}  # fmt: skip


def _links() -> list[Hostile]:
    named = {**_SCRIPTS, **_ADDRESSES}
    return [
        Hostile(
            f"address: {name}",
            partial(link, _literal(address)),
            ("javascript" if name in _SCRIPTS else "unsafe_address",),
            partial(link, _literal(_WEB)),
        )
        for name, address in named.items()
    ]


def _based(base: str) -> bytes:
    return link("(a.html)", f"/URI << /Base {base} >>")


_SPEC = "<< /Type /Filespec /F (a.dat) >>"
# Ways of saying that a stream's data is in another file.
_ELSEWHERE = {
    "in a file": "/F (a.dat)",
    "in a file of a share": r"/F (\\\\192.0.2.1\\s\\a.dat)",
    "in a file that is described": f"/F {_SPEC}",
    "at an address": "/F << /Type /Filespec /FS /URL /F (https://contoh.example/a) >>",
    "in a file with its own filter": "/F (a.dat) /FFilter /FlateDecode",
    "in a file, filter only": "/FFilter /FlateDecode",
}
_IMAGE = (
    "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray"
)
_FORM = "/Type /XObject /Subtype /Form /BBox [0 0 9 9]"


def _pictured(entries: str, data: bytes = b"\x00") -> bytes:
    picture = PdfWriter.stream_body(data, entries)
    return a_pdf(resources="/XObject << /X 10 0 R >>", content=b"/X Do", objects=(picture,))


def _streams() -> list[Hostile]:
    kinds: dict[str, Callable[[str], bytes]] = {
        "picture": lambda where: _pictured(f"{_IMAGE} {where}"),
        "form": lambda where: _pictured(f"{_FORM} {where}", b" "),
        "font": lambda where: a_pdf(
            fonts="/F2 << /Type /Font /Subtype /Type1 /BaseFont /A /FontDescriptor 11 0 R >>",
            objects=(
                PdfWriter.stream_body(b"%!", where),
                "<< /Type /FontDescriptor /FontName /A /Flags 4 /FontFile 10 0 R >>",
            ),
        ),
        "metadata": lambda where: a_pdf(
            catalog="/Metadata 10 0 R",
            objects=(PdfWriter.stream_body(b"", f"/Type /Metadata /Subtype /XML {where}"),),
        ),
    }
    return [
        Hostile(f"{kind} {name}", partial(build, where), ("external_file",), partial(build, ""))
        for kind, build in kinds.items()
        for name, where in _ELSEWHERE.items()
    ]


def _described(entries: str) -> bytes:
    """A file specification among a page's associated files."""
    return a_pdf(page=f"/AF [<< /Type /Filespec {entries} >>]")


_SPECS = {
    "by its name": "/F (a.pdf)",
    "by its Unicode name": "/UF (a.pdf)",
    "of a share": r"/UF (\\\\192.0.2.1\\s\\a.pdf)",
    "by DOS's name": "/DOS (A.PDF)",
    "by Mac's name": "/Mac (a.pdf)",
    "by Unix's name": "/Unix (/etc/passwd)",
    "at an address": "/FS /URL /F (https://contoh.example/a.pdf)",
    "with related ones": "/F (a.pdf) /RF << /F [(b.dat) 3 0 R] >>",
}
_OPI = "/OPI << /1.3 << /Type /OPI /Version 1.3 /F (a.tif) /Size [1 1] /CropRect [0 0 1 1] >> >>"
_OPI2 = "/OPI << /2.0 << /Type /OPI /Version 2.0 /F (a.tif) >> >>"


def _declared(
    encoding: str, doctype: str = "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///c:/a'>]>"
) -> bytes:
    metadata = PdfWriter.stream_body(
        f"{doctype}<a/>".encode(encoding), "/Type /Metadata /Subtype /XML"
    )
    return a_pdf(catalog="/Metadata 10 0 R", objects=(metadata,))


def _bead(entries: str) -> bytes:
    return a_pdf(catalog="/Threads [10 0 R]", objects=(f"<< /I << /Title (a) >> {entries} >>",))


def _intent(entries: str) -> bytes:
    return a_pdf(
        catalog=f"/OutputIntents [<< /S /GTS_PDFA1 /OutputConditionIdentifier (a) {entries} >>]"
    )


CASES = [
    *_links(),
    *_streams(),
    *(
        Hostile(f"a file described {name}", partial(_described, entries), ("external_file",))
        for name, entries in _SPECS.items()
    ),
    *(
        Hostile(
            f"links based on {name}",
            partial(_based, base),
            (feature,),
        )
        for name, base, feature in (
            ("a script", "(javascript:alert\\(1\\)//)", "javascript"),
            ("nothing", "(javascript:;)", "javascript"),
            ("a local folder", "(file:///C:/)", "unsafe_address"),
            ("a share", r"(\\\\192.0.2.1\\s\\)", "unsafe_address"),
            ("a share by SMB", "(smb://192.0.2.1/)", "unsafe_address"),
            ("a script in UTF-16", _literal("javascript:".encode("utf-16")), "javascript"),
        )
    ),
    Hostile("address of who signs", lambda: a_pdf(objects=(
        "<< /FT /Sig /T (a) /SV << /Cert << /URL (file:///c:/a.exe) /URLType /Browser >> >> >>",)), ("unsafe_address",)),
    Hostile("address of a clock", lambda: a_pdf(objects=(
        "<< /FT /Sig /T (a) /SV << /TimeStamp << /URL (javascript:1) >> >> >>",)), ("javascript",)),
    *(
        Hostile(f"metadata that declares, in {encoding}", partial(_declared, encoding), ("external_file",),
                partial(_declared, encoding, ""))
        for encoding in ("utf-8", "utf-16")
    ),
    Hostile("an address that is a name", lambda: link("/javascript:1"), ("unsafe_address", "javascript")),
    Hostile("an address in an object of its own", lambda: a_pdf(
        page="/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI 10 0 R >> >>]",
        objects=("(javascript:1)",)), ("javascript",)),
    Hostile("picture for the printer elsewhere", lambda: _pictured(f"{_IMAGE} {_OPI}"), ("external_file",)),
    Hostile("picture for the printer elsewhere, newer", lambda: _pictured(f"{_IMAGE} {_OPI2}"), ("external_file",)),
    Hostile("form for the printer elsewhere", lambda: _pictured(f"{_FORM} {_OPI}", b" "), ("external_file",)),
    Hostile("page of another file", lambda: _pictured(f"{_FORM} /Ref << /F (a.pdf) /Page 0 >>", b" "),
            ("external_file",), lambda: _pictured(_FORM, b" ")),
    Hostile("page of a share", lambda: _pictured(rf"{_FORM} /Ref << /F (\\\\192.0.2.1\\s) /Page 0 >>", b" "),
            ("external_file",), lambda: _pictured(_FORM, b" ")),
    Hostile("PostScript in place of a form", lambda: _pictured("/Type /XObject /Subtype /PS", b"quit"),
            ("postscript",)),
    Hostile("PostScript as a form's second kind", lambda: _pictured(f"{_FORM} /Subtype2 /PS", b" "),
            ("postscript",)),
    Hostile("PostScript beside a form", lambda: a_pdf(
        resources="/XObject << /X 11 0 R >>",
        objects=(PdfWriter.stream_body(b"quit"), PdfWriter.stream_body(b" ", f"{_FORM} /PS 10 0 R"))),
            ("postscript",)),
    Hostile("another picture for print, elsewhere", lambda: a_pdf(
        resources="/XObject << /X 11 0 R >>",
        objects=(
            PdfWriter.stream_body(b"", f"{_IMAGE} /F (a.dat)"),
            PdfWriter.stream_body(b"\x00", f"{_IMAGE} /Alternates [<< /Image 10 0 R >>]"))),
            ("external_file",)),
    Hostile("article of another file", lambda: _bead("/F (a.pdf)"), ("external_file",),
            lambda: _bead("")),
    Hostile("colours of another file", lambda: _intent("/DestOutputProfileRef << /URLs [] >>"),
            ("external_file",), lambda: _intent("")),
    Hostile("colours described elsewhere", lambda: _intent("/DestOutputProfileRef << /F (a) >>"),
            ("external_file",), lambda: _intent("")),
]  # fmt: skip
