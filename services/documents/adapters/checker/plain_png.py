"""A PNG that was just written, as the stream of a PDF: both pack the lines of a picture alike."""

from collections.abc import Iterator

from pikepdf import Array, Dictionary, Name, String

from services.documents.adapters.checker.sheets import Drawn

_SIGNATURE = 8
_GREY, _RGB, _PALETTE = 0, 2, 3
_COMPONENTS = {_GREY: 1, _RGB: 3, _PALETTE: 1}
_BEST_PREDICTOR = 15


def drawn_from_png(png: bytes) -> Drawn:
    """Take lines and palette out of a PNG that is not interlaced and has no transparency."""
    parts = dict[bytes, bytes]()
    for kind, content in _chunks(png):
        parts[kind] = parts.get(kind, b"") + content
    header = parts[b"IHDR"]
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    bits, colours = header[8], header[9]
    parms = Dictionary(
        Predictor=_BEST_PREDICTOR,
        Colors=_COMPONENTS[colours],
        BitsPerComponent=bits,
        Columns=width,
    )
    space = _space(colours, parts.get(b"PLTE", b""))
    return Drawn(parts[b"IDAT"], (width, height), space, Name.FlateDecode, bits, parms)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = _SIGNATURE
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _space(colours: int, palette: bytes) -> Name | Array:
    if colours == _PALETTE:
        return Array([Name.Indexed, Name.DeviceRGB, len(palette) // 3 - 1, String(palette)])
    return Name.DeviceGray if colours == _GREY else Name.DeviceRGB
