"""The applicant's own proposals: running, finished, and one of them with its way so far."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.sections.proposals import reading
from portal.shell.cases import API
from portal.shell.forms import fresh_key, sent_key
from portal.shell.saying import say
from portal.shell.signed_in import api

_PASSED_ON = ("Content-Type", "Content-Disposition", "ETag")
pages = Blueprint("proposals", __name__, url_prefix="/portal")


@pages.get("/usulan")
def running() -> str:
    return _list("open")


@pages.get("/riwayat")
def finished() -> str:
    return _list("final")


@pages.get("/usulan/<uuid:proposal_id>")
def show(proposal_id: UUID) -> str:
    shown = reading.load(str(proposal_id))
    return render_template("proposals/proposal.html", key=fresh_key(), **shown)


@pages.post("/usulan/<uuid:proposal_id>/batal")
def withdraw(proposal_id: UUID) -> AnyResponse:
    api().send(
        "POST",
        f"{API}/proposals/{proposal_id}/withdraw",
        {},
        etag=request.form.get("etag"),
        key=sent_key(),
    )
    flash(say("proposals.the_proposal_was_withdrawn"), "success")
    return redirect(url_for("proposals.finished"))


@pages.post("/usulan/<uuid:proposal_id>/tanda-terima")
def ask_for_receipt(proposal_id: UUID) -> AnyResponse:
    api().send("POST", f"{API}/proposals/{proposal_id}/receipt", {}, key=sent_key())
    return redirect(url_for("proposals.show", proposal_id=proposal_id))


@pages.get("/usulan/<uuid:proposal_id>/dokumen/<code>")
def view_document(proposal_id: UUID, code: str) -> Response:
    """The bytes pass through here: the reader's browser holds no token, the portal does."""
    path = f"{API}/proposals/{proposal_id}/documents/{code}/grant"
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


def _list(state: str) -> str:
    wanted = {name: request.args.get(name) for name in ("q", "sort", "cursor")}
    return render_template(
        "proposals/list.html",
        state=state,
        listing=reading.mine(state, wanted),
        wanted=wanted,
    )
