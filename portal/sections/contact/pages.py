"""How the region reaches me, and for Umpeg whom of the OPD it does not reach."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.sections.contact import reading
from portal.shell.api_client import ApiRefused
from portal.shell.faults import Page
from portal.shell.forms import fresh_key, sent_key
from portal.shell.saying import say
from portal.shell.signed_in import api

UNPROCESSABLE = 422
REFUSALS = (UNPROCESSABLE, 409, 429)
FIELDS = ("email", "phone", "language")
pages = Blueprint("contact", __name__, url_prefix="/portal")


@pages.get("/kontak")
def mine() -> str:
    contact = reading.contact()
    return _page(contact.data, contact.etag, {}, awaited=request.args.get("kode"))


@pages.post("/kontak")
def change() -> Page | Response:
    typed = {name: request.form.get(name, "").strip() or None for name in FIELDS}
    etag = request.form.get("etag")
    try:
        api().send("PATCH", reading.CONTACT, typed, etag=etag, key=sent_key())
    except ApiRefused as refused:
        if refused.status != UNPROCESSABLE:
            raise
        return _page(typed, etag, refused.errors or {"": refused.detail}), UNPROCESSABLE
    flash(say("contact.saved"), "success")
    return redirect(url_for("contact.mine"))


@pages.post("/kontak/kode")
def send_code() -> Page | Response:
    """Have a code sent to the saved address, to prove that it is one's own (R37)."""
    channel = request.form.get("channel", "")
    try:
        api().send("POST", reading.CODE, {"channel": channel})
    except ApiRefused as refused:
        return _not_verified(refused, channel)
    flash(say("contact.code_sent"), "success")
    return redirect(url_for("contact.mine", kode=channel))


@pages.post("/kontak/verifikasi")
def verify() -> Page | Response:
    channel = request.form.get("channel", "")
    typed = {"channel": channel, "code": request.form.get("code", "").strip()}
    try:
        api().send("POST", reading.VERIFY, typed)
    except ApiRefused as refused:
        return _not_verified(refused, channel)
    flash(say("contact.is_verified"), "success")
    return redirect(url_for("contact.mine"))


@pages.get("/kontak/tidak-sampai")
def unreached() -> str:
    wanted = {name: request.args.get(name) for name in ("q", "cursor")}
    listing = reading.unreached(wanted["q"], wanted["cursor"])
    return render_template("contact/unreached.html", listing=listing, q=wanted["q"])


def _not_verified(refused: ApiRefused, channel: str) -> Page:
    if refused.status not in REFUSALS:
        raise refused
    contact = reading.contact()
    errors = {f"code_{channel}": next(iter(refused.errors.values()), refused.detail)}
    return _page(contact.data, contact.etag, errors, awaited=channel), refused.status


def _page(
    contact: dict[str, str | None],
    etag: str | None,
    errors: dict[str, str],
    *,
    awaited: str | None = None,
) -> str:
    return render_template(
        "contact/mine.html",
        contact=contact,
        etag=etag,
        key=fresh_key(),
        errors={pointer.strip("/"): text for pointer, text in errors.items()},
        proofs=reading.proofs(contact, awaited),
        troubles=reading.troubles(),
        not_mobile=reading.not_mobile(contact.get("phone")),
    )
