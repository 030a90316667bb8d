"""Files inside the file, media, XFA and collections, wherever they can hang."""

from functools import partial

from tests.builders.hostile.case import Hostile
from tests.builders.pdfs import PdfWriter, a_pdf

_PROGRAM = b"MZ\x90\x00This program cannot be run in DOS mode."
_XML = b"<faktur xmlns='urn:contoh'/>"


def _file(content: bytes = _PROGRAM, entries: str = "") -> bytes:
    return PdfWriter.stream_body(content, f"/Type /EmbeddedFile {entries}")


_UNTYPED = PdfWriter.stream_body(_PROGRAM)
_SPEC = "<< /Type /Filespec /F (a.exe) /UF (a.exe) /EF << /F 10 0 R >> >>"
_ANNOTATION = "<< /Type /Annot /Rect [0 0 9 9] {} >>"
_FORM = "/Type /XObject /Subtype /Form /BBox [0 0 9 9]"


def _attached(catalog: str = "", page: str = "", *objects: str | bytes) -> bytes:
    return a_pdf(catalog=catalog, page=page, objects=(_file(), _SPEC, *objects))


def _annotated(entries: str, *objects: str | bytes) -> bytes:
    annotation = _ANNOTATION.format(entries)
    return a_pdf(page="/Annots [12 0 R]", objects=(_file(), _SPEC, annotation, *objects))


def _named(content: bytes, name: str) -> bytes:
    spec = f"<< /Type /Filespec /F ({name}) /EF << /F 10 0 R >> >>"
    names = f"/Names << /EmbeddedFiles << /Names [({name}) 11 0 R] >> >>"
    return a_pdf(catalog=names, objects=(_file(content), spec))


_PLACES = {
    "by name": lambda: _attached("/Names << /EmbeddedFiles << /Names [(a) 11 0 R] >> >>"),
    "by name, further down": lambda: _attached(
        "/Names << /EmbeddedFiles << /Kids [12 0 R] >> >>",
        "",
        "<< /Limits [(a) (a)] /Names [(a) 11 0 R] >>",
    ),
    "with the document": lambda: _attached("/AF [11 0 R]"),
    "with the document, alone": lambda: _attached("/AF 11 0 R"),
    "with a page": lambda: _attached("", "/AF [11 0 R]"),
    "with a link": lambda: _annotated("/Subtype /Link /AF [11 0 R]"),
    "as a note": lambda: _annotated("/Subtype /FileAttachment /FS 11 0 R"),
    "as a note without its kind": lambda: _annotated("/FS 11 0 R"),
    "with a form": lambda: _attached("", "", PdfWriter.stream_body(b" ", f"{_FORM} /AF [11 0 R]")),
    "with the tags": lambda: _attached("/StructTreeRoot << /Type /StructTreeRoot /AF [11 0 R] >>"),
    "that nothing points to": lambda: a_pdf(objects=(_file(),)),
    "that nothing points to, described": lambda: a_pdf(objects=(_UNTYPED, _SPEC)),
    "without its kind": lambda: a_pdf(catalog="/AF [11 0 R]", objects=(_UNTYPED, _SPEC)),
    "by its Unicode name": lambda: a_pdf(
        catalog="/AF [<< /UF (a.exe) /EF << /UF 10 0 R >> >>]", objects=(_UNTYPED,)
    ),
    "by Unix's name": lambda: a_pdf(
        catalog="/AF [<< /Unix (a.exe) /EF << /Unix 10 0 R >> >>]", objects=(_UNTYPED,)
    ),
    "in a private corner": lambda: _attached("/PieceInfo << /A << /Private 11 0 R >> >>"),
    "in the end of the file": lambda: a_pdf(objects=(_file(), _SPEC), trailer="/Lampiran 11 0 R"),
}
_CONTENTS = {
    "program": (_PROGRAM, "a.exe"),
    "another PDF": (b"%PDF-1.4\n%%EOF", "a.pdf"),
    "script": (b"WScript.Echo(1)", "a.js"),
    "zip": (b"PK\x03\x04" + bytes(60), "a.zip"),
    "macro": (b"\xd0\xcf\x11\xe0" + bytes(60), "a.doc"),
    "web page": (b"<html><script>1</script>", "a.html"),
    "XML": (_XML, "a.xml"),
    "settings of Windows": (b"<PCSettings/>", "a.SettingContent-ms"),
    "nothing": (b"", "kosong"),
}


