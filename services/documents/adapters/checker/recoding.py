"""Makes one picture of a PDF smaller, in steps that all leave it legible."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, PdfError, Stream, StreamDecodeLevel
from PIL import Image, UnidentifiedImageError

from services.documents.adapters.checker.placing import Placed
from services.documents.domain.mends import FLOOR


@dataclass(frozen=True)
class Step:
    """A resolution in dots per inch and the JPEG quality that goes with it."""

    dpi: int
    quality: int


# From what nobody sees to the least at which small print and stamps are still read.
STEPS = (Step(300, 85), Step(200, 80), Step(FLOOR, 80), Step(FLOOR, 65))

_MODES = {1: "L", 3: "RGB"}
_PLAIN = {Name.DeviceGray: 1, Name.CalGray: 1, Name.DeviceRGB: 3, Name.CalRGB: 3}
_JPEG = {"/DCTDecode", "/DCT"}
_OTHER_CODECS = {"/JPXDecode", "/CCITTFaxDecode", "/CCF", "/JBIG2Decode"}
# A page is rarely scanned to the pixel: a picture this near the floor is at it.
_LOWEST = 0.98 * FLOOR
# A JPEG of a page with hardly anything on it takes this many bytes for each pixel.
_LEAST_PER_PIXEL = 0.02
# Below this share of its former size another picture is worth having.
_WORTH_IT = 0.9


@dataclass(frozen=True)
class Recoded:
    """A smaller JPEG for a picture, its resolution on the page, and the bytes that it saves."""

    jpeg: bytes
    size: tuple[int, int]
    dpi: float
    saves: int


def mode_of(picture: Stream) -> str | None:
    """Return "L" or "RGB" for a picture that may be made smaller, else None.

    Those of black and white only are small as they are and become illegible first; masks, palettes
    and printers' colours would not look the same.
    """
    if picture.get("/BitsPerComponent") != 8 or picture.get("/ImageMask"):
        return None
    if isinstance(picture.get("/Mask"), Array) or "/Matte" in _entries(picture.get("/SMask")):
        return None
    if "/ColorTransform" in _entries(picture.get("/DecodeParms")):
        return None
    return _MODES.get(_components(picture.get("/ColorSpace")))


def recodings(pdf: Pdf, placed: Placed) -> list[Recoded | None]:
    """Return what a picture becomes at each step; None where it stays as it is."""
    mode = mode_of(placed.picture) if placed.dpi >= _LOWEST else None
    image = _opened(pdf, placed, mode) if mode else None
    if image is None:
        return [None] * len(STEPS)
    made = list[Recoded | None]()
    for step in STEPS:
        image = _shrunk(image, _size_at(placed, step.dpi))
        made.append(_encoded(image, step, placed))
    return made


def most_saved(placed: Placed) -> int:
    """Return how many bytes a picture may save at the very most, without making it."""
    if placed.dpi < _LOWEST or not mode_of(placed.picture):
        return 0
    width, height = _size_at(placed, FLOOR)
    before = len(placed.picture.read_raw_bytes())
    return max(0, before - round(width * height * _LEAST_PER_PIXEL))


def _components(space: Any) -> int:
    if isinstance(space, Array) and len(space) > 1:
        if space[0] == Name.ICCBased and isinstance(space[1], Stream):
            count = space[1].get("/N")
            return count if isinstance(count, int) else 0
        space = space[0] if space[0] in (Name.CalGray, Name.CalRGB) else None
    return _PLAIN.get(space, 0) if isinstance(space, Name) else 0


def _entries(value: Any) -> Any:
    """Return a dictionary, or the ones of a list of them put together."""
    if isinstance(value, Array):
        return {key for one in value.as_list() if isinstance(one, Dictionary) for key in one}
    return value if isinstance(value, Dictionary | Stream) else ()


def _size_at(placed: Placed, dpi: int) -> tuple[int, int]:
    share = min(1.0, dpi / placed.dpi)
    width, height = int(placed.picture.Width), int(placed.picture.Height)
    return max(1, round(width * share)), max(1, round(height * share))


def _opened(pdf: Pdf, placed: Placed, mode: str) -> Image.Image | None:
    """Read a picture; None if it is not what its dictionary says, for then viewers differ."""
    picture = placed.picture
    size = int(picture.Width), int(picture.Height)
    names = _filters(picture)
    try:
        if names and names[-1] in _JPEG:
            return _jpeg(_before_the_last_filter(pdf, picture, names), size, mode, placed)
        if _OTHER_CODECS & set(names):
            return None
        raw = picture.read_bytes(StreamDecodeLevel.specialized)
        return Image.frombytes(mode, size, raw)
    except (PdfError, UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None


def _jpeg(data: bytes, size: tuple[int, int], mode: str, placed: Placed) -> Image.Image | None:
    image = Image.open(BytesIO(data), formats=("JPEG",))
    if (image.mode, image.size) != (mode, size):
        return None
    # The codec itself can leave out every second line: most of the time is saved.
    image.draft(mode, _size_at(placed, STEPS[0].dpi))
    image.load()
    return image


def _filters(picture: Stream) -> list[str]:
    value = picture.get("/Filter")
    names = value.as_list() if isinstance(value, Array) else [value]
    return [str(name) for name in names if isinstance(name, Name)]


def _before_the_last_filter(pdf: Pdf, picture: Stream, names: list[str]) -> bytes:
    raw = picture.read_raw_bytes()
    if len(names) == 1:
        return raw
    packed = pdf.make_stream(raw, Filter=Array([Name(name) for name in names[:-1]]))
    return packed.read_bytes(pikepdf.StreamDecodeLevel.specialized)


def _shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    if size[0] >= image.width or size[1] >= image.height:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _encoded(image: Image.Image, step: Step, placed: Placed) -> Recoded | None:
    """Write a picture as a JPEG; None if little is won by it."""
    out = BytesIO()
    image.save(out, "JPEG", quality=step.quality)
    jpeg, before = out.getvalue(), len(placed.picture.read_raw_bytes())
    dpi = placed.dpi * image.width / int(placed.picture.Width)
    is_worth_it = len(jpeg) < before * _WORTH_IT
    return Recoded(jpeg, image.size, dpi, before - len(jpeg)) if is_worth_it else None
