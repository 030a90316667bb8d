"""Alarms that nobody can decide: for whom the proposal service tells of them, while any last."""

from collections.abc import Iterator
from typing import Any

from flask import url_for

from portal.sections.unattended.pages import pages
from portal.sections.unattended.reading import count
from portal.shell.answers import answer_to
from portal.shell.saying import say
from portal.shell.sections import Card, Entry, Place, Section

NAME = "unattended"


def _menu(alarms: Any) -> Iterator[Entry]:
    if alarms:
        text, address = say("unattended.alarms"), url_for("unattended.alarms")
        yield Entry(text, address, 85, Place.MENU, say("unattended.officer"), alarms)


def _alarms() -> dict[str, Any] | None:
    alarms = answer_to(NAME, count)
    return {"alarms": alarms} if alarms else None


SECTION = Section(
    name=NAME,
    pages=pages,
    asks=count,
    menu=_menu,
    cards=(Card("unattended/card.html", _alarms, 5),),
)
