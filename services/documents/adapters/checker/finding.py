"""Says on which page, in which field or attachment an object lies. Only a refused file pays."""

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from pikepdf import Array, Dictionary, Pdf, PdfError, Stream

from chassis.kernel.text import shown_line
from services.documents.adapters.checker.trees import pages_of
from services.documents.adapters.checker.values import (
    Entries,
    Identity,
    entries_of,
    identity_of,
    members_of,
    name_of,
    text_of,
)
from services.documents.adapters.checker.verdict import Unsuitable
from services.documents.domain.limits import InspectionLimits
from services.documents.domain.places import (
    ATTACHMENT,
    FIELD,
    LONGEST_NAME,
    MOST_PLACES,
    OPENING,
    PAGE,
    Place,
)

_MOST_STEPS = 200_000
_UP = "/Parent"


def places_of(
    pdf: Pdf, wanted: Collection[Identity], limits: InspectionLimits
) -> tuple[Place, ...]:
    """Return the places of some objects, in the order of the pages; those that can be told."""
    found: set[Place] = set()
    try:
        for identity, place in _reached(pdf, limits):
            if identity in wanted:
                found.add(place)
    except (PdfError, Unsuitable):
        pass  # a file that is refused anyway may be worse than what was found in it
    in_order = sorted(found, key=lambda place: (place.page, place.kind, place.name))
    return tuple(in_order[:MOST_PLACES])


def told_of(features: Collection[str], places: tuple[Place, ...]) -> tuple[Place, ...]:
    """Leave out that it happens on opening where nothing happens: a file only lies inside."""
    if set(features) != {"embedded_file"}:
        return places
    return tuple(place for place in places if place.kind != OPENING)


def _reached(pdf: Pdf, limits: InspectionLimits) -> Iterator[tuple[Identity, Place]]:
    """Give every object that a page, a field or the file's opening leads to, once."""
    waiting, seen = deque(_beginnings(pdf, limits)), set[Identity]()
    for _ in range(_MOST_STEPS):
        if not waiting:
            return
        value, place = waiting.popleft()
        identity = identity_of(value)
        if identity in seen:
            continue
        entries = entries_of(value)
        within = _refined(entries, place)
        if identity:
            seen.add(identity)
            yield identity, within
        members = members_of(value) if isinstance(value, Array) else _inside(entries)
        nested = (held for held in members if isinstance(held, Dictionary | Array | Stream))
        waiting.extendleft((held, within) for held in nested if not _is_page(held))


def _beginnings(pdf: Pdf, limits: InspectionLimits) -> Iterator[tuple[Any, Place]]:
    root = entries_of(pdf.trailer.get("/Root"))
    for number, (page, _) in enumerate(pages_of(pdf, limits), start=1):
        yield page, Place(PAGE, number)
    for key in ("/AcroForm", "/Names", "/OpenAction", "/AA", "/URI", "/AF"):
        yield root.get(key), Place(OPENING)
    yield pdf.trailer.get("/Root"), Place(OPENING)


def _refined(entries: Entries, place: Place) -> Place:
    """Name the field or the attachment that a dictionary is."""
    page = place.page
    if "/EF" in entries:
        named = text_of(entries.get("/UF")) or text_of(entries.get("/F"))
        return Place(ATTACHMENT, page, _clean(named))
    if "/T" in entries and ("/FT" in entries or "/Kids" in entries):
        own = _clean(text_of(entries["/T"]))
        above = place.name if place.kind == FIELD else ""
        return replace(place, kind=FIELD, name=f"{above}.{own}" if above else own)
    return place


def _clean(name: str) -> str:
    return shown_line(name[: 4 * LONGEST_NAME])[:LONGEST_NAME]


def _inside(entries: Entries) -> list[Any]:
    return [held for key, held in entries.items() if key != _UP]


def _is_page(value: Any) -> bool:
    return isinstance(value, Dictionary) and name_of(value.get("/Type")) in ("/Page", "/Pages")
