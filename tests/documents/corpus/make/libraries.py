"""Libraries of Python by which programs of other offices write their PDF files.

Each is imported where it is used: what is not installed is left out.
"""

import io
from functools import partial
from pathlib import Path

from tests.documents.corpus.make import text
from tests.documents.corpus.make.running import of_package, producer

reportlab = producer("ReportLab", of_package("reportlab"))


def canvas_pdf(options: dict[str, object], folder: Path) -> Path:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(folder / "a.pdf"), **options)
    canvas.bookmarkPage("awal")
    canvas.addOutlineEntry(text.TITLE, "awal")
    for number, line in enumerate(text.LINES):
        canvas.drawString(72, 700 - 20 * number, line)
    canvas.linkURL(text.LINK, (72, 500, 200, 520))
    canvas.save()
    return folder / "a.pdf"


reportlab.makes("reportlab-plain")(partial(canvas_pdf, {}))
reportlab.makes("reportlab-compressed")(partial(canvas_pdf, {"pageCompression": 1, "invariant": 1}))
reportlab.makes("reportlab-version-1.3")(partial(canvas_pdf, {"pdfVersion": (1, 3)}))


@reportlab.makes("reportlab-encrypted")
def _encrypted(folder: Path) -> Path:
    from reportlab.lib.pdfencrypt import StandardEncryption

    return canvas_pdf({"encrypt": StandardEncryption("", "pemilik", canPrint=0)}, folder)


@reportlab.makes("reportlab-form")
def _rl_form(folder: Path) -> Path:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(folder / "a.pdf"))
    canvas.drawString(72, 760, text.TITLE)
    canvas.acroForm.textfield(name="nama", x=72, y=700, width=200)
    canvas.acroForm.checkbox(name="setuju", x=72, y=650)
    canvas.acroForm.choice(
        name="bulan", value="Januari", options=["Januari", "Februari"], x=72, y=600
    )
    canvas.save()
    return folder / "a.pdf"


@reportlab.makes("reportlab-platypus")
def _platypus(folder: Path) -> Path:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    style = getSampleStyleSheet()["BodyText"]
    told = [Paragraph(line, style) for line in text.LINES * 30]
    SimpleDocTemplate(str(folder / "a.pdf")).build([*told, Table(text.ROWS)])
    return folder / "a.pdf"


fpdf2 = producer("fpdf2", of_package("fpdf2"))


def _fpdf(folder: Path, *, more: str = "") -> Path:
    from fpdf import FPDF

    pdf = FPDF()
    if more == "encrypted":
        pdf.set_encryption(owner_password="pemilik")
    pdf.add_page()
    pdf.set_font("Helvetica", size=11)
    if more == "table":
        with pdf.table() as table:
            for row in text.ROWS:
                table.row(row)
    if more == "picture":
        pdf.image(str(text.scanned(folder, "a.jpg")), w=100)
    pdf.multi_cell(0, 8, "\n".join(text.LINES))
    pdf.cell(text="Laman", link=text.LINK)
    pdf.output(str(folder / "a.pdf"))
    return folder / "a.pdf"


for _more in ("", "table", "picture", "encrypted"):
    fpdf2.makes(f"fpdf2-{_more or 'plain'}")(partial(_fpdf, more=_more))

weasyprint = producer("WeasyPrint", of_package("weasyprint"))


def _weasy(options: dict[str, object], folder: Path) -> Path:
    from weasyprint import HTML

    HTML(string=text.as_html()).write_pdf(folder / "a.pdf", **options)
    return folder / "a.pdf"


for _name, _options in {
    "plain": {},
    "uncompressed": {"uncompressed_pdf": True},
    "pdfa-1b": {"pdf_variant": "pdf/a-1b"},
    "pdfa-2b": {"pdf_variant": "pdf/a-2b"},
    "pdfa-3b": {"pdf_variant": "pdf/a-3b"},
    "pdfa-4u": {"pdf_variant": "pdf/a-4u"},
    "pdfua": {"pdf_variant": "pdf/ua-1"},
    "version-2.0": {"pdf_version": "2.0"},
}.items():
    weasyprint.makes(f"weasyprint-{_name}")(partial(_weasy, _options))

typst = producer("Typst", of_package("typst"))


def _typst(standards: list[str], folder: Path) -> Path:
    import typst as engine

    body = (
        f'#set document(title: "{text.TITLE}", date: datetime(year: 2026, month: 1, day: 5))\n= {text.TITLE}\n'
        + "\n\n".join(text.LINES)
    )
    source = text.write(folder, "a.typ", f'{body}\n\n#link("{text.LINK}")[Laman]\n')
    engine.compile(
        str(source),
        output=str(folder / "a.pdf"),
        **({"pdf_standards": standards} if standards else {}),
    )
    return folder / "a.pdf"


