"""Draws a page as a picture, for eyes that compare. Runs only in a limited child process."""

from typing import BinaryIO

import pypdfium2 as pdfium
from PIL import Image

from services.documents.adapters.checker.verdict import Unsuitable

_QUALITY = 75
_MOST_TALL = 3


def draw_page(content: bytes, page: int, *, width: int, output: BinaryIO) -> tuple[int, int]:
    """Write a page (counted from 1) as a JPEG of a width in pixels; return the picture's size.

    Raises `Unsuitable` when there is no such page or it cannot be drawn.
    """
    picture = page_image(content, page, width=width)
    picture.save(output, "JPEG", quality=_QUALITY)
    return picture.size


def page_image(content: bytes, page: int, *, width: int) -> Image.Image:
    """Return a page as it is seen. Raises `Unsuitable` when it cannot be drawn."""
    try:
        with pdfium.PdfDocument(content) as document:
            if not 1 <= page <= len(document):
                raise Unsuitable("document_damaged")
            drawn = document[page - 1]
            across, down = drawn.get_size()
            # A strip of paper would be a picture without end.
            scale = min((width - 0.5) / across, _MOST_TALL * width / down)
            picture: Image.Image = drawn.render(scale=scale).to_pil().convert("RGB")
            return picture
    except (pdfium.PdfiumError, ZeroDivisionError, ValueError):
        raise Unsuitable("document_damaged") from None
