"""The status of a proposal for anybody with its number and lookup code."""

from collections.abc import Iterator
from typing import Any

from flask import url_for

from portal.sections.lookup.pages import pages
from portal.shell.saying import say
from portal.shell.sections import Entry, Place, Section


def _visitors() -> Iterator[Entry]:
    yield Entry(say("lookup.check_a_proposal"), url_for("lookup.ask"), 10)


def _menu(_answer: Any) -> Iterator[Entry]:
    yield Entry(say("lookup.check_a_proposal"), url_for("lookup.ask"), 10, Place.PERSON)


SECTION = Section(name="lookup", pages=pages, visitors=_visitors, menu=_menu)
