"""Word processors, browsers and typesetters."""

import json
from functools import partial
from pathlib import Path

from tests.documents.corpus.make import text
from tests.documents.corpus.make.running import producer, run, said_by

# LibreOffice's own export options, https://wiki.documentfoundation.org/Documentation/
_EXPORTS: dict[str, dict[str, object]] = {
    "plain": {},
    "version-1.5": {"SelectPdfVersion": 15},
    "version-1.6": {"SelectPdfVersion": 16},
    "version-1.7": {"SelectPdfVersion": 17},
    "pdfa-1b": {"SelectPdfVersion": 1},
    "pdfa-2b": {"SelectPdfVersion": 2},
    "pdfa-3b": {"SelectPdfVersion": 3},
    "tagged": {"UseTaggedPDF": True},
    "pdfua": {"PDFUACompliance": True},
    "bookmarks": {"ExportBookmarks": True, "OpenBookmarkLevels": -1},
    "full-screen": {"OpenInFullScreenMode": True, "HideViewerMenubar": True},
    "magnified": {"Magnification": 4, "Zoom": 100, "InitialView": 1},
    "restricted": {"RestrictPermissions": True, "PermissionPassword": "pemilik", "Changes": 0},
    "watermark": {"Watermark": "SALINAN"},
    "lossless": {"UseLosslessCompression": True},
    "reduced": {"ReduceImageResolution": True, "MaxImageResolution": 75, "Quality": 50},
    "notes": {"ExportNotes": True},
    "references": {"ExportBookmarksToPDFDestination": True, "ConvertOOoTargetToPDFTarget": True},
}
_KINDS = {bool: "boolean", int: "long", str: "string"}


def _converted(folder: Path, source: Path, export: str, options: dict[str, object]) -> Path:
    written = json.dumps(
        {key: {"type": _KINDS[type(value)], "value": str(value).lower() if value is not None else ""}
         for key, value in options.items()}
    )  # fmt: skip
    run(
        "soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to",
        f"pdf:{export}:{written}" if options else f"pdf:{export}", "--outdir", folder, source,
        folder=folder,
    )  # fmt: skip
    return source.with_suffix(".pdf")


def _writer(options: dict[str, object], folder: Path) -> Path:
    text.scanned(folder, "gambar.png")
    page = text.as_html().replace("</body>", '<img src="gambar.png" width="90"></body>')
    return _converted(
        folder, text.write(folder, "surat.html", page), "writer_web_pdf_Export", options
    )


libreoffice = producer("LibreOffice", said_by("soffice", "--version"))
for _name, _options in _EXPORTS.items():
    libreoffice.makes(f"libreoffice-writer-{_name}")(partial(_writer, _options))

_STYLES = (
    '<style:page-layout style:name="p"><style:page-layout-properties fo:page-width="21cm"'
    ' fo:page-height="29.7cm" fo:margin="2cm"/></style:page-layout>'
)
_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{path}:1.0"'
    for name, path in {
        "office": "office", "text": "text", "table": "table", "draw": "drawing", "style": "style",
        "presentation": "presentation", "svg": "svg-compatible", "fo": "xsl-fo-compatible", "form": "form",
    }.items()
)  # fmt: skip


def _flat(kind: str, body: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {_SPACES} office:version="1.3"'
        f' xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' office:mimetype="application/vnd.oasis.opendocument.{kind}"><office:automatic-styles>{_STYLES}'
        f'</office:automatic-styles><office:master-styles><style:master-page style:name="Standard"'
        f' style:page-layout-name="p"/></office:master-styles><office:body>{body}</office:body></office:document>'
    )


_PARAGRAPHS = "".join(f"<text:p>{line}</text:p>" for line in text.LINES)


@libreoffice.makes("libreoffice-writer-odt")
def _letter(folder: Path) -> Path:
    link = f'<text:p><text:a xlink:type="simple" xlink:href="{text.LINK}">Laman</text:a></text:p>'
    head = f'<text:h text:outline-level="1">{text.TITLE}</text:h>'
    body = f"<office:text>{head}{_PARAGRAPHS * 30}{link}</office:text>"
    source = text.write(folder, "surat.fodt", _flat("text", body))
    return _converted(folder, source, "writer_pdf_Export", {"ExportBookmarks": True})


