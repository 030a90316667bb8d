"""Filing: choose a layanan, fill in, attach, look again, send. Revision is the same form."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.sections.filing import reading, saving
from portal.shell.api_client import ApiRefused
from portal.shell.cases import API
from portal.shell.faults import Page, stale, wants_json
from portal.shell.forms import by_field, fresh_key, sent_key
from portal.shell.joining import link
from portal.shell.own_pages import own_page
from portal.shell.saying import say
from portal.shell.signed_in import api

UNPROCESSABLE = 422
pages = Blueprint("filing", __name__, url_prefix="/portal")


@pages.get("/layanan")
def choose() -> str:
    return render_template("filing/choose.html", listing=reading.layanan_offered())


@pages.get("/layanan/<code>")
def about(code: str) -> str:
    return render_template("filing/about.html", layanan=reading.layanan(code), key=fresh_key())


@pages.post("/layanan/<code>")
def begin(code: str) -> Response:
    made = api().send("POST", f"{API}/proposals", {"layanan": code}, key=sent_key())
    return redirect(url_for("filing.fill", proposal_id=made.data["id"]))


@pages.get("/usulan/<uuid:proposal_id>/isi")
def fill(proposal_id: UUID) -> Page | str:
    draft = reading.load(str(proposal_id))
    if not draft.is_open:
        return _to_proposal(proposal_id)
    return render_template("filing/fill.html", draft=draft, key=fresh_key(), errors={}, others=[])


@pages.post("/usulan/<uuid:proposal_id>/isi")
def save(proposal_id: UUID) -> Page | str:
    draft = reading.load(str(proposal_id))
    try:
        errors, others = saving.save(draft, sent_key())
    except ApiRefused as refused:
        if not refused.is_stale:
            raise
        return stale(refused, told=say("filing.changed_in_another_tab"))
    if errors or others:
        return _again(draft, errors, others)
    if request.form.get("then") == "send":
        return redirect(url_for("filing.confirm", proposal_id=proposal_id))
    flash(say("filing.draft_saved"), "success")
    return redirect(url_for("filing.fill", proposal_id=proposal_id))


@pages.post("/usulan/<uuid:proposal_id>/isi/otomatis")
def autosave(proposal_id: UUID) -> Page | dict[str, Any]:
    """What the script sends while somebody types: fields only, answered with the new version."""
    draft = reading.load(str(proposal_id))
    try:
        errors = saving.save_fields(draft)
    except ApiRefused as refused:
        if not refused.is_stale:
            raise
        return {"code": "stale", "detail": say("filing.changed_in_another_tab")}, refused.status
    draft.refresh()
    return {
        "errors": errors,
        "etag": draft.etag,
        "needed": draft.needed,
        "missing": _missing(draft),
    }


@pages.get("/usulan/<uuid:proposal_id>/kirim")
def confirm(proposal_id: UUID) -> Page | str:
    draft = reading.load(str(proposal_id))
    if not draft.is_open:
        return _to_proposal(proposal_id)
    missing, others = draft.missing(), [obstacle["detail"] for obstacle in draft.obstacles]
    if missing or others:
        return _again(draft, missing, others)
    return render_template("filing/confirm.html", draft=draft, key=fresh_key())


@pages.post("/usulan/<uuid:proposal_id>/kirim")
def submit(proposal_id: UUID) -> Page | str:
    draft = reading.load(str(proposal_id))
    action = "resubmit" if request.form.get("action") == "resubmit" else "submit"
    path = f"{API}/proposals/{proposal_id}/{action}"
    try:
        sent = api().send("POST", path, {}, etag=request.form.get("etag"), key=sent_key()).data
    except ApiRefused as refused:
        if refused.status != UNPROCESSABLE:
            raise
        errors, others = by_field(refused.errors)
        return _again(draft, errors, others or ([] if errors else [refused.detail]))
    flash(_sent_text(action, sent), "success")
    return _to_proposal(proposal_id)


@pages.post("/usulan/<uuid:proposal_id>/dokumen/<code>")
def upload(proposal_id: UUID, code: str) -> Page | dict[str, Any] | str:
    draft = reading.load(str(proposal_id))
    requirement = next((item for item in draft.open_requirements() if item["code"] == code), None)
    file = request.files.get("file") or request.files.get(f"document.{code}")
    if requirement is None or file is None or not file.filename:
        abort(404)
    try:
        saving.attach(draft, requirement, file, sent_key())
    except ApiRefused as refused:
        return _refused_file(draft, code, refused)
    if wants_json():
        draft.refresh()
        return {
            "etag": draft.etag,
            "html": _row(draft, requirement),
            "missing": _missing(draft),
        }
    return redirect(url_for("filing.fill", proposal_id=proposal_id) + f"#document-{code}")


@pages.post("/usulan/<uuid:proposal_id>/dokumen/<code>/hapus")
def remove(proposal_id: UUID, code: str) -> Response:
    draft = reading.load(str(proposal_id))
    saving.save_fields(draft)  # what was typed meanwhile came along
    saving.detach(draft, code)
    flash(say("filing.the_document_was_removed"), "success")
    return redirect(url_for("filing.fill", proposal_id=proposal_id) + f"#document-{code}")


def _again(draft: reading.Draft, errors: dict[str, str], others: list[str]) -> tuple[str, int]:
    page = render_template(
        "filing/fill.html", draft=draft, key=fresh_key(), errors=errors, others=others
    )
    return page, UNPROCESSABLE


def _sent_text(action: str, sent: dict[str, Any]) -> str:
    if action == "resubmit":
        return say("filing.revision_sent")
    number, code = sent.get("number"), sent.get("lookup_code")
    return say("filing.proposal_sent", code=code, number=number)


def _refused_file(draft: reading.Draft, code: str, refused: ApiRefused) -> Page:
    text = saving.refusal_text(refused)
    if wants_json():
        return {"detail": text, "code": refused.code}, refused.status
    if refused.is_stale:
        raise refused
    return _again(draft, {f"documents.{code}": text}, [])


def _row(draft: reading.Draft, requirement: Any) -> str:
    """The attached file as the page shows it, for the script to put in place."""
    return render_template("filing/_attached.html", draft=draft, requirement=requirement)


def _missing(draft: reading.Draft) -> str:
    """What is still missing, as the page shows it, for the script to put in place."""
    return render_template("filing/_missing.html", draft=draft)


def _to_proposal(proposal_id: UUID) -> Response:
    return redirect(own_page(link("proposal", proposal_id)))
