"""Mending a refused file: what was wrong, what would change, before and after, and the consent."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from portal.sections.filing_mending import reading
from portal.sections.filing_mending.reading import Mending
from portal.shell import uploads
from portal.shell.api_client import ApiRefused
from portal.shell.downloads import passed_on
from portal.shell.faults import Page
from portal.shell.joining import link
from portal.shell.signed_in import api

UNPROCESSABLE = 422
_SEE_OTHER = 303
_MADE = "hasil"
_HERE = "/usulan/<uuid:proposal_id>/dokumen/<code>/perbaiki/<uuid:upload_id>"
pages = Blueprint("filing_mending", __name__, url_prefix="/portal")


@pages.get(_HERE)
def page(proposal_id: UUID, code: str, upload_id: UUID) -> Page | str:
    mending = reading.mending(proposal_id, code, upload_id, request.args.get(_MADE))
    if mending.made and mending.made.is_stored:
        return _attached(mending)
    return _shown(mending)


@pages.post(_HERE)
def mend(proposal_id: UUID, code: str, upload_id: UUID) -> Page | str:
    mending = reading.mending(proposal_id, code, upload_id)
    try:
        made_id = reading.ask_for(mending, request.form.get("how", ""))
    except ApiRefused as refused:
        return _shown(mending, refused.detail), UNPROCESSABLE
    return redirect(mending.address("filing_mending.page", **{_MADE: made_id}), _SEE_OTHER)


@pages.post(f"{_HERE}/pakai")
def use(proposal_id: UUID, code: str, upload_id: UUID) -> Page | str:
    """Make a document of what was made, which its owner has seen."""
    mending = reading.mending(proposal_id, code, upload_id, request.form.get(_MADE, "-"))
    taken = uploads.finish(mending.made or mending.original)
    if not taken.is_stored:
        return _shown(Mending(proposal_id, code, taken)), UNPROCESSABLE
    return _attached(mending)


@pages.get("/unggahan/<uuid:upload_id>/halaman/<int:number>.jpg")
def picture(upload_id: UUID, number: int) -> Response:
    """Show a page of an upload that is not a document yet."""
    return passed_on(api().download(f"{uploads.UPLOADS}/{upload_id}/pages/{number}.jpg"))


@pages.get("/unggahan/<uuid:upload_id>/berkas")
def whole(upload_id: UUID) -> Response:
    """Give what was made of an upload, to be looked at whole."""
    return passed_on(api().download(f"{uploads.UPLOADS}/{upload_id}/content"))


def _shown(mending: Mending, error: str = "") -> str:
    other = link("choose_file", mending.proposal_id, mending.code)
    return render_template(
        "filing_mending/page.html", mending=mending, error=error, field=_MADE, other=other
    )


def _attached(mending: Mending) -> Response:
    """Go where the document is attached to its place in the form."""
    made: Any = mending.made
    arrived = link("file_arrived", mending.proposal_id, mending.code, **{uploads.FIELD: made.id})
    return redirect(arrived or link("draft", mending.proposal_id), _SEE_OTHER)
