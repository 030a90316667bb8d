"""What every file of the corpus says: an invented letter of an invented office."""

import html
import io
from pathlib import Path

TITLE = "Surat Pernyataan"
LINES = (
    "Yang bertanda tangan di bawah ini menyatakan bahwa seluruh berkas yang dilampirkan",
    "dalam usul kenaikan gaji berkala ini adalah benar dan dapat dipertanggungjawabkan.",
    "Apabila di kemudian hari pernyataan ini tidak benar, kami bersedia menanggung akibatnya.",
)
ROWS = (
    ("Nomor", "Uraian", "Jumlah"),
    *((str(n), f"Butir {n}", f"{n * 12_500}") for n in range(1, 9)),
)
LINK = "https://contoh.example/layanan"


def as_html(*, form: bool = False, style: str = "") -> str:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in ROWS)
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in LINES)
    fields = (
        '<form action=""><p>Nama <input type="text" name="nama"> Setuju <input type="checkbox"'
        ' name="setuju"> <select name="bulan"><option>Januari<option>Februari</select></p></form>'
    )
    return (
        f'<!DOCTYPE html><html lang="id"><head><meta charset="utf-8"><title>{TITLE}</title>'
        f"<style>td {{ border: 1px solid }} {style}</style></head><body><h1>{TITLE}</h1>{paragraphs}"
        f'<h2>Lampiran</h2><table>{rows}</table><p><a href="{LINK}">Laman layanan</a></p>'
        f"{fields if form else ''}</body></html>"
    )


def as_csv() -> str:
    return "\n".join(";".join(row) for row in ROWS) + "\n"


def as_tex(packages: str = "", body: str = "") -> str:
    return (
        "\\documentclass[a4paper]{article}\n" + packages + "\n\\begin{document}\n"
        f"\\section{{{TITLE}}}\n" + "\n\n".join(LINES) + body + "\n\\end{document}\n"
    )


def as_troff() -> str:
    return f".TH SURAT 1\n.SH {TITLE}\n" + "\n.PP\n".join(LINES) + "\n"


def as_text() -> str:
    return "\n".join((TITLE, "", *LINES, "", *("\t".join(row) for row in ROWS))) + "\n"


def as_svg() -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><defs><linearGradient'
        ' id="g"><stop offset="0" stop-color="navy"/><stop offset="1" stop-color="white"/>'
        '</linearGradient></defs><rect width="300" height="200" fill="url(#g)"/>'
        f'<text x="20" y="60" font-size="20">{TITLE}</text></svg>'
    )


def as_postscript() -> str:
    shown = "".join(f"72 {700 - 20 * n} moveto ({line}) show\n" for n, line in enumerate(LINES))
    return f"%!PS-Adobe-3.0\n/Helvetica findfont 11 scalefont setfont\n{shown}showpage\n"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def scanned(
    folder: Path, name: str, *, mode: str = "L", size: tuple[int, int] = (620, 877)
) -> Path:
    """Draw the letter as a picture, as a scanner sees it."""
    from PIL import Image, ImageDraw

    picture = Image.new("L", size, 255)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate((TITLE, *LINES)):
        pen.text((40, 60 + 22 * number), line, fill=0)
    out = io.BytesIO()
    options = {"compression": "group4"} if name.endswith(".tif") and mode == "1" else {}
    picture.convert(mode).save(
        out, dpi=(75, 75), format=_FORMATS[name.rpartition(".")[2]], **options
    )
    return write(folder, name, out.getvalue())


_FORMATS = {
    "png": "PNG",
    "jpg": "JPEG",
    "tif": "TIFF",
    "jp2": "JPEG2000",
    "gif": "GIF",
    "pdf": "PDF",
}
