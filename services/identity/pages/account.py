"""The pages of a person who is signed in, one-time links, and signing out."""

from urllib.parse import urlencode
from uuid import UUID

from authlib.common.urls import add_params_to_uri
from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from chassis.http.auth import public
from chassis.http.languages import page_language
from chassis.kernel.errors import Refused
from chassis.kernel.words import moment
from chassis.process.regions import all_regions, in_region
from services.identity import queries
from services.identity.adapters.signing import TokenUnreadable, read_signed
from services.identity.api.oauth_client import query_client
from services.identity.domain.ending import EndReason
from services.identity.domain.sign_in import safe_path
from services.identity.domain.throttling import TooManyAttempts
from services.identity.manifest import MANIFEST
from services.identity.models import AccountRecovery, SignInSession
from services.identity.pages import browser
from services.identity.pages.rendering import messages_of, page, show_refusals, status_of
from services.identity.pages.texts import say
from services.identity.usecases import (
    authorizing,
    passwords,
    recoveries,
    second_factor,
    sessions,
    signing_keys,
)
from services.identity.usecases.passwords import LinkDead

blp = Blueprint("account", __name__)
show_refusals(blp)


@blp.get("/masuk/akun")
@public
def account() -> AnyResponse:
    row = browser.finished_session()
    if row is None:
        return _to_sign_in()
    with in_region(row.region):
        return _account_page(row)


@blp.post("/masuk/kata-sandi")
@public
def change_password() -> AnyResponse:
    browser.check_form()
    row = browser.finished_session()
    if row is None:
        return _to_sign_in()
    with in_region(row.region):
        try:
            wrong = _changed(row)
        except TooManyAttempts as early:
            return _account_page(row, wrong=messages_of(early), status=status_of(early))
        return _account_page(row, wrong=wrong, good=None if wrong else say("password_saved"))


@blp.route("/masuk/tautan/<token>", methods=["GET", "POST"])
@public
def one_time_link(token: str) -> AnyResponse:
    passwords.find_link(token)
    wrong = None
    if request.method == "POST":
        browser.check_form()
        wrong = _set_by_link(token)
        if wrong is None:
            return redirect("/masuk?sandi=1", 303)
    return page("new_password", status=422 if wrong else 200, intro=say("link_intro"), wrong=wrong)


@blp.post("/masuk/keluar")
@public
def sign_out() -> AnyResponse:
    browser.check_form()
    row = browser.current_session()
    next_path = safe_path(request.form.get("next"), default="")
    response: AnyResponse = (
        redirect(next_path, 303) if next_path else page("sign_out", asking=False)
    )
    if row is not None:
        _end(row)
    browser.forget_session(response)
    return response


@blp.get("/oauth/logout")
@public
def end_session() -> AnyResponse:
    """Sign out for an application (OpenID RP-initiated logout).

    Without a hint that this browser's session belongs to the application, the person is asked:
    otherwise any page could sign people out.
    """
    row = browser.current_session()
    if row is None:
        return _after_logout()
    if not _is_hinted(row):
        query = request.query_string.decode("ascii", "replace")
        return page("sign_out", asking=True, next_path=f"/oauth/logout?{query}")
    _end(row)
    response = _after_logout()
    browser.forget_session(response)
    return response


def _account_page(
    row: SignInSession,
    *,
    wrong: list[str] | None = None,
    good: str | None = None,
    status: int = 422,
) -> Response:
    owned = queries.account(row.employee_id)
    return page(
        "account",
        status=status if wrong else 200,
        name=queries.employee(row.employee_id).full_name,
        totp_enrolled=bool(owned and owned.totp_confirmed_at),
        recoveries=[_recovery_line(asked) for asked in recoveries.own(row.employee_id)],
        codes_left=second_factor.recovery_codes_left(row.employee_id),
        wrong=wrong,
        good=good,
    )


def _recovery_line(asked: AccountRecovery) -> str:
    labels, language = MANIFEST.texts, page_language()
    at = moment(asked.asked_at, language, queries.region().zone)
    resets = labels.label("resets", asked.resets, language)
    return say("recovery_open_intro", resets=resets[:1].upper() + resets[1:], at=at)


def _changed(row: SignInSession) -> list[str] | None:
    if request.form.get("new_password") != request.form.get("new_password_again"):
        return [say("passwords_differ")]
    try:
        passwords.change(
            row.id,
            old_password=request.form.get("old_password", ""),
            new_password=request.form.get("new_password", ""),
            address=browser.address(),
        )
    except TooManyAttempts:
        raise
    except Refused as error:
        return messages_of(error)
    return None


def _set_by_link(token: str) -> list[str] | None:
    if request.form.get("new_password") != request.form.get("new_password_again"):
        return [say("passwords_differ")]
    try:
        passwords.use_link(token, request.form.get("new_password", ""))
    except LinkDead:
        raise
    except Refused as error:
        return messages_of(error)
    return None


def _end(row: SignInSession) -> None:
    with in_region(row.region):
        sessions.end(row.id, why=EndReason.SIGNED_OUT)


def _is_hinted(row: SignInSession) -> bool:
    """Tell whether the id_token_hint was issued from this very session."""
    try:
        claims = read_signed(request.args.get("id_token_hint", ""), signing_keys.published())
        family_id = UUID(str(claims["sid"]))
    except (TokenUnreadable, KeyError, ValueError):
        return False
    with all_regions():
        return authorizing.session_of(family_id) == row.id


def _after_logout() -> AnyResponse:
    client = query_client(request.args.get("client_id", "simpul-portal"))
    return_address = request.args.get("post_logout_redirect_uri", "")
    if client is None or return_address not in client.logout_uris:
        return page("sign_out", asking=False)
    state = request.args.get("state")
    return redirect(
        add_params_to_uri(return_address, [("state", state)]) if state else return_address
    )


def _to_sign_in() -> AnyResponse:
    return redirect(f"/masuk?{urlencode({'next': '/masuk/akun'})}", 303)
