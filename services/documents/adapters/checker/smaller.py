"""Makes a PDF small enough: first what costs nothing, then the resolution of its pictures."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pikepdf import Name, Object, ObjectStreamMode, Pdf, Stream

from services.documents.adapters.checker.placing import Number, Placed, placed_pictures
from services.documents.adapters.checker.recoding import STEPS, Recoded, most_saved, recodings
from services.documents.adapters.checker.signatures import dictionaries

_ARCHIVE_FORMAT = b"pdfaid"


@dataclass(frozen=True)
class Smaller:
    """The smaller file, and what became of its pictures: none when packing alone was enough."""

    content: bytes
    pictures: int = 0
    dpi_before: int = 0
    dpi_after: int = 0
    changed_pages: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Change:
    placed: Placed
    recoded: Recoded


def make_smaller(pdf: Pdf, *, max_bytes: int) -> Smaller | None:
    """Return the file in at most `max_bytes` with the best pictures that fit; None if none do."""
    share_equal_streams(pdf)
    packed = saved(pdf)
    if len(packed) <= max_bytes:
        return Smaller(packed)
    pictures = list(placed_pictures(pdf).values())
    steps = [recodings(pdf, placed) for placed in pictures]
    for number in range(len(STEPS)):
        changes = [
            _Change(placed, recoded)
            for placed, made in zip(pictures, steps, strict=True)
            if (recoded := made[number])
        ]
        saving = sum(change.recoded.saves for change in changes)
        if changes and len(packed) - saving <= max_bytes:
            content = _changed(pdf, changes)
            if len(content) <= max_bytes:
                return _said(content, changes)
    return None


def could_be_smaller(pdf: Pdf, size: int, *, max_bytes: int) -> bool:
    """Tell, without making it, whether a file of `size` has enough in pictures to give."""
    if size - sum(map(most_saved, placed_pictures(pdf).values())) <= max_bytes:
        return True
    share_equal_streams(pdf)
    return len(saved(pdf)) <= max_bytes


def saved(pdf: Pdf) -> bytes:
    """Write the file packed as well as can be, without what nothing refers to."""
    metadata = pdf.Root.get("/Metadata")
    is_archive = isinstance(metadata, Stream) and _ARCHIVE_FORMAT in metadata.read_bytes()
    out = BytesIO()
    pdf.save(
        out,
        # The first archive format (PDF/A-1) knows no packed objects.
        object_stream_mode=ObjectStreamMode.preserve if is_archive else ObjectStreamMode.generate,
        compress_streams=True,
        recompress_flate=True,
        encryption=False,
    )
    return out.getvalue()


def share_equal_streams(pdf: Pdf) -> None:
    """Let pictures, fonts and forms that are in the file several times be there once."""
    first, same = dict[tuple[bytes, bytes], Object](), dict[Number, Object]()
    for stream in pdf.objects:
        if isinstance(stream, Stream) and _may_be_shared(stream):
            kept = first.setdefault(_identity(stream), stream)
            if kept.objgen != stream.objgen:
                same[stream.objgen] = kept
    if not same:
        return
    for entries in dictionaries(pdf):
        for key, value in list(entries.items()):
            if isinstance(value, Stream) and value.objgen in same:
                entries[key] = same[value.objgen]


def _may_be_shared(stream: Stream) -> bool:
    """Pages and annotations are known by their object; what they are drawn with is not."""
    return stream.get("/Subtype") in (Name.Image, Name.Form) or "/Length1" in stream


def _identity(stream: Stream) -> tuple[bytes, bytes]:
    words = b" ".join(
        str(key).encode() + b" " + _written(value) for key, value in sorted(stream.items())
    )
    return words, stream.read_raw_bytes()


def _written(value: Any) -> bytes:
    return value.unparse() if isinstance(value, Object) else repr(value).encode()


def _changed(pdf: Pdf, changes: list[_Change]) -> bytes:
    for change in changes:
        _replace(change.placed.picture, change.recoded)
    return saved(pdf)


def _replace(picture: Stream, recoded: Recoded) -> None:
    picture.write(recoded.jpeg, filter=Name.DCTDecode)
    picture.Width, picture.Height = recoded.size


def _said(content: bytes, changes: list[_Change]) -> Smaller:
    return Smaller(
        content,
        pictures=len(changes),
        dpi_before=round(max(change.placed.dpi for change in changes)),
        dpi_after=round(max(change.recoded.dpi for change in changes)),
        changed_pages=tuple(_strongest_first(changes)),
    )


def _strongest_first(changes: list[_Change]) -> Iterator[int]:
    shares = dict[int, float]()
    for change in changes:
        share = change.placed.dpi / change.recoded.dpi
        for page in change.placed.pages:
            shares[page] = max(shares.get(page, 0.0), share)
    yield from sorted(shares, key=lambda page: (-shares[page], page))
