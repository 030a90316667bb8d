"""Filing: choose a layanan, fill in, attach, look again, send. Revision is the same form."""

from typing import Any, cast
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.sections.filing import reading, saving, uploading
from portal.shell import uploads
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
        errors, others = saving.save(draft)
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
        return {"code": "stale", "detail": say("filing.changed_and_not_saved")}, refused.status
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


@pages.post("/usulan/<uuid:proposal_id>/dokumen/<code>/izin")
def permit(proposal_id: UUID, code: str) -> dict[str, Any]:
    """Let the script of this page send one file to documents."""
    draft = reading.load(str(proposal_id))
    requirement = uploading.requirement_of(draft, code)
    return uploads.for_script(uploading.place_of(draft, requirement))


@pages.post("/usulan/<uuid:proposal_id>/dokumen/<code>")
def upload(proposal_id: UUID, code: str) -> Page | dict[str, Any]:
    """Attach what the script has sent; a file itself comes from a page of an earlier release."""
    draft = reading.load(str(proposal_id))
    requirement = uploading.requirement_of(draft, code)
    if uploads.has_files():
        return _of_an_old_page(draft, code)
    sent = uploads.upload_of(request.form.get("upload"), _slot(draft, code))
    if not sent.is_stored:
        return uploading.refusal(draft, code, sent), UNPROCESSABLE
    uploading.attach(draft, requirement, sent)
    draft.refresh()
    return {
        "etag": draft.etag,
        "html": _row(draft, requirement, sent),
        "missing": _missing(draft),
    }


@pages.post("/usulan/<uuid:proposal_id>/dokumen/<code>/unggah")
def save_and_upload(proposal_id: UUID, code: str) -> Page | str:
    draft = reading.load(str(proposal_id))
    try:
        errors, others = saving.save(draft)
    except ApiRefused as refused:
        if not refused.is_stale:
            raise
        return stale(refused, told=say("filing.changed_in_another_tab"))
    if errors or others:
        return _again(draft, errors, others)
    return redirect(url_for("filing.choose_file", proposal_id=proposal_id, code=code), 303)


@pages.get("/usulan/<uuid:proposal_id>/dokumen/<code>/unggah")
def choose_file(proposal_id: UUID, code: str) -> Page | str:
    draft = reading.load(str(proposal_id))
    if not draft.is_open:
        return _to_proposal(proposal_id)
    return cast("str", uploading.page(draft, uploading.requirement_of(draft, code)))


@pages.get("/usulan/<uuid:proposal_id>/dokumen/<code>/diterima")
def arrived(proposal_id: UUID, code: str) -> Page | str:
    """Attach what a browser without scripts has sent to documents, which sent it on to here."""
    draft = reading.load(str(proposal_id))
    if not draft.is_open:
        return _to_proposal(proposal_id)
    requirement = uploading.requirement_of(draft, code)
    if refused := uploads.not_begun():
        return cast("str", uploading.page(draft, requirement, refused))
    sent = uploads.upload_of(request.args.get(uploads.FIELD), _slot(draft, code))
    return _taken(draft, code, sent)


@pages.post("/usulan/<uuid:proposal_id>/dokumen/<code>/diterima")
def check_again(proposal_id: UUID, code: str) -> Page | str:
    """Have documents look at a file that arrived while it was busy."""
    draft = reading.load(str(proposal_id))
    sent = uploads.upload_of(request.form.get(uploads.FIELD), _slot(draft, code))
    return _taken(draft, code, uploads.finish(sent) if sent.is_unchecked else sent)


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


def _slot(draft: reading.Draft, code: str) -> str:
    return uploading.place_of(draft, uploading.requirement_of(draft, code)).slot


def _taken(draft: reading.Draft, code: str, sent: uploads.Upload) -> Page | str:
    requirement = uploading.requirement_of(draft, code)
    if not sent.is_stored:
        return cast("str", uploading.page(draft, requirement, sent))
    try:
        uploading.attach(draft, requirement, sent)
    except ApiRefused as refused:
        if refused.is_stale:
            raise
        return cast("str", uploading.page_of_the_refused(draft, requirement, refused))
    flash(say("filing.the_document_is_attached", name=requirement["name"]), "success")
    if sent.is_in_quarantine:
        flash(say("filing.file_in_quarantine"))
    return redirect(uploading.row(draft, code))


def _of_an_old_page(draft: reading.Draft, code: str) -> Page:
    text = uploads.told_to_old_pages()
    if wants_json():
        return {"detail": text, "code": "page_old"}, UNPROCESSABLE
    return _again(draft, {f"documents.{code}": text}, [])


def _row(draft: reading.Draft, requirement: Any, sent: uploads.Upload) -> str:
    """The attached file as the page shows it, for the script to put in place."""
    return render_template(
        "filing/_attached.html",
        draft=draft,
        requirement=requirement,
        waits=sent.is_in_quarantine,
    )


def _missing(draft: reading.Draft) -> str:
    """What is still missing, as the page shows it, for the script to put in place."""
    return render_template("filing/_missing.html", draft=draft)


def _to_proposal(proposal_id: UUID) -> Response:
    return redirect(own_page(link("proposal", proposal_id)))
