"""Recovery of accounts (C17): officers confirm it in place, an owner is told and stops it."""

from collections.abc import Iterator
from typing import Any

from flask import url_for

from portal.sections.recovering import reading
from portal.sections.recovering.pages import pages
from portal.shell.answers import answer_to
from portal.shell.saying import say
from portal.shell.sections import Card, Entry, Place, Section

NAME = "recovering"


def _menu(told: Any) -> Iterator[Entry]:
    if told and told["desk"] is not None:
        text, address = say("recovering.title"), url_for("recovering.listing")
        yield Entry(text, address, 84, Place.MENU, say("recovering.officer"), told["desk"])


def _own() -> dict[str, Any] | None:
    told = answer_to(NAME, reading.now)
    return {"count": told["own"]} if told and told["own"] else None


SECTION = Section(
    name=NAME,
    pages=pages,
    asks=reading.now,
    menu=_menu,
    cards=(Card("recovering/card.html", _own, 1),),
    links={
        "account_recovery": lambda *_about: url_for("recovering.listing"),
        "recovery_link": lambda *_about: url_for("recovering.listing"),
    },
)
