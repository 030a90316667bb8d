"""The applicant's own proposals: running, finished, and one of them with its way so far."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal import tracking
from portal.definitions import load_proposal
from portal.forms import fresh_key, sent_key
from portal.signed_in import api
from portal.words import say

PAGE_SIZE = "10"
pages = Blueprint("proposals", __name__, url_prefix="/portal")


@pages.get("/usulan")
def running() -> str:
    return _list("open")


@pages.get("/riwayat")
def finished() -> str:
    return _list("final")


@pages.get("/usulan/<uuid:proposal_id>")
def show(proposal_id: Any) -> str:
    path = f"/api/proposal/v1/proposals/{proposal_id}"
    reply = load_proposal(str(proposal_id))
    proposal, history = reply.data, api().get(f"{path}/history")["data"]
    return render_template(
        "proposal.html",
        proposal=proposal,
        etag=reply.etag,
        key=fresh_key(),
        layanan=proposal["definition"],
        history=history,
        tracking=api().get(f"{path}/tracking"),
        steps=tracking.steps(proposal, history),
    )


@pages.post("/usulan/<uuid:proposal_id>/batal")
def withdraw(proposal_id: Any) -> Response:
    api().send(
        "POST",
        f"/api/proposal/v1/proposals/{proposal_id}/withdraw",
        {},
        etag=request.form.get("etag"),
        key=sent_key(),
    )
    flash(say("Usulan telah dibatalkan.", "The proposal was withdrawn."), "success")
    return redirect(url_for("proposals.finished"))


def _list(state: str) -> str:
    listing = api().get(
        "/api/proposal/v1/proposals",
        state=state,
        q=request.args.get("q"),
        cursor=request.args.get("cursor"),
        limit=PAGE_SIZE,
    )
    return render_template(
        "proposals.html", state=state, listing=listing, q=request.args.get("q", "")
    )
