"""Jobs in the portal: for who has some, in whatever service."""

from collections.abc import Iterator
from typing import Any

from flask import url_for

from portal.sections.jobs.pages import pages
from portal.sections.jobs.reading import has_jobs
from portal.shell.saying import say
from portal.shell.sections import Entry, Place, Section


def _menu(has_jobs: Any) -> Iterator[Entry]:
    if has_jobs:
        yield Entry(say("jobs.jobs"), url_for("jobs.all_jobs"), 20, Place.PERSON)


SECTION = Section(
    name="jobs",
    pages=pages,
    asks=has_jobs,
    menu=_menu,
    links={"job": lambda job_id: url_for("jobs.show", job_id=job_id)},
)
