"""Security events and alarms: for whom identity shows them."""

from collections.abc import Iterator
from typing import Any

from flask import url_for

from portal.sections.security import reading
from portal.sections.security.pages import pages
from portal.shell.answers import answer_to
from portal.shell.saying import say
from portal.shell.sections import Card, Entry, Place, Section

NAME = "security"


def _menu(told: Any) -> Iterator[Entry]:
    if told and told["alarms"]:
        text, address = say("security.events"), url_for("security.events")
        yield Entry(text, address, 84, Place.MENU, say("security.officer"), told["alarms_lately"])


def _alarms() -> dict[str, Any] | None:
    told = answer_to(NAME, reading.standing)
    return told if told and told["alarms_lately"] else None


SECTION = Section(
    name=NAME,
    pages=pages,
    asks=reading.standing,
    menu=_menu,
    cards=(Card("security/card.html", _alarms, 4),),
    links={"security_alarm": lambda _alarm_id: url_for("security.events")},
)
