"""Documents of a proposal: upload one, remove one, look at one through a grant."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal import drafts
from portal.api_client import ApiRefused
from portal.faults import Page, wants_json
from portal.forms import fresh_key, sent_key
from portal.signed_in import api
from portal.words import say

UNPROCESSABLE = 422
_PASSED_ON = ("Content-Type", "Content-Disposition", "ETag")
pages = Blueprint("papers", __name__, url_prefix="/portal")


@pages.post("/usulan/<uuid:proposal_id>/dokumen/<code>")
def upload(proposal_id: Any, code: str) -> Page | dict[str, Any] | AnyResponse | str:
    draft = drafts.load(str(proposal_id))
    requirement = next((item for item in draft.open_requirements() if item["code"] == code), None)
    file = request.files.get("file") or request.files.get(f"document.{code}")
    if requirement is None or file is None or not file.filename:
        abort(404)
    try:
        drafts.attach(draft, requirement, file, sent_key())
    except ApiRefused as refused:
        return _refused(draft, code, refused)
    if wants_json():
        draft.refresh()
        return {"etag": draft.etag, "html": _row(draft, requirement)}
    return redirect(url_for("filing.fill", proposal_id=proposal_id) + f"#document-{code}")


@pages.post("/usulan/<uuid:proposal_id>/dokumen/<code>/hapus")
def remove(proposal_id: Any, code: str) -> AnyResponse:
    draft = drafts.load(str(proposal_id))
    drafts.save_fields(draft)  # what was typed meanwhile came along
    drafts.detach(draft, code)
    flash(say("Dokumen dihapus dari usulan.", "The document was removed."), "success")
    return redirect(url_for("filing.fill", proposal_id=proposal_id) + f"#document-{code}")


@pages.get("/usulan/<uuid:proposal_id>/dokumen/<code>")
def view(proposal_id: Any, code: str) -> Response:
    """The bytes pass through here: the reader's browser holds no token, the portal does."""
    path = f"/api/proposal/v1/proposals/{proposal_id}/documents/{code}/grant"
    body = {"revision": request.args.get("revision", type=int)}
    grant = api().send("POST", path, body).data
    answer = api().download(grant["url"])
    response = Response(answer.body, status=answer.status)
    for name in _PASSED_ON:
        if name in answer.headers:
            response.headers[name] = answer.headers[name]
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused(draft: drafts.Draft, code: str, refused: ApiRefused) -> Page:
    text = drafts.refusal_text(refused)
    if wants_json():
        return {"detail": text, "code": refused.code}, refused.status
    if refused.is_stale:
        raise refused
    errors = {f"documents.{code}": text}
    page = render_template("fill.html", draft=draft, key=fresh_key(), errors=errors, others=[])
    return page, UNPROCESSABLE


def _row(draft: drafts.Draft, requirement: Any) -> str:
    """The attached file as the page shows it, for the script to put in place."""
    return render_template("_attached_alone.html", draft=draft, requirement=requirement)
