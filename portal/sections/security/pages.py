"""What concerned the safety of accounts and data: alarms, and events under a filter."""

from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.sections.security import reading
from portal.shell.answers import forget
from portal.shell.api_client import ApiRefused
from portal.shell.downloads import passed_on
from portal.shell.forms import fresh_key, sent_key
from portal.shell.saying import say
from portal.shell.signed_in import api

CSV, EXCEL = "csv", "xlsx"
pages = Blueprint("security", __name__, url_prefix="/portal")


@pages.get("/keamanan")
def events() -> str:
    standing, asked = reading.standing(), _asked()
    listing = reading.events(asked, request.args.get("cursor")) if standing["events"] else None
    return render_template(
        "security/events.html",
        alarms=reading.alarms(),
        listing=listing,
        kinds=reading.kinds() if listing else [],
        asked=asked,
        key=fresh_key(),
    )


@pages.post("/keamanan/orang")
def find_person() -> Response:
    """Look up an NIP that was typed: it has no place in an address, the person's id has."""
    asked = {name: request.form.get(name, "") for name in reading.ASKED}
    try:
        asked["person_id"] = reading.person(request.form.get("nip", ""))["id"]
    except ApiRefused as refused:
        flash(refused.detail or say("security.nobody"), "error")
    given = urlencode({name: value for name, value in asked.items() if value})
    return redirect(f"{url_for('security.events')}?{given}")


@pages.post("/keamanan/peringatan/<alarm_id>")
def close_alarm(alarm_id: str) -> Response:
    """Say that somebody has looked into an alarm."""
    try:
        api().send("POST", reading.closing(alarm_id), key=sent_key())
    except ApiRefused as refused:
        if refused.status != reading.NOT_YOURS:
            raise
        flash(say("security.about_you"), "error")
    else:
        forget()
        flash(say("security.closed"), "success")
    return redirect(url_for("security.events"))


@pages.get("/keamanan/unduh")
def download() -> Response:
    wanted = request.args.get("format")
    query = urlencode({**reading.in_utc(_asked()), "format": wanted if wanted == CSV else EXCEL})
    return passed_on(api().download(f"{reading.IDENTITY}/security-events?{query}"))


def _asked() -> dict[str, str]:
    given = {name: request.args.get(name, "") for name in reading.ASKED}
    return {name: value for name, value in given.items() if value}
