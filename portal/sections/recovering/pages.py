"""Officers confirm who stands before them; owners stop what they did not ask for."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.sections.recovering import reading
from portal.shell.answers import forget
from portal.shell.api_client import ApiRefused
from portal.shell.faults import Page
from portal.shell.forms import fresh_key, sent_key
from portal.shell.saying import say
from portal.shell.signed_in import api

SERVER_FAULT = 500
SIGN_IN = 401
pages = Blueprint("recovering", __name__, url_prefix="/portal")


@pages.get("/pemulihan")
def listing() -> str:
    return _page()


@pages.post("/pemulihan")
def ask() -> Page | Response:
    """Ask for somebody who stands before the desk; that is the officer's confirmation, too."""
    typed = {name: request.form.get(name, "").strip() for name in ("nip", "resets")}
    body = {**typed, "contact_lost": "contact_lost" in request.form}
    try:
        api().send("POST", reading.RECOVERIES, body, key=sent_key())
    except ApiRefused as refused:
        return _refused(refused, typed)
    return _done(say("recovering.asked"))


@pages.post("/pemulihan/<recovery_id>/<step>")
def take_step(recovery_id: str, step: str) -> Page | Response:
    if step not in reading.STEPS:
        abort(404)
    reason = request.form.get("reason", "").strip()
    body = {"reason": reason} if reason and step == reading.STOP else None
    try:
        api().send("POST", reading.address_of(recovery_id, step), body, key=sent_key())
    except ApiRefused as refused:
        return _refused(refused, {"reason": reason, "stopping": recovery_id})
    confirmed = step == reading.CONFIRM
    return _done(say("recovering.confirm_done") if confirmed else say("recovering.stop_done"))


@pages.post("/pemulihan/<recovery_id>/surat")
def letter(recovery_id: str) -> Page | str:
    """Show my part of the letter, to print or to read out; it is in no other page."""
    try:
        part = api().send("POST", reading.address_of(recovery_id, "letter")).data
    except ApiRefused as refused:
        return _refused(refused)
    return render_template("recovering/letter.html", part=part)


def _done(words: str) -> Response:
    forget()
    flash(words, "success")
    return redirect(url_for("recovering.listing"))


def _refused(refused: ApiRefused, typed: dict[str, str] | None = None) -> Page:
    if refused.status >= SERVER_FAULT or refused.status == SIGN_IN:
        raise refused
    errors = [*refused.errors.values()] or [refused.detail]
    return _page(errors=errors, typed=typed or {}), refused.status


def _page(*, errors: list[str] | None = None, typed: dict[str, str] | None = None) -> str:
    return render_template(
        "recovering/list.html",
        own=reading.own(),
        waiting=reading.at_my_desk(),
        errors=errors,
        typed=typed or {},
        key=fresh_key(),
    )
