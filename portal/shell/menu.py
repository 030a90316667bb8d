"""The menu of a page: what the sections put there for the person who looks at it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import structlog
from flask import g, request, url_for

from portal.shell.answers import answer_to
from portal.shell.joining import sections
from portal.shell.own_pages import asked_page
from portal.shell.saying import say
from portal.shell.sections import Entry, Place, Section
from portal.shell.signed_in import me

log = structlog.get_logger()
ACCOUNT = "/masuk/akun"  # identity's own page
FIRST, LAST = 0, 99


@dataclass(frozen=True)
class Menu:
    """Entries in order; `here` is the address of the entry that the page belongs to."""

    entries: tuple[Entry, ...]

    @property
    def here(self) -> str:
        whole = asked_page()
        return whole if whole in {entry.address for entry in self.entries} else request.path

    @property
    def bar(self) -> list[Entry]:
        return self._at(Place.BAR)

    @property
    def bells(self) -> list[Entry]:
        return self._at(Place.BELL)

    @property
    def person(self) -> list[Entry]:
        return self._at(Place.PERSON)

    @property
    def groups(self) -> list[tuple[str, list[Entry]]]:
        """The whole menu but the person's own part: what has no heading first."""
        groups: dict[str, list[Entry]] = {"": []}
        for entry in self._at(Place.BAR, Place.MENU):
            groups.setdefault(entry.group, []).append(entry)
        return list(groups.items())

    def _at(self, *places: Place) -> list[Entry]:
        return [entry for entry in self.entries if entry.place in places]


def menu() -> Menu:
    """Return the menu of this page."""
    if "menu" not in g:
        entries = _of_person() if me() else _of_visitor()
        g.menu = Menu(tuple(sorted(entries, key=lambda entry: (entry.order, entry.text))))
    return g.menu  # type: ignore[no-any-return]


def _of_visitor() -> Iterator[Entry]:
    for section in sections().values():
        yield from _entries(section, section.visitors)
    yield Entry(say("shell.sign_in"), url_for("sign_in.start"), LAST)


def _of_person() -> Iterator[Entry]:
    yield Entry(say("shell.dashboard"), url_for("home.first"), FIRST)
    for section in sections().values():
        yield from _entries(section, partial(_of, section))
    yield Entry(say("shell.account_and_password"), ACCOUNT, FIRST, Place.PERSON)


def _of(section: Section) -> Iterable[Entry]:
    answer = answer_to(section.name, section.asks) if section.asks else None
    return section.menu(answer)


def _entries(section: Section, make: Callable[[], Iterable[Entry]]) -> Iterable[Entry]:
    """A section that cannot say its entries takes only them from the page."""
    try:
        return list(make())
    except Exception:  # the menu is on every page, error pages too
        log.exception("menu_failed", section=section.name)
        return ()
