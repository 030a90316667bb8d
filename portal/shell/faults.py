"""What a person sees when something cannot be done: always why, and what to do next.

What was typed into a form that was not carried out is kept, and comes back with the form.
"""

import time
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, flash, redirect, render_template, request, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from chassis.kernel.media_types import wants_page
from portal.shell import typed
from portal.shell.answers import ask_no_more
from portal.shell.api_client import ApiRefused, ApiUnavailable, SignInNeeded
from portal.shell.encodings import FormUnreadable
from portal.shell.forgery import FormOld, csrf_token
from portal.shell.idling import LeftAlone, over_page
from portal.shell.own_pages import asked_page, own_page
from portal.shell.saying import say
from portal.shell.signed_in import forget, me, why_over

log = structlog.get_logger()
Page = Response | tuple[Any, int] | tuple[Any, int, dict[str, str]]
JUST_SIGNED_IN_SECONDS = 10
RETRY_AFTER_SECONDS = 5
SEE_OTHER = 303


def install(app: Flask) -> None:
    app.register_error_handler(SignInNeeded, _sign_in)
    app.register_error_handler(LeftAlone, _left_alone)
    app.register_error_handler(FormOld, _form_old)
    app.register_error_handler(FormUnreadable, _form_unreadable)
    app.register_error_handler(ApiRefused, _refused)
    app.register_error_handler(ApiUnavailable, _unavailable)
    app.register_error_handler(HTTPException, _wrong_address)
    app.register_error_handler(Exception, _broken)


def wants_json() -> bool:
    """Scripts and programs ask in JSON; a browser that shows pages does not."""
    return not wants_page(request.headers.get("Accept", ""), otherwise=True)


def _sign_in(error: SignInNeeded) -> Page:
    if wants_json():
        # The page that asked is still open and holds what was typed: nothing of it is ended here.
        return _session_over_for_scripts()
    since = (session.get("tokens") or {}).get("since", 0)
    why = error.why or why_over()
    typed.hold()
    forget()
    if why:
        return _session_over(why)
    if time.time() - since < JUST_SIGNED_IN_SECONDS:
        return render_template("sign_in_failed.html"), 403
    if _is_page():
        return redirect(url_for("sign_in.start", next=asked_page()))
    return _session_over()


def _left_alone(error: LeftAlone) -> Page:  # noqa: ARG001 - Flask hands it over
    """Who asks may be somebody else by now: what was typed is kept and not shown."""
    if wants_json():
        return _session_over_for_scripts()
    typed.hold()
    forget()
    if request.endpoint == "idling.over":
        return over_page(own_page(request.args.get("next")))
    return over_page(_page_again())


def _is_page() -> bool:
    return request.method in ("GET", "HEAD")


def _page_again() -> str:
    """Return the page to go on with: the one that was asked for, or that has the form."""
    return asked_page() if _is_page() else typed.where_from()


def _session_over(why: str = "") -> Page:
    return _explained("session_over.html", HTTPStatus.UNAUTHORIZED, why=why)


def _session_over_for_scripts() -> Page:
    body = {"code": "session_over", "detail": say("shell.session_over_sign_in")}
    return body, HTTPStatus.UNAUTHORIZED


def _form_old(error: FormOld) -> Page:  # noqa: ARG001 - Flask hands it over
    """Lead whoever the form was made for back to it; nobody else."""
    owner, person = typed.owner(), me()
    is_own = owner is not None and person is not None and person["id"] == owner
    if wants_json():
        return _form_old_for_scripts(is_own=is_own)
    if is_own:
        return _form_again()
    if owner is not None and person is None:
        return _session_over()
    about = say("shell.form_of_another") if owner else say("shell.form_out_of_date")
    return _problem(HTTPStatus.FORBIDDEN, about)


def _form_old_for_scripts(*, is_own: bool) -> Page:
    """A script of the same person's page goes on with the secret of the session of now."""
    if me() is None:
        return _session_over_for_scripts()
    body = {"code": "form_old", "detail": say("shell.form_out_of_date")}
    return body | ({"csrf_token": csrf_token()} if is_own else {}), HTTPStatus.FORBIDDEN


def _form_again() -> Page:
    if typed.hold() and not typed.is_kept():
        return _problem(HTTPStatus.FORBIDDEN, say("shell.form_out_of_date"))
    flash(say("shell.form_shown_again"), "failure")
    return redirect(typed.where_from(), SEE_OTHER)


def _form_unreadable(error: FormUnreadable) -> Page:  # noqa: ARG001 - Flask hands it over
    about = say("shell.form_unreadable")
    if wants_json():
        return {"code": "form_unreadable", "detail": about}, HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    return _problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, about)


def _refused(error: ApiRefused) -> Page:
    if wants_json():
        body = {"detail": error.detail, "code": error.code, "errors": error.errors}
        return body, error.status
    if error.is_stale:
        return stale(error)
    return _explained("problem.html", error.status, error=error)


def stale(error: ApiRefused | None = None, *, told: str = "") -> Page:
    """Say that the form is of something older, and `told`: what changed, if that is known."""
    return _explained("stale.html", error.status if error else 412, error=error, told=told)


def _unavailable(error: ApiUnavailable) -> Page:  # noqa: ARG001 - Flask hands it over
    ask_no_more()
    later = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    if wants_json():
        return {"code": "unavailable", "detail": say("shell.busy_try_again")}, 503, later
    page, status = _explained("unavailable.html", HTTPStatus.SERVICE_UNAVAILABLE)
    return page, status, later


def _wrong_address(error: HTTPException) -> Page:
    status = error.code or 500
    if wants_json():
        return {"code": "refused", "detail": _about(status)}, status
    return _problem(status, _about(status))


def _about(status: int) -> str:
    """What to do about an answer that no service has explained."""
    told = {
        403: say("shell.form_out_of_date"),
        404: say("shell.no_such_address"),
        405: say("shell.open_from_the_menu"),
        413: say("shell.send_less"),
        429: say("shell.wait_a_little"),
    }
    otherwise = say("shell.load_the_page_again") if status < 500 else say("shell.error_recorded")
    return told.get(status, otherwise)


def _broken(error: Exception) -> Page:
    log.error("portal_failed", route=request.endpoint, exc_info=error)
    if wants_json():
        return {"code": "internal_error", "detail": say("shell.internal_error")}, 500
    return _problem(500, say("shell.error_recorded"))


def _problem(status: int, about: str) -> tuple[Any, int]:
    return _explained("problem.html", status, error=None, status=status, about=about)


def _explained(template: str, status: int, /, **values: Any) -> tuple[Any, int]:
    """Render a page that may show what was typed, and where to go on with it."""
    held, person = typed.hold(), me()
    is_own = held is not None and (person is None or person["id"] == held.owner)
    page = render_template(
        template,
        typed=held if is_own else None,
        is_kept=is_own and typed.is_kept(),
        again=_page_again(),
        **values,
    )
    return page, status
