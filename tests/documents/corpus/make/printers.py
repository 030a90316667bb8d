"""Printer drivers, converters and the tools that take PDF files apart and put them together."""

from functools import partial
from pathlib import Path

from tests.documents.corpus.make import text
from tests.documents.corpus.make.running import producer, run, said_by

ghostscript = producer("Ghostscript", said_by("gs", "--version"))


def _pdfwrite(flags: tuple[str, ...], folder: Path) -> Path:
    text.write(folder, "a.ps", text.as_postscript())
    run(
        "gs",
        "-q",
        "-dNOPAUSE",
        "-dBATCH",
        "-sDEVICE=pdfwrite",
        *flags,
        "-sOutputFile=a.pdf",
        "a.ps",
        folder=folder,
    )
    return folder / "a.pdf"


for _level in ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "2.0"):
    ghostscript.makes(f"ghostscript-{_level}")(
        partial(_pdfwrite, (f"-dCompatibilityLevel={_level}",))
    )
for _setting in ("screen", "ebook", "printer", "prepress"):
    ghostscript.makes(f"ghostscript-{_setting}")(
        partial(_pdfwrite, (f"-dPDFSETTINGS=/{_setting}",))
    )
ghostscript.makes("ghostscript-pdfa")(
    partial(_pdfwrite, ("-dPDFA=2", "-dPDFACompatibilityPolicy=1", "-sColorConversionStrategy=RGB"))
)
ghostscript.makes("ghostscript-ascii")(
    partial(_pdfwrite, ("-dASCII85EncodePages=true", "-dCompressFonts=false"))
)
ghostscript.makes("ghostscript-bare")(
    partial(_pdfwrite, ("-dCompressPages=false", "-dCompressStreams=false"))
)
ghostscript.makes("ghostscript-linear")(partial(_pdfwrite, ("-dFastWebView=true",)))
for _revision, _length in ((2, 40), (3, 128)):
    ghostscript.makes(f"ghostscript-encrypted-{_revision}")(
        partial(
            _pdfwrite,
            ("-sOwnerPassword=pemilik", f"-dEncryptionR={_revision}", f"-dKeyLength={_length}"),
        )
    )


def _device(device: str, flags: tuple[str, ...], folder: Path) -> Path:
    text.write(folder, "a.ps", text.as_postscript())
    run(
        "gs",
        "-q",
        "-dNOPAUSE",
        "-dBATCH",
        "-r72",
        f"-sDEVICE={device}",
        *flags,
        "-sOutputFile=a.pdf",
        "a.ps",
        folder=folder,
    )
    return folder / "a.pdf"


for _device_name in ("pdfimage8", "pdfimage24", "pdfimage32", "pclm", "pclm8", "ps2write"):
    if _device_name != "ps2write":
        ghostscript.makes(f"ghostscript-{_device_name}")(partial(_device, _device_name, ()))
ghostscript.makes("ghostscript-pdfimage24-jpeg")(
    partial(_device, "pdfimage24", ("-sCompression=JPEG",))
)
ghostscript.makes("ghostscript-pdfimage8-lzw")(
    partial(_device, "pdfimage8", ("-sCompression=LZW",))
)
ghostscript.makes("ghostscript-pdfimage8-rle")(
    partial(_device, "pdfimage8", ("-sCompression=RLE",))
)

enscript = producer("GNU Enscript and Ghostscript", said_by("enscript", "--version"))
a2ps = producer("GNU a2ps and Ghostscript", said_by("a2ps", "--version"))


def _of_text(command: tuple[str, ...], folder: Path) -> Path:
    text.write(folder, "a.txt", text.as_text())
    run(*command, "a.txt", folder=folder)
    run("ps2pdf", "a.ps", folder=folder)
    return folder / "a.pdf"


enscript.makes("enscript")(partial(_of_text, ("enscript", "-q", "-p", "a.ps")))
enscript.makes("enscript-landscape")(partial(_of_text, ("enscript", "-q", "-r2", "-p", "a.ps")))
a2ps.makes("a2ps")(partial(_of_text, ("a2ps", "-q", "-o", "a.ps")))

