"""Libraries that change PDF files which something else wrote: merge, note, encrypt, save again."""

from functools import partial
from pathlib import Path

from tests.documents.corpus.make import text
from tests.documents.corpus.make.libraries import canvas_pdf
from tests.documents.corpus.make.running import of_package, producer


def _source(folder: Path) -> Path:
    return canvas_pdf({}, folder)


pypdf = producer("pypdf", of_package("pypdf"))


def _pypdf(change: str, folder: Path) -> Path:
    from pypdf import PdfReader, PdfWriter

    reader = PdfReader(_source(folder))
    writer = (
        PdfWriter(str(folder / "a.pdf"), incremental=True)
        if change == "incremental"
        else PdfWriter()
    )
    if change != "incremental":
        writer.append(reader)
    if change == "merged":
        writer.append(reader)
        writer.add_metadata({"/Title": text.TITLE})
    if change == "rotated":
        writer.pages[0].rotate(90)
    if change == "incremental":
        writer.add_metadata({"/Keywords": "diperbarui"})
    if change == "encrypted":
        writer.encrypt("", "pemilik", algorithm="AES-256")
    if change == "rc4":
        writer.encrypt("", "pemilik", algorithm="RC4-128")
    writer.write(folder / "b.pdf")
    return folder / "b.pdf"


for _change in ("plain", "merged", "rotated", "incremental", "encrypted", "rc4"):
    pypdf.makes(f"pypdf-{_change}")(partial(_pypdf, _change))

for _old in ("PyPDF2", "PyPDF3", "PyPDF4"):

    def _older(package: str, folder: Path) -> Path:
        module = __import__(package)
        merger = module.PdfFileMerger() if package != "PyPDF2" else module.PdfMerger()
        with _source(folder).open("rb") as content:
            merger.append(content)
            merger.write(str(folder / "b.pdf"))
        return folder / "b.pdf"

    producer(_old, of_package(_old)).makes(_old.lower())(partial(_older, _old))

pdfrw = producer("pdfrw", of_package("pdfrw"))


@pdfrw.makes("pdfrw")
def _pdfrw(folder: Path) -> Path:
    from pdfrw import PdfReader, PdfWriter

    PdfWriter(str(folder / "b.pdf")).addpages(PdfReader(str(_source(folder))).pages).write()
    return folder / "b.pdf"


pikepdf = producer("pikepdf", of_package("pikepdf"))


def _pike(options: dict[str, object], folder: Path) -> Path:
    import pikepdf as engine

    if "R" in options:
        options = {
            "encryption": engine.Encryption(
                owner="pemilik", user="", R=options["R"], **_weak(options["R"])
            )
        }
    with engine.open(_source(folder)) as pdf:
        with pdf.open_metadata() as metadata:
            metadata["dc:title"] = text.TITLE
        pdf.save(folder / "b.pdf", **options)
    return folder / "b.pdf"


def _weak(revision: object) -> dict[str, bool]:
    return {"aes": False, "metadata": False} if revision in (2, 3) else {}


for _name, _options in {
    "plain": {},
    "linearized": {"linearize": True},
    "qdf": {"qdf": True},
    "encrypted-2": {"R": 2},
    "encrypted-3": {"R": 3},
    "encrypted-4": {"R": 4},
    "encrypted-6": {"R": 6},
}.items():
    pikepdf.makes(f"pikepdf-{_name}")(partial(_pike, _options))

pymupdf = producer("PyMuPDF", of_package("pymupdf"))


def _mupdf(change: str, folder: Path) -> Path:
    import pymupdf as engine

    with engine.open(_source(folder)) as pdf:
        page = pdf[0]
        if change == "notes":
            page.add_highlight_annot(engine.Rect(72, 80, 300, 110))
            page.add_text_annot((90, 90), "catatan")
            page.add_freetext_annot(engine.Rect(72, 300, 300, 330), "teks")
            page.add_ink_annot([[(100, 100), (120, 130), (150, 110)]])
            page.add_stamp_annot(engine.Rect(200, 200, 300, 250), stamp=0)
        if change == "redacted":
            page.add_redact_annot(engine.Rect(72, 80, 300, 110))
            page.apply_redactions()
        if change == "field":
            widget = engine.Widget()
            widget.field_name, widget.field_type = "nama", engine.PDF_WIDGET_TYPE_TEXT
            widget.rect = engine.Rect(72, 300, 300, 330)
            page.add_widget(widget)
        if change == "incremental":
            page.insert_text((72, 400), "tambahan")
            pdf.saveIncr()
            return folder / "a.pdf"
        options = {"garbage": 4, "deflate": True} if change == "compact" else {}
        if change == "objects":
            options = {"use_objstms": 1}
        pdf.save(folder / "b.pdf", **options)
    return folder / "b.pdf"


for _change in ("plain", "notes", "redacted", "field", "incremental", "compact", "objects"):
    pymupdf.makes(f"pymupdf-{_change}")(partial(_mupdf, _change))

pypdfium2 = producer("PDFium (pypdfium2)", of_package("pypdfium2"))


@pypdfium2.makes("pdfium")
def _pdfium(folder: Path) -> Path:
    from pypdfium2 import PdfDocument

    new, old = PdfDocument.new(), PdfDocument(_source(folder))
    new.import_pages(old)
    new.new_page(300, 300)
    new.save(folder / "b.pdf")
    return folder / "b.pdf"
