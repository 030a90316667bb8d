"""From pictures to the PDF of a requirement: choose, put in order, look at it, use it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from portal.sections.filing_pictures import reading
from portal.sections.filing_pictures.choice import MOST_WITHOUT_SCRIPTS, Choice
from portal.sections.filing_pictures.reading import CHOSEN, MADE, Pictures
from portal.shell import uploads
from portal.shell.api_client import ApiRefused
from portal.shell.downloads import passed_on
from portal.shell.faults import Page, wants_json
from portal.shell.joining import link
from portal.shell.signed_in import api

UNPROCESSABLE = 422
_SEE_OTHER = 303
_HERE = "/usulan/<uuid:proposal_id>/dokumen/<code>/foto"
pages = Blueprint("filing_pictures", __name__, url_prefix="/portal")


@pages.get(_HERE)
def page(proposal_id: UUID, code: str) -> Page | str:
    choice = Choice.read(request.args.get(CHOSEN))
    if arrived := request.args.get(uploads.FIELD, type=UUID):
        choice = choice.with_one(arrived)
    shown = reading.pictures(proposal_id, code, choice, request.args.get(MADE))
    if shown.made and shown.made.is_stored:
        return _attached(shown)
    refused = uploads.not_begun()
    return _shown(shown, refused.why if refused else "")


@pages.post(f"{_HERE}/izin")
def permit(proposal_id: UUID, code: str) -> dict[str, Any]:
    """Let the script of this page send pictures to documents."""
    shown = reading.pictures(proposal_id, code, Choice())
    return uploads.for_script(shown.place)


@pages.post(f"{_HERE}/jadikan")
def make(proposal_id: UUID, code: str) -> Page | dict[str, str]:
    """Have a PDF made of the pictures, and show it."""
    shown = reading.pictures(proposal_id, code, Choice.read(request.form.get(CHOSEN)))
    try:
        made = reading.combine(shown)
    except ApiRefused as refused:
        if wants_json():
            raise
        return _shown(shown, reading.why_not(refused)), UNPROCESSABLE
    if wants_json():
        result = reading.pictures(proposal_id, code, shown.choice, made)
        return {"html": render_template("filing_pictures/_result.html", shown=result, field=MADE)}
    return redirect(shown.address(shown.choice, **{MADE: made}), _SEE_OTHER)


@pages.post(f"{_HERE}/pakai")
def use(proposal_id: UUID, code: str) -> Page:
    """Make a document of the PDF, which its owner has seen."""
    choice = Choice.read(request.form.get(CHOSEN))
    shown = reading.pictures(proposal_id, code, choice, request.form.get(MADE, "-"))
    taken = uploads.finish(shown.made or uploads.Upload({}))
    if not taken.is_stored:
        return _shown(reading.pictures(proposal_id, code, choice), taken.why), UNPROCESSABLE
    return _attached(shown)


@pages.get(f"{_HERE}/<uuid:upload_id>/<int:number>.jpg")
def picture(proposal_id: UUID, code: str, upload_id: UUID, number: int) -> Response:
    """Show a page of the PDF."""
    return passed_on(api().download(f"{_upload(proposal_id, code, upload_id)}/pages/{number}.jpg"))


@pages.get(f"{_HERE}/<uuid:upload_id>.pdf")
def whole(proposal_id: UUID, code: str, upload_id: UUID) -> Response:
    """Give the PDF, to be looked at whole."""
    return passed_on(api().download(f"{_upload(proposal_id, code, upload_id)}/content"))


def _upload(proposal_id: UUID, code: str, upload_id: UUID) -> str:
    """Return the address of an upload of this place in documents, which shows it to its owner."""
    reading.requirement_of(proposal_id, code)
    return f"{uploads.UPLOADS}/{upload_id}"


def _shown(shown: Pictures, error: str = "") -> str:
    """Show the page, with a permit for a browser without scripts while it may send one more."""
    has_room = len(shown.pictures) < MOST_WITHOUT_SCRIPTS
    sending = uploads.by_form(shown.place) if has_room else None
    return render_template(
        "filing_pictures/page.html", shown=shown, error=error, sending=sending, field=MADE
    )


def _attached(shown: Pictures) -> Response:
    """Go where the document is attached to its place in the form."""
    made: Any = shown.made
    query = {uploads.FIELD: made.id}
    arrived = link("file_arrived", shown.proposal_id, shown.code, **query)
    return redirect(arrived or shown.form_page, _SEE_OTHER)