cups = producer("CUPS filters", said_by("dpkg-query", "-W", "cups-filters"))


def _filtered(program: str, source: str, folder: Path) -> Path:
    made = run(
        f"/usr/lib/cups/filter/{program}",
        "1",
        "a",
        "surat",
        "1",
        "",
        folder=folder,
        stdin=source.encode(),
    )
    return text.write(folder, "a.pdf", made)


cups.makes("cups-text")(partial(_filtered, "texttopdf", text.as_text()))


@cups.makes("cups-two-on-a-page")
def _cups_pdf(folder: Path) -> Path:
    source = _pdfwrite((), folder)
    made = run(
        "/usr/lib/cups/filter/pdftopdf",
        "1",
        "a",
        "surat",
        "1",
        "number-up=2",
        source,
        folder=folder,
    )
    return text.write(folder, "b.pdf", made)


poppler = producer("poppler", said_by("pdfinfo", "-v"))
qpdf = producer("QPDF", said_by("qpdf", "--version"))
mupdf = producer("MuPDF", said_by("mutool", "-v"))
pdftk = producer("pdftk-java", said_by("pdftk", "--version"))


def _reworked(command: tuple[str, ...], folder: Path) -> Path:
    _pdfwrite(("-dCompatibilityLevel=1.5",), folder)
    run(*command, folder=folder)
    return folder / "b.pdf"


poppler.makes("pdftocairo")(partial(_reworked, ("pdftocairo", "-pdf", "a.pdf", "b.pdf")))
poppler.makes("pdfunite")(partial(_reworked, ("pdfunite", "a.pdf", "a.pdf", "b.pdf")))
poppler.makes("pdfseparate")(
    partial(_reworked, ("pdfseparate", "-f", "1", "-l", "1", "a.pdf", "b.pdf"))
)
for _name, _flags in {
    "plain": (),
    "linearized": ("--linearize",),
    "object-streams": ("--object-streams=generate",),
    "no-object-streams": ("--object-streams=disable",),
    "uncompressed": ("--stream-data=uncompress",),
    "qdf": ("--qdf",),
    "newline": ("--newline-before-endstream",),
    "coalesced": ("--coalesce-contents",),
    "rotated": ("--rotate=+90",),
    "version-2.0": ("--force-version=2.0",),
    "version-1.1": ("--force-version=1.1", "--object-streams=disable"),
    "encrypted-40": ("--allow-weak-crypto", "--encrypt", "", "pemilik", "40", "--"),
    "encrypted-128": (
        "--allow-weak-crypto",
        "--encrypt",
        "",
        "pemilik",
        "128",
        "--use-aes=n",
        "--",
    ),
    "encrypted-128-aes": ("--encrypt", "", "pemilik", "128", "--use-aes=y", "--"),
    "encrypted-128-open-metadata": (
        "--encrypt",
        "",
        "pemilik",
        "128",
        "--use-aes=y",
        "--cleartext-metadata",
        "--",
    ),
    "encrypted-256": ("--encrypt", "", "pemilik", "256", "--"),
    "encrypted-256-no-print": (
        "--encrypt",
        "",
        "pemilik",
        "256",
        "--print=none",
        "--modify=none",
        "--",
    ),
    "encrypted-r5": ("--encrypt", "", "pemilik", "256", "--force-R5", "--"),
    "encrypted-linearized": ("--linearize", "--encrypt", "", "pemilik", "256", "--"),
}.items():
    _ahead = tuple(flag for flag in _flags if flag in ("--allow-weak-crypto", "--linearize"))
    _rest = tuple(flag for flag in _flags if flag not in _ahead)
    qpdf.makes(f"qpdf-{_name}")(partial(_reworked, ("qpdf", *_ahead, "a.pdf", *_rest, "b.pdf")))
