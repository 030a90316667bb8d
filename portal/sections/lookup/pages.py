"""Where is my proposal? Without signing in, by number and lookup code; stage and dates only."""

from flask import Blueprint, g, render_template, request

from portal.sections.lookup.reading import status_of
from portal.shell.api_client import ApiRefused
from portal.shell.faults import Page
from portal.shell.joining import for_visitors
from portal.shell.saying import say

pages = Blueprint("lookup", __name__, url_prefix="/portal")


@pages.get("/status")
@for_visitors
def ask() -> str:
    return render_template("lookup/ask.html", status=None, error="", form=request.args)


@pages.post("/status")
@for_visitors
def tell() -> Page | str:
    try:
        status = status_of(request.form.get("number", ""), request.form.get("lookup_code", ""))
    except ApiRefused as refused:
        if refused.status not in (404, 422):
            raise
        error = say("lookup.no_match")
        page = render_template("lookup/ask.html", status=None, error=error, form=request.form)
        return page, refused.status
    # Days are those of the case's region; the previous release of the service does not name it.
    g.zone = status.get("zone") or g.zone
    return render_template("lookup/ask.html", status=status, error="", form=request.form)
