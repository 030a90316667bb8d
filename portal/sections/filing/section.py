"""Filing a proposal: from the choice of a layanan to the last press, and again after a return."""

from collections.abc import Iterator
from typing import Any

from flask import url_for

from portal.sections.filing.pages import pages
from portal.shell.saying import say
from portal.shell.sections import Entry, Section


def _menu(_answer: Any) -> Iterator[Entry]:
    yield Entry(say("filing.menu"), url_for("filing.choose"), 10)


SECTION = Section(
    name="filing",
    pages=pages,
    menu=_menu,
    links={
        "new_proposal": lambda: url_for("filing.choose"),
        "choose_file": lambda proposal_id, code: url_for(
            "filing.choose_file", proposal_id=proposal_id, code=code
        ),
        "file_arrived": lambda proposal_id, code, **query: url_for(
            "filing.arrived", proposal_id=proposal_id, code=code, **query
        ),
        "draft": lambda proposal_id: url_for("filing.fill", proposal_id=proposal_id),
    },
)
