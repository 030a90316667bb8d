"""Notices: the bell on every page, the latest on the first one, and all of them."""

from collections.abc import Iterator
from typing import Any

from flask import url_for

from portal.sections.notices.pages import pages
from portal.sections.notices.reading import latest, unread
from portal.shell.saying import say
from portal.shell.sections import Card, Entry, Place, Section


def _menu(unread: Any) -> Iterator[Entry]:
    address = url_for("notices.all_notices")
    yield Entry(say("notices.notices"), address, 90, Place.BELL, count=unread or 0)


SECTION = Section(
    name="notices",
    pages=pages,
    asks=unread,
    menu=_menu,
    cards=(Card("notices/card.html", latest, 30),),
)
