"""The applicant's own proposals: running, finished, and one of them with its way so far."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.sections.proposals import reading
from portal.shell.cases import API
from portal.shell.downloads import passed_on
from portal.shell.forms import fresh_key, sent_key
from portal.shell.saying import say
from portal.shell.signed_in import api

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


@pages.post("/usulan/<uuid:proposal_id>/minta-batal")
def ask_to_withdraw(proposal_id: UUID) -> AnyResponse:
    body = {"note": request.form.get("note", "").strip()}
    path = f"{API}/proposals/{proposal_id}/withdrawal-request"
    api().send("POST", path, body, etag=request.form.get("etag"), key=sent_key())
    flash(say("proposals.withdrawal_was_asked"), "success")
    return redirect(url_for("proposals.show", proposal_id=proposal_id))


@pages.post("/usulan/<uuid:proposal_id>/tanda-terima")
def ask_for_receipt(proposal_id: UUID) -> AnyResponse:
    api().send("POST", f"{API}/proposals/{proposal_id}/receipt", {}, key=sent_key())
    return redirect(url_for("proposals.show", proposal_id=proposal_id))


@pages.get("/usulan/<uuid:proposal_id>/dokumen/<code>")
def view_document(proposal_id: UUID, code: str) -> AnyResponse:
    path = f"{API}/proposals/{proposal_id}/documents/{code}/grant"
    body = {"revision": request.args.get("revision", type=int)}
    grant = api().send("POST", path, body).data
    return passed_on(api().download(grant["url"]))


def _list(state: str) -> str:
    wanted = {name: request.args.get(name) for name in ("q", "sort", "cursor")}
    return render_template(
        "proposals/list.html",
        state=state,
        listing=reading.mine(state, wanted),
        wanted=wanted,
    )
