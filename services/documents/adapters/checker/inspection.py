"""Opens one file and says what is in it: a PDF here. Runs only in a limited child process."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import pikepdf
from pikepdf import (
    Array,
    Dictionary,
    Object,
    ObjectType,
    PasswordError,
    Pdf,
    PdfError,
    QpdfRuntimeError,
    Stream,
)

from services.documents.adapters.checker.active_content import found_in
from services.documents.adapters.checker.streams import unpacked_size
from services.documents.adapters.checker.verdict import Unsuitable, Verdict
from services.documents.adapters.checker.workbooks import inspect_workbook
from services.documents.domain.content_types import XLSX, content_type_of
from services.documents.domain.limits import InspectionLimits
from services.documents.domain.pdf_frame import HEAD

_REBUILT = "Attempting to reconstruct cross-reference table"
_CONTAINERS = {ObjectType.dictionary, ObjectType.array, ObjectType.stream}


def set_library_limits(limits: InspectionLimits) -> None:
    """Make the PDF library itself stop at the limits."""
    pikepdf.settings.set_qpdf_limits(
        parser_max_nesting=limits.nesting,
        parser_max_container_size=limits.values,
        max_stream_filters=limits.filters,
        flate_max_memory=limits.stream_bytes,
        run_length_max_memory=limits.stream_bytes,
        png_max_memory=limits.stream_bytes,
        tiff_max_memory=limits.stream_bytes,
    )


def inspect(file: BinaryIO, limits: InspectionLimits) -> Verdict:
    """Return the verdict on one file; it raises nothing a file can cause."""
    head = file.read(HEAD)
    file.seek(0)
    if content_type_of(head) == XLSX:
        return inspect_workbook(file, limits)
    try:
        return _Inspection(file, limits).run()
    except Unsuitable as found:
        return Verdict(code=found.code, features=found.features)
    except PasswordError:
        return Verdict(code="document_encrypted")
    except (MemoryError, RecursionError, QpdfRuntimeError):
        return Verdict(code="document_too_complex")
    except PdfError:
        return Verdict(code=_too_complex_or("document_damaged"))


def _too_complex_or(code: str) -> str:
    return "document_too_complex" if pikepdf.settings.qpdf_limit_errors() else code


class _Inspection:
    def __init__(self, file: BinaryIO, limits: InspectionLimits) -> None:
        self.limits = limits
        self.pdf, self.recovered = _open(file)
        self.features: set[str] = set()
        self.signed = False
        self.values = 0
        self.unpacked = 0

    def run(self) -> Verdict:
        if self.pdf.is_encrypted:
            raise Unsuitable("document_encrypted")
        objects = list(self.pdf.objects)
        if len(objects) > self.limits.objects:
            raise Unsuitable("document_too_complex")
        for value in (self.pdf.trailer, *objects):
            self._walk(value)
        if self.features:
            raise Unsuitable("document_has_active_content", tuple(sorted(self.features)))
        pages = self._count_pages()
        for value in objects:
            self._unpack(value)
        if self.recovered and self.pdf.get_warnings():
            raise Unsuitable("document_damaged")
        if pikepdf.settings.qpdf_limit_errors():
            raise Unsuitable("document_too_complex")
        return Verdict(pages=pages, signed=self.signed)

    def _walk(self, top: Object) -> None:
        waiting: list[tuple[Any, int]] = [(top, 1)]
        while waiting:
            value, depth = waiting.pop()
            if depth > self.limits.nesting or self.values > self.limits.values:
                raise Unsuitable("document_too_complex")
            for child in self._children(value):
                self.values += 1
                if _is_nested(child):
                    waiting.append((child, depth + 1))

    def _children(self, value: Any) -> Iterator[Any]:
        if isinstance(value, Array):
            yield from value.as_list()
        elif isinstance(value, Dictionary | Stream):
            entries = dict(value.items())
            self.features.update(found_in(entries, in_stream=isinstance(value, Stream)))
            self.signed = self.signed or "/ByteRange" in entries
            yield from entries.values()

    def _unpack(self, value: Object) -> None:
        if isinstance(value, Stream):
            self.unpacked += unpacked_size(self.pdf, value, self.limits)
            if self.unpacked > self.limits.all_streams_bytes:
                raise Unsuitable("document_too_complex")

    def _count_pages(self) -> int:
        """Count by walking the tree: its own /Count may lie."""
        root = self.pdf.trailer.get("/Root")
        waiting: list[Any] = [root.get("/Pages") if isinstance(root, Dictionary) else None]
        seen, pages = set[tuple[int, int]](), 0
        while waiting:
            node = waiting.pop()
            if not isinstance(node, Dictionary) or node.objgen in seen:
                raise Unsuitable("document_damaged")
            if "/Kids" in node:
                seen.add(node.objgen)
                kids = node.get("/Kids")
                waiting += kids.as_list() if isinstance(kids, Array) else [None]
            else:
                pages += 1
            if pages > self.limits.pages:
                raise Unsuitable("document_too_complex")
        if not pages:
            raise Unsuitable("document_damaged")
        return pages


def _is_nested(value: Any) -> bool:
    """Tell whether a value is a container written right here, not referred to."""
    if not isinstance(value, Object) or value.is_indirect:
        return False
    return value._type_code in _CONTAINERS  # noqa: SLF001 - isinstance is three times slower


def _open(file: BinaryIO) -> tuple[Pdf, bool]:
    """Open strictly; else let the library rebuild the table, as every viewer would.

    Some scanners write wrong offsets. A file that needs any further repair was cut or worse.
    """
    try:
        return Pdf.open(file, attempt_recovery=False, inherit_page_attributes=False), False
    except PasswordError:
        raise
    except PdfError:
        if pikepdf.settings.qpdf_limit_errors():
            raise Unsuitable("document_too_complex") from None
    file.seek(0)
    pdf = Pdf.open(file, attempt_recovery=True, inherit_page_attributes=False)
    if not str(pdf.get_warnings()[-1]).endswith(_REBUILT):
        raise Unsuitable("document_damaged")
    return pdf, True
