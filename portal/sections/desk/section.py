"""The desk of whoever decides: shown to whom the proposal service gives something to decide."""

from collections.abc import Iterator
from typing import Any

from flask import url_for

from portal.sections.desk.pages import pages
from portal.sections.desk.reading import queues
from portal.shell.answers import answer_to
from portal.shell.saying import say
from portal.shell.sections import Card, Entry, Place, Section

NAME = "desk"


def _menu(queues: Any) -> Iterator[Entry]:
    if not queues:
        return
    group = say("desk.officer")
    waiting = sum(queue["waiting"] for queue in queues)
    inbox = url_for("desk.inbox")
    yield Entry(say("desk.waiting_for_me"), inbox, 50, group=group, count=waiting)
    for order, queue in enumerate(queues if len(queues) > 1 else (), start=51):
        address = url_for("desk.inbox", stage=queue["stage"])
        yield Entry(queue["label"], address, order, Place.MENU, group, queue["waiting"])
    yield Entry(say("desk.decided"), url_for("desk.decided"), 80, Place.MENU, group)


def _waiting() -> dict[str, Any] | None:
    told = answer_to(NAME, queues)
    if not told:
        return None
    return {"waiting": [queue for queue in told if queue["waiting"]]}


SECTION = Section(
    name=NAME,
    pages=pages,
    asks=queues,
    menu=_menu,
    cards=(Card("desk/card.html", _waiting, 10),),
    links={
        "waiting": lambda: url_for("desk.inbox"),
        "decided": lambda: url_for("desk.decided"),
        "closing": lambda proposal_id: url_for("desk.consider_closing", proposal_id=proposal_id),
        "withdrawal_answer": lambda proposal_id: url_for(
            "desk.answer_withdrawal", proposal_id=proposal_id
        ),
        "decision": lambda proposal_id: url_for("desk.look", proposal_id=proposal_id),
    },
)
