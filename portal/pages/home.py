"""The first page: what waits for me, or, for a visitor, what this is."""

from typing import Any

from flask import (
    Blueprint,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
)
from werkzeug.wrappers import Response

from chassis.http.languages import LANGUAGE_COOKIE
from portal.api_client import ApiRefused, ApiUnavailable
from portal.own_pages import own_page
from portal.signed_in import api, is_officer, me
from portal.words import LANGUAGES

YEAR_SECONDS = 31_536_000
pages = Blueprint("home", __name__, url_prefix="/portal")


@pages.get("/")
def first() -> str:
    if me() is None:
        return render_template("landing.html")
    session.pop("unread", None)  # the dashboard counts anew
    mine = api().get("/api/proposal/v1/proposals", state="open", limit="5")
    return render_template(
        "dashboard.html",
        proposals=mine["data"],
        has_more=mine["page"]["has_more"],
        waiting=_waiting() if is_officer() else {},
        notices=_latest_notices(),
    )


@pages.post("/bahasa")
def switch_language() -> Response:
    response = make_response(redirect(own_page(request.form.get("next"))))
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            chosen,
            max_age=YEAR_SECONDS,
            path="/",
            secure=current_app.config["PUBLIC_URL"].startswith("https:"),
            httponly=True,
            samesite="Lax",
        )
    return response


def _waiting() -> dict[str, int]:
    counts: dict[str, int] = api().get("/api/proposal/v1/inbox/counts")
    return {stage: number for stage, number in counts.items() if number}


def _latest_notices() -> list[Any]:
    """The dashboard stands without them when notification is down."""
    try:
        page = api().get("/api/notification/v1/notices", limit="3")
    except (ApiRefused, ApiUnavailable):
        return []
    return list(page["data"])
