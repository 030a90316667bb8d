"""The first steps of a new region: on the first page of who administers it, until a
proposal can go its whole way.
"""

from flask import url_for

from portal.sections.beginning.pages import pages
from portal.sections.beginning.reading import unfinished
from portal.shell.sections import Card, Section

SECTION = Section(
    name="beginning",
    pages=pages,
    cards=(Card("beginning/card.html", unfinished, 5),),
    links={"first_steps": lambda: url_for("beginning.steps")},
)
