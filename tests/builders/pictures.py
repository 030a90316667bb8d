"""Pictures as phones make them: a paper with words, taken by a camera that notes its place."""

import struct
import zlib
from functools import cache
from io import BytesIO
from random import Random
from typing import Any

import pillow_heif
from PIL import Image, ImageDraw

MAKER = "Kamera Contoh 9"
A_PLACE = (3, 42, 17)  # degrees, minutes, seconds
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825
_LATITUDE_REF, _LATITUDE = 1, 2


@cache
def a_photo(width: int = 1200, height: int = 1600, seed: int = 1) -> Image.Image:
    """A paper with lines and the grain of a sensor; its top left corner is red."""
    random = Random(seed)
    grain = Image.frombytes("RGB", (200, 200), random.randbytes(200 * 200 * 3))
    paper = Image.blend(Image.new("RGB", (200, 200), "white"), grain, 0.12).resize((width, height))
    draw = ImageDraw.Draw(paper)
    for line in range(20):
        y = height * (line + 2) // 24
        draw.text((width // 10, y), f"Surat {seed} baris {line} " * 4, fill="black")
    draw.rectangle((0, 0, width // 4, height // 4), fill="red")
    return paper


def exif(orientation: int = 1) -> Image.Exif:
    """What a camera notes: its maker, how it was held, and where it was."""
    noted = Image.Exif()
    noted[ORIENTATION] = orientation
    noted[MAKE] = MAKER
    noted.get_ifd(GPS).update({_LATITUDE_REF: "S", _LATITUDE: A_PLACE})
    return noted


def as_jpeg(image: Image.Image | None = None, orientation: int = 1, **options: Any) -> bytes:
    out = BytesIO()
    picture = image or a_photo()
    picture.save(out, "JPEG", **{"quality": 85, "exif": exif(orientation), **options})
    return out.getvalue()


def as_png(image: Image.Image | None = None, **options: Any) -> bytes:
    out = BytesIO()
    (image or a_photo()).save(out, "PNG", **options)
    return out.getvalue()


def as_heic(image: Image.Image | None = None, **options: Any) -> bytes:
    out = BytesIO()
    heif = pillow_heif.from_pillow(image or a_photo())
    heif.save(out, quality=80, exif=exif().tobytes(), **options)
    return out.getvalue()


def a_burst() -> bytes:
    """A JPEG with a second picture behind the first, as phones make of one release."""
    out = BytesIO()
    a_photo().save(out, "MPO", save_all=True, append_images=[a_photo(seed=2)], exif=exif())
    return out.getvalue()


def a_huge_png(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few bytes whose header promises billions of pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, content)
        for kind, content in (
            (b"IHDR", header),
            (b"IDAT", zlib.compress(b"\0" * 9)),
            (b"IEND", b""),
        )
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def a_huge_jpeg() -> bytes:
    """A small JPEG whose frame says 60,000 by 60,000."""
    small = as_jpeg(a_photo(64, 64))
    at = small.index(b"\xff\xc0") + 5
    return small[:at] + struct.pack(">HH", 60_000, 60_000) + small[at + 4 :]
