"""What a person sees when something cannot be done: always why, and what to do next."""

import time
from typing import Any

import structlog
from flask import Flask, redirect, render_template, request, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from portal.shell.answers import ask_no_more
from portal.shell.api_client import ApiRefused, ApiUnavailable, SignInNeeded
from portal.shell.own_pages import own_page
from portal.shell.saying import say
from portal.shell.signed_in import forget

log = structlog.get_logger()
Page = Response | tuple[Any, int] | tuple[Any, int, dict[str, str]]
JUST_SIGNED_IN_SECONDS = 10
RETRY_AFTER_SECONDS = 5


def install(app: Flask) -> None:
    app.register_error_handler(SignInNeeded, _sign_in)
    app.register_error_handler(ApiRefused, _refused)
    app.register_error_handler(ApiUnavailable, _unavailable)
    app.register_error_handler(HTTPException, _wrong_address)
    app.register_error_handler(Exception, _broken)


def wants_json() -> bool:
    """Our own script asks in JSON; a browser that shows pages does not."""
    return request.headers.get("Accept", "").startswith("application/json")


def _sign_in(error: SignInNeeded) -> Page:  # noqa: ARG001 - Flask hands it over
    since = (session.get("tokens") or {}).get("since", 0)
    forget()
    if wants_json():
        return {"detail": say("shell.session_over_sign_in")}, 401
    if time.time() - since < JUST_SIGNED_IN_SECONDS:
        return render_template("sign_in_failed.html"), 403
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("sign_in.start", next=request.full_path.rstrip("?")))
    return render_template("session_over.html"), 401


def _refused(error: ApiRefused) -> Page:
    if wants_json():
        body = {"detail": error.detail, "code": error.code, "errors": error.errors}
        return body, error.status
    if error.is_stale:
        return render_template("stale.html", error=error, again=_where_from()), error.status
    return render_template("problem.html", error=error), error.status


def _unavailable(error: ApiUnavailable) -> Page:  # noqa: ARG001 - Flask hands it over
    ask_no_more()
    later = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    if wants_json():
        return {"detail": say("shell.busy_try_again")}, 503, later
    return render_template("unavailable.html"), 503, later


def _wrong_address(error: HTTPException) -> Page:
    status = error.code or 500
    if wants_json():
        return {"detail": error.name}, status
    return render_template("problem.html", error=None, status=status), status


def _broken(error: Exception) -> Page:
    log.error("portal_failed", route=request.endpoint, exc_info=error)
    if wants_json():
        return {"detail": say("shell.internal_error")}, 500
    return render_template("problem.html", error=None, status=500), 500


def _where_from() -> str:
    """The page to load again: a refused form was on it."""
    return own_page(request.form.get("again") or request.path)
