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
FIELDS = ("email", "phone", "language")
pages = Blueprint("contact", __name__, url_prefix="/portal")


@pages.get("/kontak")
def mine() -> str:
    contact = reading.contact()
    return _page(contact.data, contact.etag, {})


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


@pages.get("/kontak/tidak-sampai")
def unreached() -> str:
    wanted = {name: request.args.get(name) for name in ("q", "cursor")}
    listing = reading.unreached(wanted["q"], wanted["cursor"])
    return render_template("contact/unreached.html", listing=listing, q=wanted["q"])


def _page(contact: dict[str, str | None], etag: str | None, errors: dict[str, str]) -> str:
    return render_template(
        "contact/mine.html",
        contact=contact,
        etag=etag,
        key=fresh_key(),
        errors={pointer.strip("/"): text for pointer, text in errors.items()},
        troubles=reading.troubles(),
        not_mobile=reading.not_mobile(contact.get("phone")),
    )
