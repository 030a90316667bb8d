"""A person's contact, below their name; on the first page only what does not arrive."""

from collections.abc import Iterator
from typing import Any

from flask import url_for

from portal.sections.contact.pages import pages
from portal.sections.contact.reading import does_not_arrive
from portal.shell.saying import say
from portal.shell.sections import Card, Entry, Place, Section


def _menu(_answer: Any) -> Iterator[Entry]:
    yield Entry(say("contact.my_contact"), url_for("contact.mine"), 10, Place.PERSON)


SECTION = Section(
    name="contact",
    pages=pages,
    menu=_menu,
    cards=(Card("contact/card.html", does_not_arrive, 5),),
    links={
        "contact": lambda *_about: url_for("contact.mine"),
        "contact_code": lambda *_about: url_for("contact.mine"),
    },
)
