"""A scanner's best quality is let in however its samples are packed, and is never unpacked whole."""

import io
import random
import re
import zlib
from collections.abc import Callable
from functools import cache

import pytest
from PIL import Image

from services.documents.adapters.checker import inspection
from services.documents.adapters.checker.filters import Filter
from services.documents.adapters.checker.samples import count_samples
from services.documents.adapters.checker.verdict import Unsuitable, Verdict
from services.documents.domain.limits import InspectionLimits
from tests.builders.pdfs import PdfWriter

LIMITS = InspectionLimits()
BEST = (4_960, 7_016)  # A4 at 600 dpi
ENDLESS = 1 << 40


def run_lengths(samples: bytes) -> bytes:
    """Pack runs of one byte, of at most 128, and what is none as it is."""
    runs = re.finditer(rb"(.)\1{1,127}|.", samples, re.DOTALL)
    return b"".join(_run(found[0]) for found in runs) + b"\x80"


def _run(run: bytes) -> bytes:
    return bytes([257 - len(run), run[0]]) if len(run) > 1 else bytes([0, run[0]])


def lzw(samples: bytes) -> bytes:
    """Let Pillow write a TIFF of one strip, whose LZW is that of a PDF."""
    written = io.BytesIO()
    mode, length = ("L", len(samples)) if len(samples) % 3 else ("RGB", len(samples) // 3)
    Image.frombytes(mode, (1, length), samples).save(
        written, "TIFF", compression="tiff_lzw", tiffinfo={278: length}
    )
    with Image.open(written) as tiff:
        start, length = tiff.tag_v2[273][0], tiff.tag_v2[279][0]
    return written.getvalue()[start : start + length]


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "/FlateDecode": zlib.compress,
    "/RunLengthDecode": run_lengths,
    "/LZWDecode": lzw,
}
MIXED = random.Random(1).randbytes(9_000) + bytes(30_000) + b"surat " * 5_000


@cache
def white(packing: str) -> bytes:
    return PACKED[packing](bytes(BEST[0] * BEST[1] * 3))


@pytest.fixture(autouse=True, scope="module")
def library_limits() -> None:
    inspection.set_library_limits(LIMITS)


def a_picture(packing: str, data: bytes, *, pages: int, size: tuple[int, int] = BEST) -> Verdict:
    """Judge a file of pages with a coloured picture each."""
    writer = PdfWriter()
    root, tree = writer.add("null"), writer.add("null")
    entries = "/Type /XObject /Subtype /Image /BitsPerComponent 8 /ColorSpace /DeviceRGB"
    entries += f" /Width {size[0]} /Height {size[1]} /Filter {packing}"
    kids = []
    for _ in range(pages):
        picture = writer.stream(data, entries)
        parts = f"/Resources << /XObject << /P {picture} 0 R >> >> /MediaBox [0 0 595 842]"
        kids.append(writer.add(f"<< /Type /Page /Parent {tree} 0 R {parts} >>"))
    named = " ".join(f"{kid} 0 R" for kid in kids)
    writer.replace(tree, f"<< /Type /Pages /Count {pages} /Kids [{named}] >>")
    writer.replace(root, f"<< /Type /Catalog /Pages {tree} 0 R >>")
    return inspection.inspect(io.BytesIO(writer.write(root)), LIMITS)


@pytest.mark.parametrize("packing", PACKED)
@pytest.mark.parametrize("samples", [b"a", bytes(100_000), MIXED], ids=["one", "zeros", "mixed"])
def test_what_comes_out_is_counted_to_the_byte(packing: str, samples: bytes):
    told = Filter(packing, {})

    assert count_samples(told, PACKED[packing](samples), ENDLESS) == len(samples)


@pytest.mark.parametrize("packing", PACKED)
def test_a_page_in_the_best_quality_is_let_in_however_packed(packing: str):
    assert a_picture(packing, white(packing), pages=1).code == ""


def test_a_letter_of_a_dozen_pages_in_the_best_quality_is_let_in():
    assert a_picture("/FlateDecode", white("/FlateDecode"), pages=12).pages == 12


@pytest.mark.parametrize("packing", PACKED)
def test_more_samples_than_the_picture_has_are_a_bomb(packing: str):
    bomb = PACKED[packing](bytes(LIMITS.stream_bytes + 2))

    found = a_picture(packing, bomb, pages=1, size=(8, 8))

    assert (found.code, found.places[0].page) == ("document_too_complex", 1)


@pytest.mark.parametrize(
    ("packing", "data"),
    [("/LZWDecode", b"\x80\x3f\xff" * 9), ("/FlateDecode", b"\x78\x9c\xff" * 9)],
)
def test_what_does_not_unpack_is_damaged(packing: str, data: bytes):
    with pytest.raises(Unsuitable, match="document_damaged"):
        count_samples(Filter(packing, {}), data, ENDLESS)
