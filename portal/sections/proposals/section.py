"""The proposals of who is signed in, and how a proposal goes for who is not."""

from collections.abc import Iterator
from typing import Any

from flask import url_for

from portal.sections.proposals.pages import pages
from portal.sections.proposals.reading import newest, usual_way
from portal.shell.saying import say
from portal.shell.sections import Card, Entry, Section


def _menu(_answer: Any) -> Iterator[Entry]:
    yield Entry(say("proposals.my_proposals"), url_for("proposals.running"), 20)
    yield Entry(say("proposals.menu_finished"), url_for("proposals.finished"), 21)


SECTION = Section(
    name="proposals",
    pages=pages,
    menu=_menu,
    cards=(Card("proposals/card.html", newest, 20),),
    front=(Card("proposals/front.html", usual_way, 10),),
    links={
        "my_proposals": lambda: url_for("proposals.running"),
        "proposal": lambda proposal_id: url_for("proposals.show", proposal_id=proposal_id),
        "withdrawal": lambda proposal_id: url_for("proposals.withdraw", proposal_id=proposal_id),
        "proposal_document": lambda proposal_id, code, **query: url_for(
            "proposals.view_document", proposal_id=proposal_id, code=code, **query
        ),
    },
)
