"""Rendering pages: texts, the CSRF token, and headers that let nothing foreign in."""

from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, Response, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import RequestEntityTooLarge

from chassis.data.wrong_tries import TooManyWrong
from chassis.http.languages import page_language
from chassis.http.problem_pages import VARY
from chassis.http.problems import refused
from chassis.kernel.errors import Refused, Unavailable
from chassis.kernel.media_types import wants_page
from chassis.process.telemetry import log
from services.identity import queries
from services.identity.domain.sign_in import safe_path
from services.identity.pages import browser
from services.identity.pages.texts import say
from services.identity.usecases import links
from services.identity.usecases.passwords import LinkDead

_HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
    "Vary": VARY,
}
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'{origin}"
)
_SCRIPTED = "; script-src 'self'"


def page(
    template: str,
    /,
    *,
    status: int = 200,
    next_path: str = "",
    scripted: bool = False,
    **values: object,
) -> Response:
    """Render `<template>.html` for this browser; only one that says so may run our scripts."""
    owner = browser.browser_id()
    response = make_response(
        render_template(
            f"{template}.html",
            say=say,
            lang=page_language(),
            csrf_token=browser.csrf_token(owner),
            next_path=next_path,
            **values,
        ),
        status,
    )
    response.headers.update(_HEADERS)
    origin = _application_origin(next_path)
    policy = _POLICY.format(origin=origin) + (_SCRIPTED if scripted else "")
    response.headers["Content-Security-Policy"] = policy
    browser.keep_browser_id(response, owner)
    return response


def error_page(text_key: str, status: int) -> Response:
    return page("error", status=status, message=say(text_key), came_for=_came_for())


def _came_for() -> str:
    """Return where the reader was going, so that starting again still leads there."""
    try:
        asked = request.values.get("next")
    except RequestEntityTooLarge:  # this very page tells it; the form cannot be read for it
        asked = request.args.get("next")
    return safe_path(asked, default="")


def show_refusals(blueprint: Blueprint) -> None:
    """Answer a person with a page, and a program that asks for JSON as everywhere."""
    blueprint.register_error_handler(Refused, _refusal_page)
    blueprint.register_error_handler(LinkDead, _dead_link_page)
    blueprint.register_error_handler(OperationalError, _outage_page)


def status_of(error: Refused) -> int:
    return refused(error).status_code


def _refusal_page(error: Refused) -> Response:
    if asks_for_json():
        return refused(error)
    response = page(
        "error",
        status=status_of(error),
        message=error.detail(page_language()),
        came_for=_came_for(),
    )
    if (wait := getattr(error, "retry_after", None)) is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def _dead_link_page(error: LinkDead) -> Response:
    """Whoever tries links that never were is told to wait after some."""
    try:
        links.count_unknown((request.view_args or {}).get("token", ""), browser.address())
    except TooManyWrong as early:
        return _refusal_page(early)
    return _refusal_page(error)


def _outage_page(error: Exception) -> Response:
    log.error("database_unavailable", error=type(error).__name__)
    if asks_for_json():
        return refused(Unavailable())
    response = error_page("unavailable", 503)
    response.headers["Retry-After"] = str(Unavailable.retry_after)
    return response


def asks_for_json() -> bool:
    return not wants_page(request.headers.get("Accept", ""), otherwise=True)


def messages_of(error: Refused) -> list[str]:
    """Return what a form should say about a refusal."""
    if error.errors:
        return [getattr(fault, page_language()) for fault in error.errors]
    return [error.detail(page_language())]


def _application_origin(next_path: str) -> str:
    """Return the origin a sign-in will end at, as browsers check redirects after a form too."""
    callback = parse_qs(urlsplit(next_path).query).get("redirect_uri", [""])[0]
    client_id = parse_qs(urlsplit(next_path).query).get("client_id", [""])[0]
    if not client_id:  # the page of an outage, too, is written here: it must ask no database
        return ""
    client = queries.client(client_id)
    if client is None or callback not in client.redirect_uris:
        return ""
    parts = urlsplit(callback)
    return f" {parts.scheme}://{parts.netloc}"