for _standard in ("", "1.4", "2.0", "a-1b", "a-2b", "a-3b", "a-4", "ua-1"):
    typst.makes(f"typst-{_standard or 'plain'}")(partial(_typst, [_standard] if _standard else []))


img2pdf = producer("img2pdf", of_package("img2pdf"))
pillow = producer("Pillow", of_package("Pillow"))


def _images(name: str, mode: str, options: dict[str, object], folder: Path) -> Path:
    import img2pdf as engine

    picture = text.scanned(folder, name, mode=mode)
    return text.write(folder, "b.pdf", engine.convert(str(picture), **options))


for _name, _file, _mode, _options in (
    ("jpeg", "a.jpg", "RGB", {}),
    ("cmyk", "a.jpg", "CMYK", {}),
    ("grey", "a.png", "L", {}),
    ("fax", "a.tif", "1", {}),
    ("palette", "a.png", "P", {}),
    ("jpeg2000", "a.jp2", "L", {}),
    ("two", "a.png", "1", {"title": text.TITLE}),
    ("pdfa", "a.jpg", "L", {"pdfa": None}),
):
    img2pdf.makes(f"img2pdf-{_name}")(partial(_images, _file, _mode, _options))


def _pillowed(mode: str, folder: Path) -> Path:
    return text.scanned(folder, "a.pdf", mode=mode)


for _mode in ("1", "L", "RGB", "CMYK"):
    pillow.makes(f"pillow-{_mode.lower()}")(partial(_pillowed, _mode))

matplotlib = producer("Matplotlib", of_package("matplotlib"))


def _plot(fonts: int, folder: Path) -> Path:
    import matplotlib as mpl

    mpl.use("pdf")
    mpl.rcParams["pdf.fonttype"] = fonts
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots()
    axes.bar(["Jan", "Feb", "Mar"], [3, 5, 2], hatch="/", alpha=0.5)
    axes.set_title(text.TITLE)
    figure.savefig(folder / "a.pdf")
    return folder / "a.pdf"


matplotlib.makes("matplotlib-type3")(partial(_plot, 3))
matplotlib.makes("matplotlib-type42")(partial(_plot, 42))

cairosvg = producer("CairoSVG and cairo", of_package("cairosvg"))
svglib = producer("svglib and ReportLab", of_package("svglib"))
xhtml2pdf = producer("xhtml2pdf", of_package("xhtml2pdf"))
rst2pdf = producer("rst2pdf", of_package("rst2pdf"))
borb = producer("borb", of_package("borb"))


@cairosvg.makes("cairosvg")
def _cairo(folder: Path) -> Path:
    import cairosvg as engine

    engine.svg2pdf(bytestring=text.as_svg().encode(), write_to=str(folder / "a.pdf"))
    return folder / "a.pdf"


@svglib.makes("svglib")
def _svglib(folder: Path) -> Path:
    from reportlab.graphics import renderPDF
    from svglib.svglib import svg2rlg

    renderPDF.drawToFile(
        svg2rlg(str(text.write(folder, "a.svg", text.as_svg()))), str(folder / "a.pdf")
    )
    return folder / "a.pdf"


@xhtml2pdf.makes("xhtml2pdf")
def _pisa(folder: Path) -> Path:
    from xhtml2pdf import pisa

    out = io.BytesIO()
    pisa.CreatePDF(text.as_html(), dest=out)
    return text.write(folder, "a.pdf", out.getvalue())


@rst2pdf.makes("rst2pdf")
def _rst(folder: Path) -> Path:
    from rst2pdf.createpdf import RstToPdf

    RstToPdf().createPdf(
        text=f"{text.TITLE}\n{'=' * 30}\n\n" + "\n\n".join(text.LINES), output=str(folder / "a.pdf")
    )
    return folder / "a.pdf"


@borb.makes("borb")
def _borb(folder: Path) -> Path:
    from borb.pdf import PDF, Document, Page, Paragraph, SingleColumnLayout

    document, page = Document(), Page()
    document.append_page(page)
    layout = SingleColumnLayout(page)
    for line in text.LINES:
        layout.append_layout_element(Paragraph(line))
    PDF.write(what=document, where_to=str(folder / "a.pdf"))
    return folder / "a.pdf"
