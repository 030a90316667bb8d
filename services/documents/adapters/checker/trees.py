"""Trees that must not be endless: pages, outlines, fields, name trees, tags."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import inf
from typing import Any

from pikepdf import Array, Dictionary, Pdf, Stream

from services.documents.adapters.checker.values import (
    Entries,
    Identity,
    entries_of,
    identity_of,
    members_of,
    whole_of,
)
from services.documents.adapters.checker.verdict import Unsuitable
from services.documents.domain.limits import InspectionLimits

# What leads down or on, with how much deeper it leads.
_DOWN = {"/Kids": 1, "/K": 1, "/First": 1, "/Functions": 1, "/Next": 0}
# What is followed the other way, to what a thing inherits from, is covered by or stands for.
_UP = dict.fromkeys(("/Parent", "/UseCMap", "/SMask", "/Mask", "/Alternate", "/Extends"), 1)
FOLLOWED = frozenset((*_DOWN, *_UP))

_FOLLOWED = (Dictionary, Array, Stream)

Page = tuple[Dictionary, Any]


class Trees:
    """Collects which object leads to which; `check` refuses circles and endless depth."""

    def __init__(self, limits: InspectionLimits) -> None:
        self._trees = (_Tree(limits, _DOWN), _Tree(limits, _UP))

    def note(self, holder: Identity, entries: Entries) -> None:
        for tree in self._trees:
            tree.note(holder, entries)

    def note_array(self, holder: Identity, members: Iterable[Any]) -> None:
        """Note lists in lists: orders of layers, and colours behind colours."""
        self._trees[0].note_array(holder, members)

    def check(self) -> None:
        """Raises `Unsuitable`: a circle is damage, endless depth or breadth too complex."""
        for tree in self._trees:
            tree.check()


class _Tree:
    """What leads on by some keys, each with how much deeper it leads."""

    def __init__(self, limits: InspectionLimits, keys: Mapping[str, int]) -> None:
        self.limits = limits
        self.keys = keys
        self._below: dict[Identity, list[tuple[Identity, int]]] = defaultdict(list)

    def note(self, holder: Identity, entries: Entries) -> None:
        for key in entries.keys() & self.keys.keys():
            for held in members_of(entries[key]):
                if isinstance(held, _FOLLOWED) and (identity := identity_of(held)):
                    self._below[holder].append((identity, self.keys[key]))

    def note_array(self, holder: Identity, members: Iterable[Any]) -> None:
        for held in members:
            if isinstance(held, Array) and (identity := identity_of(held)):
                self._below[holder].append((identity, 1))

    def check(self) -> None:
        above: dict[Identity, int] = defaultdict(int)
        for below in self._below.values():
            for identity, _ in below:
                above[identity] += 1
        free = [identity for identity in self._below if not above[identity]]
        depths: dict[Identity, int] = defaultdict(int)
        ways: dict[Identity, int] = defaultdict(int, dict.fromkeys(free, 1))
        while free:
            holder = free.pop()
            for identity, deeper in self._below.pop(holder, ()):
                above[identity] -= 1
                ways[identity] += ways[holder]
                depths[identity] = max(depths[identity], depths[holder] + deeper)
                if not above[identity]:
                    free.append(identity)
        if self._below:
            raise Unsuitable("document_damaged")
        # A node reached in many ways is walked through as often; upwards there is only one way on.
        most = self.limits.ways_to_a_node if self.keys is _DOWN else inf
        endless = max(ways.values(), default=0) > most
        if endless or max(depths.values(), default=0) > self.limits.tree_depth:
            raise Unsuitable("document_too_complex")


def pages_of(pdf: Pdf, limits: InspectionLimits) -> list[Page]:
    """Return the pages with their resources, by walking the tree: its own /Count may lie.

    Raises `Unsuitable` for a tree with circles, without pages, or with too many.
    """
    root = entries_of(pdf.trailer.get("/Root"))
    _check_count(entries_of(root.get("/Pages")), limits)
    waiting: list[tuple[Any, Any]] = [(root.get("/Pages"), None)]
    seen, pages = set[Identity](), list[Page]()
    while waiting:
        node, inherited = waiting.pop()
        if not isinstance(node, Dictionary) or node.objgen in seen:
            raise Unsuitable("document_damaged")
        resources = node.get("/Resources", inherited)
        if "/Kids" in node:
            seen.add(node.objgen)
            kids = [kid for kid in members_of(node.get("/Kids")) if kid is not None]
            waiting += [(kid, resources) for kid in reversed(kids)]
        else:
            pages.append((node, resources))
        if len(pages) > limits.pages:
            raise Unsuitable("document_too_complex")
    if not pages:
        raise Unsuitable("document_damaged")
    return pages


def _check_count(tree: Entries, limits: InspectionLimits) -> None:
    """Refuse what no writer says of its pages; a count that is a little wrong is none of it."""
    count, parent = tree.get("/Count"), tree.get("/Parent")
    pages = 0 if count is None else whole_of(count)
    if pages is None or not 0 <= pages <= 100 * limits.pages:
        raise Unsuitable("document_damaged")
    if isinstance(parent, Dictionary) and "/Kids" in parent:
        raise Unsuitable("document_damaged")


def streams_of(page: Dictionary) -> list[Stream]:
    """Return a page's content streams in their order."""
    return [one for one in members_of(page.get("/Contents")) if isinstance(one, Stream)]
