"""One picture from a phone: opened, bounded, and drawn at a step. Only in a limited child process.

Nothing of a picture but its picture goes on: the place and time that cameras note stay behind.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from typing import BinaryIO

from pi_heif import register_heif_opener
from pikepdf import Name
from PIL import Image, MpoImagePlugin  # noqa: F401 - a child opens no files: all plug-ins now

from services.documents.adapters.checker.plain_jpeg import plain_jpeg
from services.documents.adapters.checker.plain_png import drawn_from_png
from services.documents.adapters.checker.sheets import (
    Drawn,
    Stance,
    dots_per_inch,
)
from services.documents.domain.pictures import (
    HEAD,
    HEIC,
    JPEG,
    MOST_PIXELS,
    PNG,
    STEPS,
    Step,
    picture_type,
)

# One thread: each further one would want room of its own within the child's memory.
register_heif_opener(thumbnails=False, aux_images=False, depth_images=False, decode_threads=1)
Image.preinit()
Image.MAX_IMAGE_PIXELS = None  # bounded below, and clearly

_PLUGINS = {JPEG: "JPEG", PNG: "PNG", HEIC: "HEIF"}
_ORIENTATION = 0x0112
# Finer than this on its sheet, a picture is coded anew: nobody sees or prints more.
_FINEST = 400
# A PNG beyond it is a photo, which lossless packing cannot make small.
_MOST_LOSSLESS = 3 * 1_048_576
_CHECKED_AT = (512, 512)
_SPACES = {"L": Name.DeviceGray, "RGB": Name.DeviceRGB}
_GREY = ("1", "L")


class PictureFault(Exception):
    """The picture cannot be taken; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Picture:
    """A picture whose header was read, and how it is to stand on its sheet."""

    file: BinaryIO
    kind: str
    size: tuple[int, int]
    stance: Stance

    @classmethod
    def read(cls, file: BinaryIO, rotate: int) -> "Picture":
        """Read a header. Raises `PictureFault`."""
        file.seek(0)
        kind = picture_type(file.read(HEAD))
        if kind is None:
            raise PictureFault("picture_not_readable")
        image = _opened(file, kind)
        if not 0 < image.width * image.height <= MOST_PIXELS:
            raise PictureFault("picture_too_large")
        # A HEIC turns itself when it is decoded; what its Exif says was meant for others.
        orientation = 1 if kind == HEIC else _orientation(image)
        return cls(file, kind, image.size, Stance.of(orientation, rotate))

    def at(self, steps: Iterable[Step]) -> Iterator[tuple[Step, Drawn]]:
        """Draw the picture at each step, from the finest on. Raises `PictureFault`."""
        try:
            yield from self._at(steps)
        except MemoryError:
            raise PictureFault("picture_too_large") from None
        except Exception:  # noqa: BLE001 - a codec may raise anything for a hostile file
            raise PictureFault("picture_not_readable") from None

    def _at(self, steps: Iterable[Step]) -> Iterator[tuple[Step, Drawn]]:
        kept, image = self._kept(), None
        for step in steps:
            if kept is not None and self.kind == JPEG and step == STEPS[0]:
                yield step, kept
                continue
            image = _fitted(self._decoded(step) if image is None else image, step)
            coded = _as_jpeg(image, step)
            yield step, coded if kept is None or len(coded.data) < len(kept.data) else kept

    def _kept(self) -> Drawn | None:
        """Return the picture without loss where that is possible and sensible."""
        if dots_per_inch(self.size) > _FINEST:
            return None
        if self.kind == JPEG:
            return self._plain()
        if self.kind == PNG and self.file.seek(0, SEEK_END) <= _MOST_LOSSLESS:
            return self._lossless()
        return None

    def _plain(self) -> Drawn | None:
        self.file.seek(0)
        data = plain_jpeg(self.file.read())
        if data is None:
            return None
        image = _opened(BytesIO(data), JPEG)
        size = image.size
        image.draft(image.mode, _CHECKED_AT)  # all of the data is read, little of it unpacked
        image.load()
        return _drawn(data, size, image.mode)

    def _lossless(self) -> Drawn:
        """Pack a PNG anew: text and drawings are smaller than as a JPEG, and sharp."""
        image = _opened(self.file, PNG)
        packed = BytesIO()
        keeps_its_mode = image.mode in (*_GREY, "P", "RGB") and not image.has_transparency_data
        (image if keeps_its_mode else _flat(image)).save(packed, "PNG")
        return drawn_from_png(packed.getvalue())

    def _decoded(self, step: Step) -> Image.Image:
        image = _opened(self.file, self.kind)
        if self.kind == JPEG:
            # The codec itself leaves out what no step shows: most of the time and memory.
            image.draft(image.mode, _size_at(image.size, step))
        image.load()
        return image


def _opened(file: BinaryIO, kind: str) -> Image.Image:
    file.seek(0)
    try:
        return Image.open(file, formats=(_PLUGINS[kind],))
    except Exception:  # noqa: BLE001 - a codec may raise anything for a hostile file
        raise PictureFault("picture_not_readable") from None


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - what cannot be read says nothing
        return 1


def _size_at(size: tuple[int, int], step: Step) -> tuple[int, int]:
    """Return a size at most as fine as the step on a sheet of A4."""
    share = min(1.0, step.dpi / dots_per_inch(size))
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))


def _fitted(image: Image.Image, step: Step) -> Image.Image:
    """Make a picture as small as the step, grey or RGB; paper shows through what is transparent."""
    image, size = _resizable(image), _size_at(image.size, step)
    if size != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _flat(image)


def _resizable(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits; a plain conversion would cut instead of scale
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("P", "PA"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _flat(image: Image.Image) -> Image.Image:
    image = _resizable(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        return paper
    return image if image.mode in _SPACES else image.convert("RGB")


def _as_jpeg(image: Image.Image, step: Step) -> Drawn:
    coded = BytesIO()
    image.info.clear()  # or the comment of the original would be written again
    image.save(coded, "JPEG", quality=step.quality, optimize=True)
    return _drawn(coded.getvalue(), image.size, image.mode)


def _drawn(jpeg: bytes, size: tuple[int, int], mode: str) -> Drawn:
    return Drawn(jpeg, size, _SPACES[mode], Name.DCTDecode)
