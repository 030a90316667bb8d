"""What pages, forms, patterns and glyphs draw: collected while a file is read, then checked."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pikepdf import Stream

from services.documents.adapters.checker.contents import uses_in
from services.documents.adapters.checker.drawing import Content, Drawing
from services.documents.adapters.checker.trees import Page, streams_of
from services.documents.adapters.checker.values import Entries, Identity, name_of, streams_in
from services.documents.adapters.checker.verdict import blaming
from services.documents.domain.limits import InspectionLimits

DRAWN = frozenset(("/Subtype", "/PatternType", "/CharProcs"))


class Appearances:
    """Collects in two passes: `note` what there is, then `take` the data of what was noted."""

    def __init__(self, limits: InspectionLimits) -> None:
        self.limits = limits
        self._parts: dict[Identity, Stream] = {}
        self._glyphs: dict[Identity, tuple[Stream, Any]] = {}
        self._contents: dict[Identity, Content] = {}
        self._alone: set[Identity] = set()
        self._together: dict[Identity, bytes] = {}

    def note(self, value: Any, entries: Entries) -> None:
        """Note a form, a pattern or the glyphs of a font."""
        if isinstance(value, Stream):
            if name_of(entries.get("/Subtype")) == "/Form" or "/PatternType" in entries:
                self._parts[value.objgen] = value
        elif "/CharProcs" in entries:
            for _, glyph in streams_in(entries["/CharProcs"]):
                self._glyphs[glyph.objgen] = (glyph, value)

    def expect(self, pages: Sequence[Page]) -> None:
        """Note the content of pages; what is in several pieces is read as one."""
        for page, _ in pages:
            pieces = [piece.objgen for piece in streams_of(page)]
            if len(pieces) == 1:
                self._alone.update(pieces)
            else:
                self._together |= dict.fromkeys(pieces, b"")

    def take(self, identity: Identity, data: bytes) -> None:
        if identity in self._together:
            self._together[identity] = data
        if identity in self._alone or identity in self._parts or identity in self._glyphs:
            self._contents[identity] = self._read(data)

    def check(self, pages: Sequence[Page]) -> None:
        """Raises `Unsuitable` for loops and for too much to draw."""
        drawing = Drawing(self.limits, self._contents)
        for glyph, font in self._glyphs.values():
            with blaming(glyph.objgen):
                drawing.check_glyph(glyph, font)
        for page, resources in pages:
            with blaming(page.objgen):
                if content := self._content_of(page):
                    drawing.check(content, resources)
        for part in self._parts.values():
            with blaming(part.objgen):
                drawing.check_part(part)

    def _content_of(self, page: Any) -> Content | None:
        pieces = streams_of(page)
        if len(pieces) == 1:
            return self._contents.get(pieces[0].objgen)
        size = sum(len(self._together[piece.objgen]) for piece in pieces)
        if size > self.limits.drawn_bytes:
            return Content(Counter(), size)
        return self._read(b"\n".join(self._together[piece.objgen] for piece in pieces))

    def _read(self, data: bytes) -> Content:
        return Content(uses_in(data, self.limits, fonts=bool(self._glyphs)), len(data))
