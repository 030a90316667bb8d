"""Pictures become a PDF: what is seen on its sheets, what stays behind, and what is refused."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from io import BytesIO
from math import ceil
from typing import Any, BinaryIO, TypeVar, cast

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageDraw, PngImagePlugin

from services.documents.adapters.checker.client import CheckerUnavailable, ProcessChecker
from services.documents.adapters.checker.inspection import inspect
from services.documents.adapters.checker.pictures import make_pdf
from services.documents.domain.limits import MAX_BYTES, MEBIBYTE, InspectionLimits
from services.documents.domain.pictures import MOST_PICTURES
from tests.builders.later import Later
from tests.builders.pictures import (
    MAKER,
    a_burst,
    a_huge_jpeg,
    a_huge_png,
    a_photo,
    as_heic,
    as_jpeg,
    as_png,
)

T = TypeVar("T")
LIMITS = InspectionLimits()
A4 = (596, 842)
TURN = Image.Transpose
# How a sensor's lines lie when the camera was held so that this orientation stands it upright.
AS_HELD = {
    2: TURN.FLIP_LEFT_RIGHT,
    3: TURN.ROTATE_180,
    4: TURN.FLIP_TOP_BOTTOM,
    5: TURN.TRANSPOSE,
    6: TURN.ROTATE_90,
    7: TURN.TRANSVERSE,
    8: TURN.ROTATE_270,
}
KINDS = Later({"jpeg": as_jpeg, "png": as_png, "heic": as_heic})


def made(
    *pictures: bytes, max_bytes: int = MAX_BYTES, rotate: list[int] | None = None
) -> tuple[dict[str, Any], bytes]:
    output = BytesIO()
    asked = {"max_bytes": max_bytes, "rotate": rotate or [0] * len(pictures)}
    said = make_pdf([BytesIO(picture) for picture in pictures], asked, output, LIMITS)
    return said, output.getvalue()


def a_pdf_of(*pictures: bytes, **asked: Any) -> bytes:
    said, pdf = made(*pictures, **asked)
    assert said["code"] == "", said
    return pdf


def seen(pdf: bytes, page: int = 0) -> Image.Image:
    """Draw a page as a reader sees it, a pixel a point."""
    with pypdfium2.PdfDocument(pdf) as document:
        return cast(Image.Image, document[page].render(scale=1).to_pil().convert("RGB"))


def red_corner(page: Image.Image) -> str:
    """Say in which corner the mark of `a_photo` is."""
    across, down = page.width // 8, page.height // 8
    corners = {
        "top left": (across, down),
        "top right": (page.width - across, down),
        "bottom right": (page.width - across, page.height - down),
        "bottom left": (across, page.height - down),
    }
    marked = [name for name, at in corners.items() if _is_red(page.getpixel(at))]
    assert len(marked) == 1, marked
    return marked[0]


def _is_red(pixel: Any) -> bool:
    return pixel[0] > 180 and pixel[1] < 90 and pixel[2] < 90


@dataclass
class Kept:
    """A picture as it stands in the PDF."""

    data: bytes
    width: int


def pictures_in(pdf: bytes) -> list[Kept]:
    with pikepdf.open(BytesIO(pdf)) as document:
        streams = [page.obj.Resources.XObject.Picture for page in document.pages]
        return [Kept(each.read_raw_bytes(), int(each.Width)) for each in streams]


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_of_each_kind_becomes_a_sheet_that_the_gate_takes(kind: str):
    pdf = a_pdf_of(KINDS[kind])

    assert red_corner(seen(pdf)) == "top left"
    assert seen(pdf).size == A4
    assert inspect(BytesIO(pdf), LIMITS).code == ""


def test_sheets_come_in_the_order_asked_for_and_lie_across_where_the_picture_does():
    pdf = a_pdf_of(as_jpeg(), as_jpeg(a_photo(1600, 1200)), as_png(a_photo(800, 800)))

    with pypdfium2.PdfDocument(pdf) as document:
        sizes = [tuple(map(ceil, page.get_size())) for page in document]
    assert sizes == [A4, A4[::-1], A4]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright_however_the_phone_was_held(orientation: int):
    held = AS_HELD.get(orientation)
    stored = a_photo() if held is None else a_photo().transpose(held)

    page = seen(a_pdf_of(as_jpeg(stored, orientation)))

    assert page.size == A4
    assert red_corner(page) == "top left"
    difference = ImageChops.difference(page, seen(a_pdf_of(as_jpeg())))
    assert max(extreme for _, extreme in difference.resize((60, 84)).getextrema()) < 60


@pytest.mark.parametrize(
    ("degrees", "corner"),
    [(0, "top left"), (90, "top right"), (180, "bottom right"), (270, "bottom left")],
)
def test_a_person_turns_a_picture_clockwise_on_top_of_that(degrees: int, corner: str):
    sideways = as_jpeg(a_photo().transpose(AS_HELD[6]), 6)

    for picture in (as_jpeg(), sideways, KINDS["heic"]):
        page = seen(a_pdf_of(picture, rotate=[degrees]))
        assert red_corner(page) == corner
        assert (page.width > page.height) == (degrees in (90, 270))


def test_a_photo_that_needs_no_change_is_not_coded_again():
    original = as_jpeg()

    copied = pictures_in(a_pdf_of(original))[0].data

    assert copied[copied.index(b"\xff\xda") :] == original[original.index(b"\xff\xda") :]
    assert not ImageChops.difference(
        Image.open(BytesIO(copied)), Image.open(BytesIO(original))
    ).getbbox()


def noted_words() -> PngImagePlugin.PngInfo:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", MAKER)
    words.add_itxt("XML:com.adobe.xmp", MAKER)
    return words


def noted_jpeg() -> bytes:
    return as_jpeg(comment=MAKER.encode(), xmp=f"<x>{MAKER}</x>".encode())


# Pictures that name their camera in each place where one can.
NOTED = Later(
    {
        "jpeg": noted_jpeg,
        "jpeg with a profile": lambda: as_jpeg(icc_profile=f"an ICC profile by {MAKER}".encode()),
        "jpeg with bytes behind it": lambda: noted_jpeg() + MAKER.encode(),
        "jpeg coded anew": lambda: as_jpeg(a_photo(5000, 3000), comment=MAKER.encode()),
        "png": lambda: as_png(pnginfo=noted_words()),
        "png with exif": lambda: as_png(exif=f"Exif\0\0MM\0*\0\0\0\x08\0\0{MAKER}".encode()),
        "png with a palette": lambda: as_png(a_photo().convert("P"), pnginfo=noted_words()),
        "heic": lambda: KINDS["heic"],
    }
)


@pytest.mark.parametrize("kind", NOTED)
def test_neither_place_nor_camera_gets_into_the_pdf(kind: str):
    assert MAKER.encode() in NOTED[kind]

    pdf = a_pdf_of(NOTED[kind])

    for written in (pdf, *(kept.data for kept in pictures_in(pdf))):
        assert MAKER.encode() not in written
        assert b"Exif" not in written
    with pikepdf.open(BytesIO(pdf)) as document:
        assert "/Info" not in document.trailer
        assert "/Metadata" not in document.Root


def test_the_second_picture_behind_a_photo_stays_behind():
    pdf = a_pdf_of(a_burst())

    (kept,) = pictures_in(pdf)
    assert kept.data.count(b"\xff\xd9") == 1
    assert red_corner(seen(pdf)) == "top left"


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_pictures_make_the_same_bytes(kind: str):
    assert a_pdf_of(KINDS[kind], max_bytes=200_000) == a_pdf_of(KINDS[kind], max_bytes=200_000)


def a_screenshot() -> Image.Image:
    """Black words on white without any grain."""
    page = Image.new("RGB", (1080, 1500), "white")
    for line in range(40):
        ImageDraw.Draw(page).text(
            (60, 30 + 35 * line), f"Pasal {line} ayat satu " * 3, fill="black"
        )
    return page


def test_words_in_a_png_stay_sharp_to_the_pixel():
    shot = a_screenshot()

    with pikepdf.open(BytesIO(a_pdf_of(as_png(shot)))) as document:
        stream = document.pages[0].obj.Resources.XObject.Picture
        assert stream.Filter == pikepdf.Name.FlateDecode
        kept = pikepdf.PdfImage(stream).as_pil_image().convert("RGB")
    assert not ImageChops.difference(kept, shot).getbbox()


UNUSUAL = Later(
    {
        "black and white": lambda: as_png(a_screenshot().convert("1")),
        "grey": lambda: as_png(a_photo().convert("L")),
        "a palette": lambda: as_png(a_photo().convert("P")),
        "transparent": lambda: as_png(a_photo().convert("RGBA")),
        "grey and transparent": lambda: as_png(a_photo().convert("LA")),
        "a transparent colour": lambda: as_png(a_photo().convert("P"), transparency=3),
        "16 bits": lambda: as_png(Image.new("I;16", (600, 800), 40_000)),
        "printers' colours": lambda: as_jpeg(a_photo().convert("CMYK")),
        "grey photo": lambda: as_jpeg(a_photo().convert("L")),
        "progressive": lambda: as_jpeg(progressive=True),
        "several pictures": lambda: as_png(save_all=True, append_images=[a_photo(seed=3)]),
        "one pixel": lambda: as_png(Image.new("RGB", (1, 1), "red")),
        "a long strip": lambda: as_png(Image.new("RGB", (1, 3_000), "red")),
    }
)


@pytest.mark.parametrize("kind", UNUSUAL)
@pytest.mark.parametrize("max_bytes", [MAX_BYTES, 400_000])
def test_unusual_pictures_are_taken_too(kind: str, max_bytes: int):
    pdf = a_pdf_of(UNUSUAL[kind], max_bytes=max_bytes)

    assert len(pdf) <= max_bytes
    assert inspect(BytesIO(pdf), LIMITS).code == ""
    assert seen(pdf).size == A4


def test_paper_shows_through_what_is_transparent():
    clear = Image.new("RGBA", (600, 800), (200, 0, 0, 0))

    assert seen(a_pdf_of(as_png(clear))).getpixel((300, 400)) == (255, 255, 255)


def test_sixteen_bits_of_grey_keep_their_brightness():
    grey = seen(a_pdf_of(UNUSUAL["16 bits"])).getpixel((300, 400))

    assert all(abs(level - 40_000 // 257) <= 2 for level in cast(tuple[int, ...], grey))


@pytest.mark.parametrize("max_bytes", [600_000, 300_000, 200_000])
def test_pictures_are_kept_as_finely_as_the_room_allows(max_bytes: int):
    photos = [as_jpeg(a_photo(3000, 4000, seed), quality=95) for seed in (1, 2)]

    said, pdf = made(*photos, max_bytes=max_bytes)

    assert said["code"] == ""
    assert len(pdf) <= max_bytes
    # The next finer step would not have fitted: most of the room is used.
    assert len(pdf) > max_bytes * 0.4
    inches = 210 / 25.4
    assert min(kept.width for kept in pictures_in(pdf)) / inches >= 149


def test_pictures_that_never_fit_are_refused_by_the_largest_one():
    small, large = as_jpeg(a_photo(600, 800)), as_jpeg(a_photo(3000, 4000))

    said, pdf = made(small, large, small, max_bytes=60_000)

    assert said == {"code": "pictures_do_not_fit", "picture": 2}
    assert pdf == b""


BAD = Later(
    {
        "no picture": lambda: b"%PDF-1.7 not a picture at all",
        "nothing": lambda: b"",
        "a cut photo": lambda: KINDS["jpeg"][:-2_000],
        "a photo without its end": lambda: KINDS["jpeg"][:-2],
        "a cut png": lambda: KINDS["png"][:-2_000],
        "a cut heic": lambda: KINDS["heic"][:-2_000],
        "only a header": lambda: KINDS["jpeg"][:40],
        "a heic header": lambda: KINDS["heic"][:40],
        "gif": lambda: b"GIF89a" + bytes(100),
    }
)


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_read_is_named_by_its_place(kind: str):
    said, pdf = made(KINDS["png"], BAD[kind], KINDS["jpeg"])

    assert said == {"code": "picture_not_readable", "picture": 2}
    assert pdf == b""


@pytest.mark.parametrize("bomb", [a_huge_png(), a_huge_jpeg()], ids=["png", "jpeg"])
def test_a_header_that_promises_billions_of_pixels_is_refused_unread(bomb: bytes):
    assert made(KINDS["jpeg"], bomb)[0] == {"code": "picture_too_large", "picture": 2}


def test_too_many_pictures_are_refused_from_the_first_beyond():
    said, _ = made(*[as_png(Image.new("L", (9, 9)))] * (MOST_PICTURES + 1))

    assert said == {"code": "too_many_pictures", "picture": MOST_PICTURES + 1}


@pytest.fixture(scope="module")
def checker() -> Iterator[ProcessChecker]:
    made = ProcessChecker()
    yield made
    made.close()


def combined(checker: ProcessChecker, *pictures: bytes) -> tuple[dict[str, Any], bytes]:
    """Have the real child do it, within its limits."""
    asked = {"max_bytes": MEBIBYTE, "rotate": [0] * len(pictures)}
    with ExitStack() as opened, tempfile.TemporaryFile() as output:
        files = [opened.enter_context(a_file(picture)) for picture in pictures]
        said, _ = checker.run(
            "combine", files, owner="somebody", arguments=asked, output=cast(BinaryIO, output)
        )
        output.seek(0)
        return said, output.read()


def a_file(content: bytes) -> BinaryIO:
    file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - gone with the test
    file.write(content)
    file.flush()
    return file


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="limits are the kernel's")


@linux_only
def test_the_child_makes_one_pdf_of_all_kinds(checker: ProcessChecker):
    said, pdf = combined(checker, *KINDS.values(), a_burst())

    assert (said["code"], said["pages"]) == ("", 4)
    assert len(pdf) <= MEBIBYTE
    assert [red_corner(seen(pdf, page)) for page in range(4)] == ["top left"] * 4


@linux_only
@pytest.mark.parametrize("bomb", [a_huge_png(), a_huge_jpeg()], ids=["png", "jpeg"])
def test_a_bomb_costs_the_child_nothing(checker: ProcessChecker, bomb: bytes):
    assert combined(checker, bomb)[0] == {"code": "picture_too_large", "picture": 1}


def patiently(work: Callable[[], T]) -> T:
    """Do it again while the machine is busy, as whoever sends a file does."""
    for _ in range(9):
        with suppress(CheckerUnavailable):
            return work()
    return work()


@linux_only
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["jpeg", "progressive", "png", "heic"])
def test_the_largest_photos_of_phones_pass_within_the_childs_memory(
    checker: ProcessChecker, kind: str
):
    largest = Image.new("RGB", (9_248, 6_936), "white")  # 64 megapixels
    picture = {
        "jpeg": lambda: as_jpeg(largest),
        "progressive": lambda: as_jpeg(largest, progressive=True),
        "png": lambda: as_png(largest.convert("RGBA"), compress_level=1),
        "heic": lambda: as_heic(largest.resize((8_064, 6_048))),  # 48 megapixels
    }[kind]()

    said, pdf = patiently(lambda: combined(checker, picture))

    assert said["code"] == "", said
    assert seen(pdf).size == A4[::-1]
