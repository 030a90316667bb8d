"""Opens one file and says what is in it: a PDF here. Runs only in a limited child process."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, BinaryIO

import pikepdf
from pikepdf import Array, Object, ObjectType, Pdf, PdfError, QpdfRuntimeError, Stream

from services.documents.adapters.checker.active_content import Rules, found_in, rules
from services.documents.adapters.checker.appearances import DRAWN, Appearances
from services.documents.adapters.checker.attachments import check_metadata
from services.documents.adapters.checker.cmaps import check_ranges
from services.documents.adapters.checker.finding import places_of, told_of
from services.documents.adapters.checker.loose import known_to, loose_in
from services.documents.adapters.checker.numbers import (
    BOUNDED,
    check_colours,
    check_function,
    check_numbers,
)
from services.documents.adapters.checker.opening import Repairs, open_pdf
from services.documents.adapters.checker.revisions import replaced_in
from services.documents.adapters.checker.streams import Unpacker
from services.documents.adapters.checker.trees import FOLLOWED, Page, Trees, pages_of
from services.documents.adapters.checker.values import (
    Entries,
    Identity,
    entries_of,
    identity_of,
    members_of,
    name_of,
    whole_of,
)
from services.documents.adapters.checker.verdict import Unsuitable, Verdict, blaming
from services.documents.adapters.checker.workbooks import inspect_workbook
from services.documents.domain.content_types import XLSX, content_type_of
from services.documents.domain.limits import InspectionLimits
from services.documents.domain.pdf_frame import HEAD, body_of, has_its_end
from services.documents.domain.refusals import FileRefused

_CONTAINERS = {ObjectType.dictionary, ObjectType.array, ObjectType.stream}


def set_library_limits(limits: InspectionLimits) -> None:
    """Make the PDF library itself stop at the limits."""
    pikepdf.settings.set_qpdf_limits(
        parser_max_nesting=limits.nesting,
        parser_max_container_size=limits.values,
        flate_max_memory=limits.stream_bytes,
        run_length_max_memory=limits.stream_bytes,
        png_max_memory=limits.stream_bytes,
        tiff_max_memory=limits.stream_bytes,
    )


def inspect(file: BinaryIO, limits: InspectionLimits, *, xml_attachments: bool = False) -> Verdict:
    """Return the verdict on one file; it raises nothing a file can cause."""
    head = file.read(HEAD)
    file.seek(0)
    if content_type_of(head) == XLSX:
        return inspect_workbook(file, limits)
    try:
        body = body_of(file.read())
        return _Inspection(body, limits, rules(xml_attachments=xml_attachments)).run()
    except FileRefused as refused:
        return Verdict(code=refused.code)
    except Unsuitable as found:
        return Verdict(code=found.code, features=found.features, places=found.places)
    except (MemoryError, RecursionError, QpdfRuntimeError):
        return Verdict(code="document_too_complex")
    except PdfError:
        return Verdict(code=_too_complex_or("document_damaged"))


def _too_complex_or(code: str) -> str:
    return "document_too_complex" if pikepdf.settings.qpdf_limit_errors() else code


class _Inspection:
    def __init__(self, content: bytes, limits: InspectionLimits, rules: Rules) -> None:
        self.content = content
        self.limits = limits
        self.rules = rules
        self.watched = rules.keys() | FOLLOWED | BOUNDED | DRAWN | {"/ByteRange"}
        self.pdf = open_pdf(content)
        self.trees = Trees(limits)
        self.appearances = Appearances(limits)
        self.features: set[str] = set()
        self.finds: set[Identity] = set()
        self.object_streams: list[Stream] = []
        self.signed = False
        self.values = 0

    def run(self) -> Verdict:
        """Return the verdict. Raises `Unsuitable` with the places of what was found."""
        try:
            return self._judged()
        except Unsuitable as found:
            blamed = {found.at} if found.at else self.finds
            places = places_of(self.pdf, blamed, self.limits) if blamed else ()
            found.places = told_of(found.features, places)
            raise

    def _judged(self) -> Verdict:
        objects = list(self.pdf.objects)
        if len(objects) > self.limits.objects:
            raise Unsuitable("document_too_complex")
        for value in (self.pdf.trailer, *objects):
            self._walk(value)
        known = known_to(self.pdf, self.content)
        for older, replaced in replaced_in(self.content, self.pdf, self.limits):
            self._look_at_older(older, replaced)
            known |= known_to(older, self.content)
        for value in loose_in(self.content, self.pdf, self.object_streams, known):
            self._walk(value, older=True)
        if self.features:
            raise Unsuitable("document_has_active_content", tuple(sorted(self.features)))
        self.trees.check()
        pages = pages_of(self.pdf, self.limits)
        self._unpack(objects, pages)
        self._refuse_damaged(len(objects))
        return Verdict(pages=len(pages), signed=self.signed)

    def _walk(self, top: Any, *, older: bool = False) -> None:
        """Look at one object and what is written in it, by the rules."""
        identity = identity_of(top) or (0, 0)
        with blaming(identity):
            self._walk_down(top, None if older else identity)

    def _walk_down(self, top: Any, within: Identity | None) -> None:
        waiting: list[tuple[Any, int]] = [(top, 1)]
        while waiting:
            value, depth = waiting.pop()
            children = self._children(value, within)
            self.values += len(children)
            if depth > self.limits.nesting or self.values > self.limits.values:
                raise Unsuitable("document_too_complex")
            waiting += [(child, depth + 1) for child in children if _is_nested(child)]

    def _children(self, value: Any, within: Identity | None) -> Collection[Any]:
        """Look at a list or a dictionary; `within` is the object it stands in, none in old ones."""
        if isinstance(value, Array):
            members = members_of(value)
            check_colours(members)
            if within:
                self.trees.note_array(within, members)
            return members
        entries = entries_of(value)
        if not self.watched.isdisjoint(entries):
            self._find(found_in(entries, self.rules, value), within)
            self.signed = self.signed or "/ByteRange" in entries
            check_numbers(entries)
            if within:
                self._note(within, value, entries)
        return entries.values()

    def _note(self, within: Identity, value: Any, entries: Entries) -> None:
        self.trees.note(within, entries)
        self.appearances.note(value, entries)
        if isinstance(value, Stream) and name_of(entries.get("/Type")) == "/ObjStm":
            self.object_streams.append(value)

    def _find(self, features: Iterable[str], within: Identity | None) -> None:
        for feature in features:
            self.features.add(feature)
            if within:
                self.finds.add(within)

    def _look_at_older(self, older: Pdf, replaced: Iterable[Object]) -> None:
        """Look at what an update replaced: viewers show a signed revision as it was."""
        unpacker = Unpacker(older, self.limits)
        for value in (older.trailer, *replaced):
            self._walk(value, older=True)
            if isinstance(value, Stream):
                unpacker.data(value, entries_of(value))
        if Repairs(older).starved:
            raise Unsuitable("document_too_complex")

    def _unpack(self, objects: Iterable[Object], pages: Sequence[Page]) -> None:
        unpacker = Unpacker(self.pdf, self.limits)
        self.appearances.expect(pages)
        for value in objects:
            if isinstance(value, Stream):
                with blaming(value.objgen):
                    self._unpack_one(value, unpacker)
        self.appearances.check(pages)

    def _unpack_one(self, stream: Stream, unpacker: Unpacker) -> None:
        entries = entries_of(stream)
        if (whole_of(entries.get("/Length")) or 0) > len(self.content):
            raise Unsuitable("document_damaged")
        data = unpacker.data(stream, entries)
        check_function(entries, data)
        check_ranges(data)
        check_metadata(entries, data)
        self.appearances.take(stream.objgen, data)

    def _refuse_damaged(self, objects: int) -> None:
        repairs = Repairs(self.pdf)
        if repairs.starved or pikepdf.settings.qpdf_limit_errors():
            raise Unsuitable("document_too_complex")
        dangling = objects > len(self.pdf.get_xref_table())
        cut = repairs.rebuilt and (dangling or not has_its_end(self.content))
        if repairs.lossy or cut or repairs.hiding:
            raise Unsuitable("document_damaged")


def _is_nested(value: Any) -> bool:
    """Tell whether a value is a container written right here, not referred to."""
    if not isinstance(value, Object) or value.is_indirect:
        return False
    return value._type_code in _CONTAINERS  # noqa: SLF001 - isinstance is three times slower