for _name, _command in {
    "clean": ("clean", "a.pdf", "b.pdf"),
    "clean-garbage": ("clean", "-gggg", "-z", "a.pdf", "b.pdf"),
    "clean-ascii": ("clean", "-a", "-d", "a.pdf", "b.pdf"),
    "clean-linear": ("clean", "-l", "a.pdf", "b.pdf"),
    "clean-encrypted": ("clean", "-E", "aes-256", "-O", "pemilik", "a.pdf", "b.pdf"),
    "merge": ("merge", "-o", "b.pdf", "a.pdf", "a.pdf"),
    "poster": ("poster", "-x", "2", "a.pdf", "b.pdf"),
    "convert": ("convert", "-o", "b.pdf", "a.pdf"),
}.items():
    mupdf.makes(f"mutool-{_name}")(partial(_reworked, ("mutool", *_command)))
pdftk.makes("pdftk-cat")(partial(_reworked, ("pdftk", "a.pdf", "a.pdf", "cat", "output", "b.pdf")))
pdftk.makes("pdftk-encrypted")(
    partial(
        _reworked, ("pdftk", "a.pdf", "output", "b.pdf", "owner_pw", "pemilik", "allow", "Printing")
    )
)
pdftk.makes("pdftk-uncompressed")(
    partial(_reworked, ("pdftk", "a.pdf", "output", "b.pdf", "uncompress"))
)

tiff = producer("LibTIFF's tiff2pdf", said_by("tiffinfo", "-v"))
tesseract = producer("Tesseract", said_by("tesseract", "--version"))
ocrmypdf = producer("OCRmyPDF", said_by("ocrmypdf", "--version"))
rsvg = producer("librsvg and cairo", said_by("rsvg-convert", "--version"))
gnuplot = producer("gnuplot and cairo", said_by("gnuplot", "--version"))
graphviz = producer("Graphviz and cairo", said_by("dot", "-V"))


def _of_picture(command: tuple[str, ...], name: str, mode: str, folder: Path) -> Path:
    text.scanned(folder, name, mode=mode)
    run(*command, folder=folder)
    return folder / "b.pdf"


for _name, _flags, _mode in (("zip", ("-z",), "L"), ("jpeg", ("-j",), "RGB"), ("fax", (), "1")):
    tiff.makes(f"tiff2pdf-{_name}")(
        partial(_of_picture, ("tiff2pdf", *_flags, "-o", "b.pdf", "a.tif"), "a.tif", _mode)
    )
tesseract.makes("tesseract")(partial(_of_picture, ("tesseract", "a.png", "b", "pdf"), "a.png", "L"))
tesseract.makes("tesseract-text-only")(
    partial(_of_picture, ("tesseract", "a.png", "b", "-c", "textonly_pdf=1", "pdf"), "a.png", "L")
)
for _kind in ("pdf", "pdfa-1", "pdfa-2", "pdfa-3"):
    ocrmypdf.makes(f"ocrmypdf-{_kind}")(
        partial(
            _of_picture,
            ("ocrmypdf", "-q", "--image-dpi", "150", "--output-type", _kind, "a.png", "b.pdf"),
            "a.png",
            "L",
        )
    )


@rsvg.makes("rsvg")
def _rsvg(folder: Path) -> Path:
    text.write(folder, "a.svg", text.as_svg())
    run("rsvg-convert", "-f", "pdf", "-o", "a.pdf", "a.svg", folder=folder)
    return folder / "a.pdf"


@gnuplot.makes("gnuplot-cairo")
def _gnuplot(folder: Path) -> Path:
    run(
        "gnuplot",
        "-e",
        "set term pdfcairo; set output 'a.pdf'; plot sin(x), x**2 with boxes",
        folder=folder,
    )
    return folder / "a.pdf"


@graphviz.makes("graphviz-cairo")
def _dot(folder: Path) -> Path:
    run(
        "dot",
        "-Tpdf",
        "-oa.pdf",
        folder=folder,
        stdin=b'digraph { Usul -> Verifikasi -> SK [label="3 hari"] }',
    )
    return folder / "a.pdf"
