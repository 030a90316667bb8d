"""Filing: choose a layanan, fill in, attach, look again, send. Revision is the same desk."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal import drafts
from portal.api_client import ApiRefused
from portal.faults import Page
from portal.forms import by_field, fresh_key, sent_key
from portal.signed_in import api
from portal.words import say

UNPROCESSABLE = 422
pages = Blueprint("filing", __name__, url_prefix="/portal")


@pages.get("/layanan")
def choose() -> str:
    return render_template("layanan_list.html", listing=api().get("/api/proposal/v1/layanan"))


@pages.get("/layanan/<code>")
def about(code: str) -> str:
    layanan = api().get(f"/api/proposal/v1/layanan/{code}")
    return render_template("layanan.html", layanan=layanan, key=fresh_key())


@pages.post("/layanan/<code>")
def begin(code: str) -> Response:
    made = api().send("POST", "/api/proposal/v1/proposals", {"layanan": code}, key=sent_key())
    return redirect(url_for("filing.fill", proposal_id=made.data["id"]))


@pages.get("/usulan/<uuid:proposal_id>/isi")
def fill(proposal_id: Any) -> Page | str:
    draft = drafts.load(str(proposal_id))
    if not draft.is_open:
        return redirect(url_for("proposals.show", proposal_id=proposal_id))
    return render_template("fill.html", draft=draft, key=fresh_key(), errors={}, others=[])


@pages.post("/usulan/<uuid:proposal_id>/isi")
def save(proposal_id: Any) -> Page | str:
    draft = drafts.load(str(proposal_id))
    errors, others = drafts.save(draft, sent_key())
    if errors or others:
        return _again(draft, errors, others)
    if request.form.get("then") == "send":
        return redirect(url_for("filing.confirm", proposal_id=proposal_id))
    flash(say("Draf tersimpan.", "Draft saved."), "success")
    return redirect(url_for("filing.fill", proposal_id=proposal_id))


@pages.post("/usulan/<uuid:proposal_id>/isi/otomatis")
def autosave(proposal_id: Any) -> dict[str, Any]:
    """What the script sends while somebody types: fields only, answered with the new version."""
    draft = drafts.load(str(proposal_id))
    errors = drafts.save_fields(draft)
    draft.refresh()
    return {"errors": errors, "etag": draft.etag, "needed": draft.needed}


@pages.get("/usulan/<uuid:proposal_id>/kirim")
def confirm(proposal_id: Any) -> Page | str:
    draft = drafts.load(str(proposal_id))
    if not draft.is_open:
        return redirect(url_for("proposals.show", proposal_id=proposal_id))
    if missing := draft.missing():
        return _again(draft, missing, [])
    return render_template("confirm_submit.html", draft=draft, key=fresh_key())


@pages.post("/usulan/<uuid:proposal_id>/kirim")
def submit(proposal_id: Any) -> Page | str:
    draft = drafts.load(str(proposal_id))
    action = "resubmit" if request.form.get("action") == "resubmit" else "submit"
    path = f"/api/proposal/v1/proposals/{proposal_id}/{action}"
    try:
        sent = api().send("POST", path, {}, etag=request.form.get("etag"), key=sent_key()).data
    except ApiRefused as refused:
        if refused.status != UNPROCESSABLE:
            raise
        errors, others = by_field(refused.errors)
        return _again(draft, errors, others or ([] if errors else [refused.detail]))
    flash(_sent_text(action, sent), "success")
    return redirect(url_for("proposals.show", proposal_id=proposal_id))


def _again(draft: drafts.Draft, errors: dict[str, str], others: list[str]) -> tuple[str, int]:
    page = render_template("fill.html", draft=draft, key=fresh_key(), errors=errors, others=others)
    return page, UNPROCESSABLE


def _sent_text(action: str, sent: dict[str, Any]) -> str:
    if action == "resubmit":
        return say("Perbaikan telah dikirim.", "Your revision was sent.")
    number, code = sent.get("number"), sent.get("lookup_code")
    return say(
        f"Usulan berhasil dikirim. Nomor usulan {number}, kode pelacakan {code}.",
        f"The proposal was submitted. Number {number}, lookup code {code}.",
    )
