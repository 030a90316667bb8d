"""Signing in and out: OpenID Connect, authorization code with PKCE, against identity."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, current_app, redirect, render_template, request, session
from werkzeug.wrappers import Response

from chassis.process.manifest import discover, person_scopes
from portal.shell.api_client import ApiClient, ApiRefused, ApiUnavailable, SignInNeeded
from portal.shell.id_tokens import IdTokenInvalid, IdTokens
from portal.shell.own_pages import HOME, own_page
from portal.shell.signed_in import (
    CLIENT_ID,
    forget,
    keep_person,
    keep_tokens,
    person,
    revoke,
    visitor_api,
)

OPEN_SIGN_INS = 3  # tabs that may be signing in at once

pages = Blueprint("sign_in", __name__, url_prefix="/portal")


@pages.get("/masuk")
def start() -> Response:
    if request.host != urlsplit(_public_url()).netloc and "pindah" not in request.args:
        # The cookie of this sign-in must be there when identity sends the person back.
        query = {"next": own_page(request.args.get("next")), "pindah": "1"}
        return redirect(f"{_public_url()}/portal/masuk?{urlencode(query)}")
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    waiting = dict(list(session.get("sign_in", {}).items())[1 - OPEN_SIGN_INS :])
    waiting[state] = {"n": nonce, "v": verifier, "to": own_page(request.args.get("next"))}
    session["sign_in"] = waiting
    query = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": _redirect_uri(),
        "scope": " ".join(person_scopes(discover())),
        "state": state,
        "nonce": nonce,
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
    }
    return redirect(f"{_public_url()}/oauth/authorize?{urlencode(query)}")


@pages.get("/callback")
def finish() -> Response | tuple[str, int]:
    begun = session.get("sign_in", {}).get(request.args.get("state", ""))
    issuer = request.args.get("iss", _public_url())
    if begun is None or "code" not in request.args or issuer != _public_url():
        return _failed()
    try:
        answer = _exchanged(request.args["code"], begun["v"])
        subject = _checked_subject(answer.get("id_token", ""), begun["n"])
        forget()
        keep_tokens(answer)
        keep_person(_who(answer["access_token"], subject))
    except (ApiRefused, ApiUnavailable, SignInNeeded, IdTokenInvalid, KeyError):
        forget()
        return _failed()
    return redirect(begun["to"])


@pages.get("/sudah-masuk")
def done() -> str:
    """Where a sign-in ends that was begun beside a page with a form in it."""
    person()
    return render_template("signed_in.html")


@pages.post("/keluar")
def leave() -> Response:
    tokens = session.get("tokens") or {}
    revoke(tokens.get("refresh"))
    forget()
    query = {
        "client_id": CLIENT_ID,
        "post_logout_redirect_uri": f"{_public_url()}{HOME}",
        "id_token_hint": tokens.get("id") or "",
    }
    return redirect(f"{_public_url()}/oauth/logout?{urlencode(query)}")


def _exchanged(code: str, verifier: str) -> dict[str, Any]:
    answer: dict[str, Any] = visitor_api().form(
        "/oauth/token",
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": _redirect_uri(),
            "client_id": CLIENT_ID,
            "code_verifier": verifier,
        },
    )
    return answer


def _checked_subject(token: str, nonce: str) -> str:
    checker: IdTokens = current_app.extensions["portal_id_tokens"]
    claims = checker.check(token, nonce, lambda: visitor_api().get("/.well-known/jwks.json"))
    return str(claims["sub"])


def _who(token: str, subject: str) -> dict[str, Any]:
    """Return the person of an access token; the id_token must be of the same one."""
    client: ApiClient = visitor_api().signed(token)
    answer: dict[str, Any] = client.get("/api/identity/v1/me")
    if answer["id"] != subject:
        raise IdTokenInvalid("another subject")
    return answer


def _failed() -> tuple[str, int]:
    return render_template("sign_in_failed.html"), 400


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _redirect_uri() -> str:
    return f"{_public_url()}/portal/callback"


def _public_url() -> str:
    return str(current_app.config["PUBLIC_URL"])