@libreoffice.makes("libreoffice-writer-form")
def _form(folder: Path) -> Path:
    controls = (
        '<form:form form:name="f"><form:text form:id="c1" form:name="nama" form:control-implementation='
        '"ooo:com.sun.star.form.component.TextField"/><form:checkbox form:id="c2" form:name="setuju"'
        ' form:control-implementation="ooo:com.sun.star.form.component.CheckBox"/></form:form>'
    )
    shown = "".join(
        f'<draw:control text:anchor-type="paragraph" draw:control="c{n}" svg:width="5cm" svg:height="1cm"'
        f' svg:x="1cm" svg:y="{n}cm"/>'
        for n in (1, 2)
    )
    forms = f"<office:forms>{controls}</office:forms>"
    body = f"<office:text>{forms}<text:p>{shown}</text:p>{_PARAGRAPHS}</office:text>"
    whole = _flat("text", body).replace(
        "<office:document ", '<office:document xmlns:ooo="http://openoffice.org/2004/office" '
    )
    source = text.write(folder, "formulir.fodt", whole)
    return _converted(folder, source, "writer_pdf_Export", {"ExportFormFields": True})


def _calc(options: dict[str, object], folder: Path) -> Path:
    source = text.write(folder, "daftar.csv", text.as_csv())
    return _converted(folder, source, "calc_pdf_Export", options)


for _name in ("plain", "pdfa-1b", "pdfa-2b", "tagged", "restricted"):
    libreoffice.makes(f"libreoffice-calc-{_name}")(partial(_calc, _EXPORTS[_name]))
libreoffice.makes("libreoffice-calc-one-page")(partial(_calc, {"SinglePageSheets": True}))


def _slides(options: dict[str, object], folder: Path) -> Path:
    box = '<draw:frame svg:width="20cm" svg:height="3cm" svg:x="1cm" svg:y="1cm"><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>'
    pages = "".join(
        f'<draw:page draw:name="s{n}" draw:master-page-name="Standard">{box.format(line)}</draw:page>'
        for n, line in enumerate(text.LINES)
    )
    body = f"<office:presentation>{pages}</office:presentation>"
    source = text.write(folder, "paparan.fodp", _flat("presentation", body))
    return _converted(folder, source, "impress_pdf_Export", options)


for _name in ("plain", "pdfa-2b", "tagged", "notes"):
    libreoffice.makes(f"libreoffice-impress-{_name}")(partial(_slides, _EXPORTS[_name]))


@libreoffice.makes("libreoffice-draw-svg")
def _drawing(folder: Path) -> Path:
    return _converted(folder, text.write(folder, "bagan.svg", text.as_svg()), "draw_pdf_Export", {})


abiword = producer("AbiWord", said_by("abiword", "--version"))


@abiword.makes("abiword")
def _abiword(folder: Path) -> Path:
    text.write(folder, "surat.html", text.as_html())
    run("abiword", "--to=pdf", "--to-name=surat.pdf", "surat.html", folder=folder)
    return folder / "surat.pdf"


chromium = producer("Chromium", said_by("chromium", "--version"))


def _printed(flags: tuple[str, ...], page: str, folder: Path) -> Path:
    source = text.write(folder, "surat.html", page)
    run(
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
        "--print-to-pdf=surat.pdf", *flags, f"file://{source}", folder=folder,
    )  # fmt: skip
    return folder / "surat.pdf"


_PLAIN, _LONG = text.as_html(), text.as_html(style="h2 { break-before: page }")
chromium.makes("chromium-plain")(partial(_printed, (), _PLAIN))
chromium.makes("chromium-no-header")(partial(_printed, ("--no-pdf-header-footer",), _LONG))
chromium.makes("chromium-tagged-outline")(
    partial(_printed, ("--generate-pdf-document-outline", "--export-tagged-pdf"), _LONG)
)
chromium.makes("chromium-untagged")(partial(_printed, ("--disable-pdf-tagging",), _PLAIN))
# A page of an office's portal: buttons that are links, a telephone, a place on the page.
_PORTAL = text.as_html().replace(
    "</body>",
    '<a href="javascript:void(0)">Cetak</a> <a href="javascript:;">Muat ulang</a> <a href="#a">Atas'
    '</a> <a href="tel:+62-215-550-123">Telepon</a></body>',
)
chromium.makes("chromium-portal")(partial(_printed, (), _PORTAL))
chromium.makes("chromium-form")(partial(_printed, (), text.as_html(form=True)))
chromium.makes("chromium-gradient")(
    partial(
        _printed,
        (),
        f"<body>{text.as_svg()}<p style='opacity:.5;transform:rotate(9deg)'>{text.TITLE}</p>",
    )
)

wkhtmltopdf = producer("wkhtmltopdf", said_by("wkhtmltopdf", "--version"))


def _qt(flags: tuple[str, ...], page: str, folder: Path) -> Path:
    text.write(folder, "surat.html", page)
    run(
        "env", "QT_QPA_PLATFORM=offscreen", f"XDG_RUNTIME_DIR={folder}", "wkhtmltopdf", "-q", *flags,
        "surat.html", "surat.pdf", folder=folder,
    )  # fmt: skip
    return folder / "surat.pdf"


