"""Alarms that nobody can decide: for whom the proposal service tells of them, while any last.

They also hear of it while the system passes on late what people do, or does less than it should.
"""

from collections.abc import Iterator
from typing import Any

from flask import url_for

from portal.sections.unattended import reading
from portal.sections.unattended.pages import pages
from portal.shell.answers import answer_to
from portal.shell.saying import say
from portal.shell.sections import Card, Entry, Place, Section

NAME = "unattended"


def _menu(told: Any) -> Iterator[Entry]:
    count = told["alarms"] + len(told["late"]) + len(told["less"]) if told else 0
    if count:
        text, address = say("unattended.alarms"), url_for("unattended.alarms")
        yield Entry(text, address, 85, Place.MENU, say("unattended.officer"), count)


def _alarms() -> dict[str, Any] | None:
    told = answer_to(NAME, reading.now)
    return told if told and any(told.values()) else None


SECTION = Section(
    name=NAME,
    pages=pages,
    asks=reading.now,
    menu=_menu,
    cards=(Card("unattended/card.html", _alarms, 5),),
)