def _xfa(catalog: str, *objects: str | bytes) -> bytes:
    stream = PdfWriter.stream_body(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")
    return a_pdf(catalog=catalog, objects=(stream, *objects))


def _shown(entries: str, *objects: str | bytes) -> bytes:
    annotation = _ANNOTATION.format(entries)
    return a_pdf(page="/Annots [10 0 R]", objects=(annotation, *objects))


def _3d(kind: str) -> bytes:
    return PdfWriter.stream_body(b"U3D\x00", f"/Type /3D /Subtype /{kind}")


_SOUND = PdfWriter.stream_body(b"\x00", "/Type /Sound /R 8000")
_MEDIA = {
    "rich media": lambda: _shown("/Subtype /RichMedia /RichMediaContent << >>"),
    "rich media without its kind": lambda: _shown(
        "/RichMediaContent << /Assets << /Names [(a.swf) 3 0 R] >> >>"
    ),
    "settings of rich media": lambda: _shown(
        "/Subtype /RichMedia /RichMediaSettings << /Activation << /Condition /PO >> >>"
    ),
    "three dimensions": lambda: _shown("/Subtype /3D /3DD 11 0 R", _3d("U3D")),
    "three dimensions, PRC": lambda: _shown("/Subtype /3D /3DD 11 0 R", _3d("PRC")),
    "three dimensions that nothing shows": lambda: a_pdf(objects=(_3d("U3D"),)),
    "film": lambda: _shown("/Subtype /Movie /Movie << /F (a.avi) >>"),
    "sound": lambda: _shown("/Subtype /Sound /Sound 11 0 R", _SOUND),
    "screen": lambda: _shown("/Subtype /Screen /MK << >>"),
    "renditions by name": lambda: a_pdf(
        catalog="/Names << /Renditions << /Names [(a) << /S /MR /N (a) >>] >> >>"
    ),
    "slides by name": lambda: a_pdf(
        catalog="/Names << /AlternatePresentations << /Names [(a) << /Type /SlideShow >>] >> >>"
    ),
}


_XFA = {
    "in one piece": lambda: _xfa("/AcroForm << /Fields [] /XFA 10 0 R >>"),
    "in many pieces": lambda: _xfa("/AcroForm << /Fields [] /XFA [(template) 10 0 R] >>"),
    "in a form elsewhere": lambda: _xfa("/AcroForm 11 0 R", "<< /Fields [] /XFA 10 0 R >>"),
    "as a text": lambda: _xfa("/AcroForm << /Fields [] /XFA (<xdp/>) >>"),
    "that nothing points to": lambda: _xfa("", "<< /Fields [] /XFA 10 0 R >>"),
}
_COLLECTIONS = {
    "empty": lambda: a_pdf(catalog="/Collection << /View /D >>"),
    "with files": lambda: _attached(
        "/Collection << /View /T >> /Names << /EmbeddedFiles << /Names [(a) 11 0 R] >> >>"
    ),
    "with a navigator": lambda: a_pdf(
        catalog="/Collection << /View /C /Navigator << /Strings << >> >> >>"
    ),
    "in an object of its own": lambda: a_pdf(
        catalog="/Collection 10 0 R", objects=("<< /View /H >>",)
    ),
}
_NO_FILES = "/Names << /EmbeddedFiles << /Names [] >> >>"
CASES = [
    *(Hostile(f"file {name}", build, ("embedded_file",)) for name, build in _PLACES.items()),
    *(
        Hostile(
            f"attached: {name}",
            partial(_named, *named),
            ("embedded_file",),
            lambda: a_pdf(catalog=_NO_FILES),
        )
        for name, named in _CONTENTS.items()
    ),
    *(Hostile(name, build, ("rich_media",)) for name, build in _MEDIA.items()),
    *(
        Hostile(f"XFA {name}", build, ("xfa",), lambda: a_pdf(catalog="/AcroForm << /Fields [] >>"))
        for name, build in _XFA.items()
    ),
    *(Hostile(f"collection {name}", build, ("portfolio",)) for name, build in _COLLECTIONS.items()),
]
