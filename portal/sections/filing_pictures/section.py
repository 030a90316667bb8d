"""Pictures of a paper, taken with a telephone, become the PDF that a requirement asks for."""

from flask import url_for

from portal.sections.filing_pictures.pages import pages
from portal.shell.sections import Section

SECTION = Section(
    name="filing_pictures",
    pages=pages,
    links={
        "pictures": lambda proposal_id, code, **query: url_for(
            "filing_pictures.page", proposal_id=proposal_id, code=code, **query
        )
    },
)
