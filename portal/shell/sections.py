"""What a section of the portal is, and how sections are found.

A section is a part of the portal with pages, places in the menu and cards on the first page. Those
in the repository are found as `portal/sections/*/section.py`, outside packages by the entry point
group `simpul.sections`; adding one edits no file.
"""

import importlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from flask import Blueprint

from chassis.process.installed import brought_to
from chassis.process.manifest import ManifestInvalid, load


class Place(StrEnum):
    """Where the menu shows an entry; everything but the bell is in the whole menu too."""

    BAR = "bar"
    MENU = "menu"
    PERSON = "person"
    BELL = "bell"


@dataclass(frozen=True)
class Entry:
    """One place of the menu, in the reader's language; a count of 0 is not shown."""

    text: str
    address: str
    order: int
    place: Place = Place.BAR
    group: str = ""
    count: int = 0


@dataclass(frozen=True)
class Card:
    """A part of the first page. `load` gives its template what it shows, or None: not shown."""

    template: str
    load: Callable[[], Mapping[str, Any] | None]
    order: int


def _nothing(*_answer: Any) -> Iterable[Entry]:
    return ()


@dataclass(frozen=True)
class Section:
    """Everything the shell knows of one section.

    `asks` says what the services answer about the person: it decides who sees which entry, with
    which count, so it is asked at most every half minute and kept in the session: let it be small.
    `menu` makes entries of that answer; None means that no service answered. `visitors` and
    `front` are for who has not signed in. `links` are addresses that other sections may point at
    by name, without knowing whose they are.
    """

    name: str
    pages: Blueprint
    asks: Callable[[], Any] | None = None
    menu: Callable[[Any], Iterable[Entry]] = _nothing
    visitors: Callable[[], Iterable[Entry]] = _nothing
    cards: tuple[Card, ...] = ()
    front: tuple[Card, ...] = ()
    links: Mapping[str, Callable[..., str]] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return Path(self.pages.root_path)


class SectionInvalid(ManifestInvalid):
    """Two sections want the same, or one is none. The portal does not start."""


def discover() -> dict[str, Section]:
    """Return every installed section by name, in name order. Raises `SectionInvalid`."""
    sections: dict[str, Section] = {}
    for section in (*_in_repository(), *_installed()):
        if not isinstance(section, Section):
            raise SectionInvalid(f"{section!r} is not a Section")
        if sections.setdefault(section.name, section) is not section:
            raise SectionInvalid(f"two sections are called {section.name!r}")
    return dict(sorted(sections.items()))


def _in_repository() -> list[Any]:
    folders = importlib.import_module("portal.sections").__path__
    names = {entry.name for folder in folders for entry in os.scandir(folder) if _is_one(entry)}
    return [load(f"portal.sections.{name}.section:SECTION") for name in sorted(names)]


def _is_one(entry: "os.DirEntry[str]") -> bool:
    return entry.is_dir() and (Path(entry.path) / "section.py").is_file()


def _installed() -> list[Any]:
    return [load(point.value) for point in brought_to("simpul.sections")]
