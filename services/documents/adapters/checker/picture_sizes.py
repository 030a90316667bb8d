"""How many pixels a picture has, by what the file says and by its own codec."""

from services.documents.adapters.checker.codecs import sizes_in
from services.documents.adapters.checker.filters import Filter
from services.documents.adapters.checker.values import Entries, name_of, whole_of
from services.documents.adapters.checker.verdict import Unsuitable
from services.documents.domain.limits import InspectionLimits

_MOST_COLOURS = 4
_MOST_SCANS = 200
_SCAN = b"\xff\xda"


def is_picture(entries: Entries) -> bool:
    return name_of(entries.get("/Subtype")) == "/Image" or "/Width" in entries


def check_size(entries: Entries, codec: Filter, data: bytes, limits: InspectionLimits) -> None:
    """Refuse a picture of too many pixels; `data` is what its codec reads.

    Raises `Unsuitable` for too many pixels and for a size that is no number.
    """
    (width, height), short = _sides(entries), (_side(entries, "/W"), _side(entries, "/H"))
    sizes = [(width, height), short, *sizes_in(codec.name, data)]
    if codec.name == "/CCITTFaxDecode":
        columns, rows = (_side(codec.parameters, key) for key in ("/Columns", "/Rows"))
        sizes.append((columns or 1_728, max(rows, height)))
    if any(one * other > limits.pixels for one, other in sizes):
        raise Unsuitable("document_too_complex")
    if codec.name == "/DCTDecode" and data.count(_SCAN) > _MOST_SCANS:
        raise Unsuitable("document_too_complex")


def samples_of(entries: Entries) -> int:
    """Return the most bytes a picture's samples may take, with a predictor's byte a row."""
    width, height = _sides(entries)
    bits = whole_of(entries.get("/BitsPerComponent")) or 8
    return height * (width * min(max(bits, 1), 16) * _MOST_COLOURS // 8 + 2)


def _sides(entries: Entries) -> tuple[int, int]:
    return _side(entries, "/Width"), _side(entries, "/Height")


def _side(entries: Entries, key: str) -> int:
    value = entries.get(key)
    side = 0 if value is None else whole_of(value)
    if side is None or side < 0:
        raise Unsuitable("document_damaged")
    return side