wkhtmltopdf.makes("wkhtmltopdf-plain")(partial(_qt, (), _PLAIN))
wkhtmltopdf.makes("wkhtmltopdf-grey")(partial(_qt, ("--grayscale", "--no-outline"), _PLAIN))
wkhtmltopdf.makes("wkhtmltopdf-low")(partial(_qt, ("--lowquality", "--no-pdf-compression"), _PLAIN))

_TEX_SAYS = r"[\d.]+(?= \(TeX Live)"
pdftex = producer("pdfTeX", said_by("pdflatex", "--version", number=_TEX_SAYS))
xetex = producer("XeTeX", said_by("xelatex", "--version", number=_TEX_SAYS))
luatex = producer("LuaTeX", said_by("lualatex", "--version", number=_TEX_SAYS))
tex = producer("TeX, dvips and Ghostscript", said_by("dvips", "--version"))


def _tex(program: str, packages: str, body: str, folder: Path) -> Path:
    text.write(folder, "surat.tex", text.as_tex(packages, body))
    run(program, "-interaction=batchmode", "surat.tex", folder=folder)
    return folder / "surat.pdf"


_LINKS = "\\usepackage[bookmarks]{hyperref}"
_MORE = f"\\section{{Lampiran}} \\href{{{text.LINK}}}{{laman}} \\url{{{text.LINK}}} \\ref{{a}}"
_FORMS = "\\begin{Form}\\TextField[name=nama]{Nama} \\CheckBox[name=setuju]{Setuju}\\end{Form}"
_OLD = "\\pdfminorversion=4 \\pdfobjcompresslevel=0 \\pdfcompresslevel=0"
pdftex.makes("pdftex-plain")(partial(_tex, "pdflatex", "", ""))
pdftex.makes("pdftex-links")(partial(_tex, "pdflatex", _LINKS, _MORE))
pdftex.makes("pdftex-form")(partial(_tex, "pdflatex", _LINKS, _FORMS))
pdftex.makes("pdftex-old")(partial(_tex, "pdflatex", _OLD, ""))
pdftex.makes("pdftex-picture")(
    partial(
        _tex,
        "pdflatex",
        "",
        "\\setlength{\\unitlength}{1mm}\\begin{picture}(20,20)\\put(9,9){\\circle{9}}\\end{picture}",
    )
)
xetex.makes("xetex-plain")(partial(_tex, "xelatex", "", ""))
xetex.makes("xetex-links")(partial(_tex, "xelatex", _LINKS, _MORE))
luatex.makes("luatex-plain")(partial(_tex, "lualatex", "", ""))
luatex.makes("luatex-links")(partial(_tex, "lualatex", _LINKS, _MORE))


@tex.makes("dvips-ghostscript")
def _dvips(folder: Path) -> Path:
    text.write(folder, "surat.tex", text.as_tex())
    run("latex", "-interaction=batchmode", "surat.tex", folder=folder)
    run("dvips", "-q", "surat.dvi", folder=folder)
    run("ps2pdf", "surat.ps", folder=folder)
    return folder / "surat.pdf"


groff = producer("groff", said_by("groff", "--version"))


@groff.makes("groff-gropdf")
def _gropdf(folder: Path) -> Path:
    return text.write(
        folder,
        "a.pdf",
        run("groff", "-Tpdf", "-man", folder=folder, stdin=text.as_troff().encode()),
    )


@groff.makes("groff-ghostscript")
def _grops(folder: Path) -> Path:
    text.write(
        folder, "a.ps", run("groff", "-Tps", "-man", folder=folder, stdin=text.as_troff().encode())
    )
    run("ps2pdf", "a.ps", folder=folder)
    return folder / "a.pdf"


fop = producer("Apache FOP", said_by("fop", "-version"))


def _fop(flags: tuple[str, ...], folder: Path) -> Path:
    blocks = "".join(f'<fo:block font-family="sans-serif">{line}</fo:block>' for line in text.LINES)
    text.write(
        folder, "a.fo",
        '<fo:root xmlns:fo="http://www.w3.org/1999/XSL/Format"><fo:layout-master-set><fo:simple-page-master'
        ' master-name="a" page-width="21cm" page-height="29cm"><fo:region-body margin="2cm"/></fo:simple-page-master>'
        '</fo:layout-master-set><fo:page-sequence master-reference="a"><fo:flow flow-name="xsl-region-body">'
        f"{blocks}</fo:flow></fo:page-sequence></fo:root>",
    )  # fmt: skip
    run("fop", *flags, "-fo", "a.fo", "-pdf", "a.pdf", folder=folder)
    return folder / "a.pdf"


fop.makes("fop-plain")(partial(_fop, ()))
fop.makes("fop-restricted")(partial(_fop, ("-o", "pemilik", "-noprint")))
