"""What a page costs a viewer: forms draw forms, and each use counts."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pikepdf import Dictionary, Stream

from services.documents.adapters.checker.contents import Use
from services.documents.adapters.checker.picture_sizes import is_picture
from services.documents.adapters.checker.values import (
    Identity,
    entries_of,
    identity_of,
    members_of,
    name_of,
    streams_in,
    whole_of,
)
from services.documents.adapters.checker.verdict import Unsuitable
from services.documents.domain.limits import InspectionLimits

_USE = 100  # what looking a name up and saving the state costs, in bytes of content
_PIXELS_A_BYTE = 64
_KIND = {"Do": "/XObject", "scn": "/Pattern", "SCN": "/Pattern", "gs": "/ExtGState", "Tf": "/Font"}


@dataclass
class Content:
    """What one content stream uses, and how long it is."""

    uses: Counter[Use]
    size: int


class Drawing:
    """Adds up what drawing costs. `contents` holds each content stream that was unpacked."""

    def __init__(self, limits: InspectionLimits, contents: Mapping[Identity, Content]) -> None:
        self.limits = limits
        self.contents = contents
        self.heaviest_glyph = 0
        self._costs: dict[tuple[Identity, int, Identity], int] = {}
        self._open: list[Identity] = []
        self._scope = 0
        self._of_the_page: Any = None

    def check(self, content: Content, resources: Any) -> None:
        """Check a page's content. Raises `Unsuitable` for loops, depth and too much to draw."""
        self._scope += 1
        self._of_the_page = resources
        self._cost_of(content, resources)

    def check_part(self, part: Stream) -> None:
        """Check a form or pattern that perhaps no page uses but an annotation shows."""
        self._scope += 1
        self._of_the_page = None
        self._cost(part)

    def check_glyph(self, glyph: Stream, font: Any) -> None:
        """Check a glyph, before what may show it in a font that it does not name."""
        self.heaviest_glyph = max(self.heaviest_glyph, self._cost(glyph, font))

    def _cost(self, part: Stream, font: Any = None) -> int:
        """Return what one use costs.

        What has no resources of its own uses those of its font, if it is a glyph, or the page's.
        """
        identity = identity_of(part) or (0, 0)
        own = part.get("/Resources", entries_of(font).get("/Resources"))
        key = identity, self._scope if own is None else 0, identity_of(font) or (0, 0)
        if key not in self._costs:
            if identity in self._open or len(self._open) >= self.limits.form_nesting:
                raise Unsuitable("document_too_complex")
            content = self.contents.get(identity)
            self._open.append(identity)
            used = self._of_the_page if own is None else own
            self._costs[key] = self._cost_of(content, used) if content else 0
            self._open.pop()
        return self._costs[key]

    def _cost_of(self, content: Content, resources: Any) -> int:
        cost, kinds = content.size, _Kinds(resources)
        for use, count in content.uses.items():
            costs = [self._cost_of_use(*part) for part in kinds.parts(use)]
            cost += count * (
                self._glyph_of(use, costs) if use.operator == "Tf" else _USE + sum(costs)
            )
        if cost > self.limits.drawn_bytes:
            raise Unsuitable("document_too_complex")
        return cost

    def _glyph_of(self, font: Use, glyphs: Sequence[int]) -> int:
        """Return what a letter costs at most; one without a font is shown in any."""
        return max(glyphs, default=0 if font.name != "/" else self.heaviest_glyph)

    def _cost_of_use(self, part: Stream, font: Any = None) -> int:
        entries = entries_of(part)
        if not is_picture(entries):
            return self._cost(part, font)
        width, height = (whole_of(entries.get(side)) or 0 for side in ("/Width", "/Height"))
        return width * height // _PIXELS_A_BYTE


class _Kinds:
    """A resource dictionary, each kind read once."""

    def __init__(self, resources: Any) -> None:
        self._resources = resources
        self._read: dict[str, Mapping[str, Any]] = {}

    def parts(self, use: Use) -> Iterator[tuple[Stream, Any]]:
        """Give the streams that one use of a name draws; glyphs with their font."""
        kind = _KIND[use.operator]
        if kind not in self._read:
            self._read[kind] = entries_of(entries_of(self._resources).get(kind))
        value = self._read[kind].get(use.name)
        if isinstance(value, Stream):
            yield value, None
        elif kind == "/ExtGState" and isinstance(value, Dictionary):
            mask = entries_of(entries_of(value).get("/SMask")).get("/G")
            if isinstance(mask, Stream):
                yield mask, None
            for font in members_of(value.get("/Font"))[:1]:
                yield from _glyphs_of(font)
        elif kind == "/Font":
            yield from _glyphs_of(value)


def _glyphs_of(font: Any) -> Iterator[tuple[Stream, Any]]:
    if name_of(entries_of(font).get("/Subtype")) == "/Type3":
        for _, glyph in streams_in(entries_of(font).get("/CharProcs")):
            yield glyph, font
