"""Signing out whoever left: an office PC stands open, and others sit down at it.

Counted here, request by request; the page only warns. Identity is told, and counts as well, so
that signing in again asks for the password.
"""

import time
from typing import Any

from flask import Blueprint, Flask, render_template, request, session
from werkzeug.wrappers import Response

from portal.shell import typed
from portal.shell.api_client import SignInNeeded
from portal.shell.own_pages import own_page
from portal.shell.sealed import SEEN
from portal.shell.signed_in import api, forget, revoke

WARN_SECONDS = 60
pages = Blueprint("idling", __name__, url_prefix="/portal/sesi")
# What a page asks by itself is no use of it; signing in needs no session.
_NO_USE = {"idling.left", "idling.keep_typed", "static"}


class LeftAlone(SignInNeeded):
    """Nobody used this session for too long."""


def install(app: Flask) -> None:
    app.before_request(_look)
    app.register_blueprint(pages)
    app.jinja_env.globals["idle"] = limit


def limit() -> int | None:
    """Return after how many seconds without use this session ends; None: never."""
    seconds = (session.get("tokens") or {}).get("idle")
    return int(seconds) if seconds else None


def seconds_left() -> int | None:
    seconds = limit()
    if seconds is None:
        return None
    seen = session.get(SEEN) or session["tokens"]["since"]
    return int(seen + seconds - time.time())


def _look() -> None:
    left = seconds_left()
    if left is None or request.endpoint == "static":
        return
    if left > 0:
        if request.endpoint not in _NO_USE:
            session[SEEN] = int(time.time())
        return
    revoke(session["tokens"].get("refresh"), reason="idle")
    if request.blueprint != "sign_in":
        raise LeftAlone
    forget()


@pages.get("")
def left() -> dict[str, Any]:
    """How many seconds are left; asking is no use of the session."""
    return {"left": seconds_left()}


@pages.post("")
def stay() -> dict[str, Any]:
    """Go on, here and at identity, without loading the page again."""
    api()
    return {"left": limit()}


@pages.post("/ketikan")
def keep_typed() -> Response:
    """Keep what a page holds unsent, before its session ends; 413 where it is too long."""
    is_lost = typed.hold() is not None and not typed.is_kept()
    return Response(status=413 if is_lost else 204)


@pages.get("/berakhir")
def over() -> tuple[str, int]:
    """Where a page leads whose session has ended; whoever is still seen elsewhere is told too."""
    return over_page(own_page(request.args.get("next")))


def over_page(again: str) -> tuple[str, int]:
    """Say that and why it is over; what was typed is shown only where it cannot be kept."""
    held = typed.hold()
    shown = held if held and not typed.is_kept() else None
    return render_template("left_alone.html", again=again, typed=shown), 401
