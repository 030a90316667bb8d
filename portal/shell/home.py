"""The first page, made of the sections' cards: for who has signed in, and for visitors."""

from flask import Blueprint, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from chassis.http.languages import LANGUAGE_COOKIE, PINNED_LANGUAGE_COOKIE
from portal.shell import typed
from portal.shell.answers import forget
from portal.shell.cards import rendered
from portal.shell.joining import link, sections
from portal.shell.own_pages import own_page
from portal.shell.signed_in import me, person
from portal.shell.words import LANGUAGES

YEAR_SECONDS = 31_536_000
SEE_OTHER = 303
pages = Blueprint("home", __name__, url_prefix="/portal")


@pages.get("/")
def first() -> str:
    if me() is None:
        front = [card for section in sections().values() for card in section.front]
        return render_template("landing.html", shown=rendered(front))
    forget()  # the dashboard counts anew
    cards = [card for section in sections().values() for card in section.cards]
    return render_template("dashboard.html", shown=rendered(cards))


@pages.get("/buka/<kind>/<subject_id>")
def open_case(kind: str, subject_id: str) -> Response:
    """Lead from a message to the page of what it is about, after signing in."""
    person()
    try:
        address = link(kind, subject_id)
    except TypeError:  # that name is of a page about nothing in particular
        address = ""
    return redirect(own_page(address))


@pages.post("/ketikan/buang")
def discard_typed() -> Response:
    """Show a form again as it is stored, without what had come back into it."""
    return typed.discard(redirect(typed.where_from(), SEE_OTHER))


@pages.post("/bahasa")
def switch_language() -> Response:
    response = make_response(redirect(own_page(request.form.get("next"))))
    chosen = request.form.get("language", "")
    https = current_app.config["PUBLIC_URL"].startswith("https:")
    if chosen in LANGUAGES:
        response.set_cookie(
            PINNED_LANGUAGE_COOKIE if https else LANGUAGE_COOKIE,
            chosen,
            max_age=YEAR_SECONDS,
            path="/",
            secure=https,
            httponly=True,
            samesite="Lax",
        )
    return response
