"""Scanned pages for tests, drawn by Pillow: lines of letters on paper with a grain, as JPEG or raw."""

import zlib
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFont

from tests.builders.pdfs import PdfWriter

_INCHES = (8.27, 11.69)
_SPACES = {"L": "/DeviceGray", "RGB": "/DeviceRGB", "1": "/DeviceGray"}


@cache
def a_sheet(mode: str = "L", dpi: int = 300, seed: int = 1) -> Image.Image:
    """Return a page as a scanner sees it."""
    size = round(_INCHES[0] * dpi), round(_INCHES[1] * dpi)
    chance = Random(seed)
    grain = Image.frombytes("L", (400, 560), chance.randbytes(400 * 560))
    paper = grain.point(lambda value: 235 + value // 25).resize(size)
    draw = ImageDraw.Draw(paper)
    font = ImageFont.load_default(size=dpi // 6)
    for line in range(18):
        words = "".join(chance.choice("abcdefghij klmno") for _ in range(34))
        draw.text((dpi // 2, dpi // 2 + line * dpi // 2), words, fill=30, font=font)
    if mode == "RGB":
        coloured = Image.merge("RGB", (paper, paper, paper))
        ImageDraw.Draw(coloured).ellipse(
            (dpi * 4, dpi * 8, dpi * 6, dpi * 10), outline=(60, 40, 160), width=dpi // 20
        )
        return coloured
    return paper.convert("1", dither=Image.Dither.NONE) if mode == "1" else paper


def a_scan_of(
    mode: str = "L",
    *,
    pages: int = 2,
    dpi: int = 300,
    quality: int = 95,
    codec: str = "jpeg",
    trailer: str = "",
    entries: str = "",
) -> bytes:
    """Return a PDF with one picture per page, as a JPEG ("jpeg"), packed ("flate") or plain ("")."""
    writer = PdfWriter()
    root, tree = writer.add("null"), writer.add("null")
    kids = []
    for number in range(pages):
        picture = _picture(writer, a_sheet(mode, dpi, number + 1), quality, codec, entries)
        content = writer.stream(b"q 595.44 0 0 841.68 0 0 cm /Im0 Do Q")
        kids.append(
            writer.add(
                f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 595.44 841.68] "
                f"/Contents {content} 0 R /Resources << /XObject << /Im0 {picture} 0 R >> >> >>"
            )
        )
    refs = " ".join(f"{kid} 0 R" for kid in kids)
    writer.replace(tree, f"<< /Type /Pages /Count {pages} /Kids [{refs}] >>")
    writer.replace(root, f"<< /Type /Catalog /Pages {tree} 0 R {trailer} >>")
    return writer.write(root)


def _picture(writer: PdfWriter, image: Image.Image, quality: int, codec: str, entries: str) -> int:
    bits = 1 if image.mode == "1" else 8
    head = f"/Type /XObject /Subtype /Image /Width {image.width} /Height {image.height} "
    head += f"/BitsPerComponent {bits} /ColorSpace {_SPACES[image.mode]} {entries}"
    if codec == "jpeg":
        out = BytesIO()
        image.save(out, "JPEG", quality=quality)
        return writer.stream(out.getvalue(), f"{head} /Filter /DCTDecode")
    if codec == "flate":
        return writer.stream(zlib.compress(image.tobytes(), 1), f"{head} /Filter /FlateDecode")
    return writer.stream(image.tobytes(), head)
