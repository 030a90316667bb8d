"""How large a stream becomes when unpacked, without letting it become larger than allowed."""

from typing import Any

import pikepdf
from pikepdf import Array, Name, Pdf, PdfError, Stream

from services.documents.adapters.checker.active_content import written
from services.documents.adapters.checker.verdict import Unsuitable
from services.documents.domain.limits import InspectionLimits

_PICTURE = {"/DCTDecode", "/DCT", "/JPXDecode", "/CCITTFaxDecode", "/CCF", "/JBIG2Decode"}
_PACKING = {
    "/FlateDecode": "/FlateDecode",
    "/Fl": "/FlateDecode",
    "/LZWDecode": "/LZWDecode",
    "/LZW": "/LZWDecode",
    "/RunLengthDecode": "/RunLengthDecode",
    "/RL": "/RunLengthDecode",
    "/ASCIIHexDecode": "/ASCIIHexDecode",
    "/AHx": "/ASCIIHexDecode",
    "/ASCII85Decode": "/ASCII85Decode",
    "/A85": "/ASCII85Decode",
}


def unpacked_size(pdf: Pdf, stream: Stream, limits: InspectionLimits) -> int:
    """Return the size of the stream's data, pictures left as they are.

    Raises `Unsuitable` when it is too large, too deeply packed, packed in an unknown way, or
    does not unpack.
    """
    filters = _filters(stream.get("/Filter"))
    if len(filters) > limits.filters:
        raise Unsuitable("document_too_complex")
    _check_pixels(stream, limits)
    if filters and filters[-1] in _PICTURE:
        filters.pop()
    if any(name not in _PACKING for name in filters):
        raise Unsuitable("document_damaged")
    size = _unpacked(pdf, stream, filters)
    if size > limits.stream_bytes:
        raise Unsuitable("document_too_complex")
    return size


def _filters(value: Any) -> list[str]:
    if value is None:
        return []
    names: list[Any] = list(value.as_list()) if isinstance(value, Array) else [value]
    if not all(isinstance(name, Name) for name in names):
        raise Unsuitable("document_damaged")
    return [written(name) for name in names]


def _check_pixels(stream: Stream, limits: InspectionLimits) -> None:
    width, height = stream.get("/Width", 0), stream.get("/Height", 0)
    if isinstance(width, int) and isinstance(height, int) and width * height > limits.pixels:
        raise Unsuitable("document_too_complex")


def _unpacked(pdf: Pdf, stream: Stream, filters: list[str]) -> int:
    raw = stream.read_raw_bytes()
    if not filters or not raw:
        return len(raw)
    packed = pdf.make_stream(raw, Filter=Array([Name(_PACKING[name]) for name in filters]))
    try:
        return len(packed.read_bytes(pikepdf.StreamDecodeLevel.specialized))
    except PdfError:
        if pikepdf.settings.qpdf_limit_errors():
            raise Unsuitable("document_too_complex") from None
        raise Unsuitable("document_damaged") from None
