"""OAuth 2 and OpenID endpoints (RFC 6749, 7009, 7636, 8414, 9068, 9207; OpenID Connect Core)."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, g, jsonify, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from chassis.http.auth import person, public, requires
from chassis.kernel.errors import Invalid
from chassis.kernel.languages import LANGUAGES
from chassis.kernel.text import exact
from chassis.process.clock import now
from chassis.process.manifest import discover, person_scopes
from chassis.process.regions import all_regions
from chassis.process.runtime import here
from services.identity.adapters.signing import ALGORITHM
from services.identity.api.oauth_server import server
from services.identity.models import SignInSession
from services.identity.pages import browser
from services.identity.pages.rendering import error_page
from services.identity.pages.sign_in import second_factor_path
from services.identity.queries.me import me as described
from services.identity.usecases import authorizing, clients, signing_in, signing_keys

blp = Blueprint("oauth", __name__)
_KEYS_FRESH = "public, max-age=300"
# A nonce is found by an index, whose entries PostgreSQL bounds.
_LONGEST_NONCE = 2_000
_OWN_MACHINE = ("127.0.0.1", "::1", "localhost")
_JUST_SIGNED_IN = 300  # seconds from the password on: a code of the phone may be waited for


@blp.get("/.well-known/openid-configuration")
@public
def discovery() -> Response:
    issuer = here().settings.public_url
    response = jsonify(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/oauth/authorize",
            "token_endpoint": f"{issuer}/oauth/token",
            "revocation_endpoint": f"{issuer}/oauth/revoke",
            "userinfo_endpoint": f"{issuer}/oauth/userinfo",
            "end_session_endpoint": f"{issuer}/oauth/logout",
            "jwks_uri": f"{issuer}/.well-known/jwks.json",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": [
                *("authorization_code", "refresh_token", "client_credentials"),
            ],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": [
                *("none", "client_secret_basic", "client_secret_post"),
            ],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "scopes_supported": person_scopes(discover()),
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "amr", "name"],
            "ui_locales_supported": [*LANGUAGES],
            "authorization_response_iss_parameter_supported": True,
        }
    )
    response.headers["Cache-Control"] = _KEYS_FRESH
    return response


@blp.get("/.well-known/jwks.json")
@public
def jwks() -> Response:
    response = jsonify({"keys": signing_keys.published()})
    response.headers["Cache-Control"] = _KEYS_FRESH
    return response


@blp.get("/oauth/authorize")
@public
def authorize() -> AnyResponse:
    if not _can_be_kept(request.args):
        return error_page("oauth_request_wrong", 400)
    with all_regions():
        row = browser.finished_session()
        try:
            grant = server().get_consent_grant(end_user=row)
        except OAuth2Error as error:
            return _refuse(error)
        except ValueError:  # Authlib will not quote what is not plain ASCII
            return error_page("oauth_request_wrong", 400)
        if (led := _asked_first(row, grant.redirect_uri)) is not None:
            return led
        response: Response = authorizing.as_one(
            lambda: server().create_authorization_response(grant_user=row, grant=grant)
        )
        return response


@blp.post("/oauth/token")
@public
def token() -> Response:
    return _answer(lambda: server().create_token_response())


@blp.post("/oauth/revoke")
@public
def revoke() -> Response:
    return _answer(lambda: server().create_endpoint_response("revocation"))


@blp.get("/oauth/userinfo")
@requires("openid")
def userinfo() -> dict[str, Any]:
    me = described(person())
    return {"sub": str(me["id"]), "name": me["full_name"], "zoneinfo": me["region"].zone}


def _asked_first(row: SignInSession | None, redirect_uri: str) -> AnyResponse | None:
    """Return where a person must go before there is a code; None: nowhere."""
    must_not_ask = request.args.get("prompt") == "none"
    if row is None or _wants_fresh_sign_in(row, redirect_uri):
        if must_not_ask:
            return _refuse_to(redirect_uri, "login_required")
        return redirect(f"/masuk?{urlencode({'ulang': 1, 'next': _without_prompt()})}")
    if not signing_in.lacks_second_factor(row):
        return None
    if must_not_ask:
        return _refuse_to(redirect_uri, "interaction_required")
    return redirect(second_factor_path(row, next_path=_without_prompt()))


def _wants_fresh_sign_in(row: SignInSession, redirect_uri: str) -> bool:
    """Tell whether the application asks for a sign-in newer than this one, or must.

    At an address of the person's own machine any program may listen, and any page can lead there
    (RFC 8252, 8.6): a code goes there only where somebody signs in for it.
    """
    oldest = request.args.get("max_age", "")
    age = (now() - row.started_at).total_seconds()
    limits = [int(oldest[:9])] if oldest.isdecimal() else []
    if urlsplit(redirect_uri).hostname in _OWN_MACHINE:
        limits.append(_JUST_SIGNED_IN)
    return request.args.get("prompt") == "login" or any(age > limit for limit in limits)


def _without_prompt() -> str:
    """Return this request's path for after the sign-in, which fulfils `prompt=login`."""
    args = [(key, value) for key, value in request.args.items(multi=True) if key != "prompt"]
    return f"/oauth/authorize?{urlencode(args)}"


def _refuse(error: OAuth2Error) -> AnyResponse:
    """Send the error back to the application, if it is known; otherwise tell the person."""
    if error.redirect_uri:
        return _refuse_to(error.redirect_uri, error.error, error.get_error_description())
    return error_page("oauth_request_wrong", 400)


def _refuse_to(redirect_uri: str, error: str, description: str = "") -> AnyResponse:
    answer = {"error": error, "iss": here().settings.public_url}
    if description:
        answer["error_description"] = description
    if state := request.args.get("state"):
        answer["state"] = state
    return redirect(add_params_to_uri(redirect_uri, list(answer.items())))


def _can_be_kept(given: MultiDict[str, str]) -> bool:
    """Tell whether a database can be asked for these values and keep them."""
    try:
        read = [(name, exact(value)) for name, value in given.items(multi=True)]
    except Invalid:
        return False
    nonces = (value.encode() for name, value in read if name == "nonce")
    return all(len(nonce) <= _LONGEST_NONCE for nonce in nonces)


def _answer(produce: Callable[[], Response]) -> Response:
    response = Response('{"error": "invalid_request"}', 400, mimetype="application/json")
    # Authlib raises ValueError for what it will not quote: whatever is not plain ASCII.
    with all_regions(), suppress(ValueError):
        if _can_be_kept(request.values):
            response = authorizing.as_one(produce)
    if wrong := g.pop("wrong_secret_of", None):
        clients.count_wrong_secret(wrong, browser.address())
    response.headers["Cache-Control"] = "no-store"
    return response
