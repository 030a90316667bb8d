"""What a stream becomes when unpacked, without letting it become larger than allowed."""

import pikepdf
from pikepdf import Array, Name, Pdf, PdfError, QpdfRuntimeError, Stream

from services.documents.adapters.checker.filters import Filter, packed_as
from services.documents.adapters.checker.picture_sizes import check_size, is_picture, samples_of
from services.documents.adapters.checker.samples import PACKINGS, count_samples, may_exceed
from services.documents.adapters.checker.values import Entries, entries_of
from services.documents.adapters.checker.verdict import Unsuitable
from services.documents.domain.limits import InspectionLimits


class Unpacker:
    """Unpacks one file's streams. A picture's samples are counted, not kept: they are not data."""

    def __init__(self, pdf: Pdf, limits: InspectionLimits) -> None:
        self.pdf = pdf
        self.limits = limits
        self.unpacked = 0
        self.samples = 0

    def data(self, stream: Stream, entries: Entries) -> bytes:
        """Return a stream's data; for a picture that of its codec, for samples nothing.

        Raises `Unsuitable` when it is too large, too deeply packed, packed in an unknown way, or
        does not unpack.
        """
        packed = packed_as(entries, self.limits.filters)
        raw, packings = stream.read_raw_bytes(), packed.packings
        if is_picture(entries) and not packed.codec.name and _are_counted(packings):
            check_size(entries, packed.codec, b"", self.limits)
            outer = self._unpacked(raw, packings[:-1])
            self._count_samples(packings[-1], outer, samples_of(entries))
            return b""
        data = self._unpacked(raw, packings)
        if packed.codec.name or is_picture(entries):
            check_size(entries, packed.codec, data, self.limits)
        shared = packed.codec.parameters.get("/JBIG2Globals")
        if isinstance(shared, Stream):
            parts = self.data(shared, entries_of(shared))
            check_size(entries, packed.codec, parts, self.limits)
        return data

    def _count_samples(self, packing: Filter, packed: bytes, expected: int) -> None:
        """Unpack a picture piece by piece, as far as its size allows."""
        allowed = max(expected, self.limits.stream_bytes)
        if not may_exceed(packing, packed, self.limits.stream_bytes):
            return  # it cannot become large, so nothing needs to be unpacked
        count = count_samples(packing, packed, allowed)
        self.samples += count
        if count > allowed or self.samples > self.limits.all_samples_bytes:
            raise Unsuitable("document_too_complex")

    def _unpacked(self, raw: bytes, packings: tuple[Filter, ...]) -> bytes:
        if not packings or not raw:
            return self._counted(raw)
        names = Array([Name(one.name) for one in packings])
        told = Array([one.told() for one in packings])
        packed = self.pdf.make_stream(raw, Filter=names, DecodeParms=told)
        try:
            return self._counted(packed.read_bytes(pikepdf.StreamDecodeLevel.specialized))
        except QpdfRuntimeError:  # only its own limits raise this
            raise Unsuitable("document_too_complex") from None
        except PdfError:
            raise Unsuitable(_too_complex_or_damaged()) from None

    def _counted(self, data: bytes) -> bytes:
        self.unpacked += len(data)
        limits = self.limits
        if len(data) > limits.stream_bytes or self.unpacked > limits.all_streams_bytes:
            raise Unsuitable("document_too_complex")
        return data


def _are_counted(packings: tuple[Filter, ...]) -> bool:
    return bool(packings) and packings[-1].name in PACKINGS


def _too_complex_or_damaged() -> str:
    limited = pikepdf.settings.qpdf_limit_errors()
    return "document_too_complex" if limited else "document_damaged"
