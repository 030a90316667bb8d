"""A file that was refused for its form, mended before the eyes of who sent it."""

from flask import url_for

from portal.sections.filing_mending.pages import pages
from portal.shell.sections import Section

SECTION = Section(
    name="filing_mending",
    pages=pages,
    links={
        "upload_page": lambda upload_id, number: url_for(
            "filing_mending.picture", upload_id=upload_id, number=number
        ),
        "upload_file": lambda upload_id: url_for("filing_mending.whole", upload_id=upload_id),
    },
)
