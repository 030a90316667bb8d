"""Who is using the portal, and the API client that speaks for them."""

import time
from contextlib import suppress
from typing import Any, cast

from flask import Flask, current_app, g, request, session

from portal.shell.api_client import ApiClient, ApiRefused, ApiUnavailable, SignInNeeded
from portal.shell.transport import Transport
from portal.shell.words import language

CLIENT_ID = "simpul-portal"
REFRESH_EARLY_SECONDS = 30
_TRANSPORT = "portal_transport"


def connect(app: Flask, transport: Transport) -> None:
    """Say through what the portal reaches the public API."""
    app.extensions[_TRANSPORT] = transport


def visitor_api() -> ApiClient:
    """Calls as nobody in particular."""
    return ApiClient(
        cast(Transport, current_app.extensions[_TRANSPORT]),
        language=language(),
        request_id=request.headers.get("X-Request-ID"),
        address=request.remote_addr,
    )


def api() -> ApiClient:
    """Calls as the person signed in. Raises `SignInNeeded` when nobody is."""
    if "api" not in g:
        g.api = visitor_api().signed(_fresh_token())
    return cast(ApiClient, g.api)


def keep_tokens(answer: dict[str, Any]) -> None:
    """Put what the token endpoint answered into the session."""
    session["tokens"] = {
        "access": answer["access_token"],
        "refresh": answer.get("refresh_token"),
        "id": answer.get("id_token"),
        "until": int(time.time()) + int(answer.get("expires_in", 600)),
        "since": int(time.time()),
        "idle": answer.get("idle_timeout"),
    }


def keep_person(me: dict[str, Any]) -> None:
    """Keep the little of a person that every page shows."""
    session["me"] = {
        "id": me["id"],
        # The previous release of identity, while it is replaced, gives the bare name only.
        "name": me.get("full_name") or me["name"],
        "opd": (me.get("opd") or {}).get("name"),
        "zone": (me.get("region") or {}).get("zone"),
        "region": (me.get("region") or {}).get("name"),
        "region_code": (me.get("region") or {}).get("code"),
    }


def revoke(refresh_token: str | None, **why: str) -> None:
    """Best effort: the token dies by itself, and leaving must always work."""
    if not refresh_token:
        return
    with suppress(ApiRefused, ApiUnavailable, SignInNeeded):
        fields = {"token": refresh_token, "client_id": CLIENT_ID, **why}
        visitor_api().form("/oauth/revoke", fields)


def why_over() -> str:
    """Ask identity why a session is over whose access token is refused; "": not told."""
    refresh_token = (session.get("tokens") or {}).get("refresh")
    try:
        _refreshed(refresh_token)
    except SignInNeeded as needed:
        return needed.why
    except ApiUnavailable:
        return ""
    return ""


def forget() -> None:
    """End the session on our side."""
    session.clear()
    g.pop("api", None)


def me() -> dict[str, Any] | None:
    return cast("dict[str, Any] | None", session.get("me")) if "tokens" in session else None


def person() -> dict[str, Any]:
    signed_in = me()
    if signed_in is None:
        raise SignInNeeded
    return signed_in


def _fresh_token() -> str:
    tokens = session.get("tokens")
    if not tokens:
        raise SignInNeeded
    if tokens["until"] - REFRESH_EARLY_SECONDS > time.time():
        return str(tokens["access"])
    return _refreshed(tokens.get("refresh"))


def _refreshed(refresh_token: str | None) -> str:
    if not refresh_token:
        raise SignInNeeded
    try:
        answer = visitor_api().form(
            "/oauth/token",
            {
                "grant_type": "refresh_token",
                "refresh_token": refresh_token,
                "client_id": CLIENT_ID,
            },
        )
    except ApiRefused as error:
        # Eight hours are over every day: that is no news, and identity's page says it as well.
        raise SignInNeeded(
            "" if error.end_reason == "expired" else error.end_reason_label
        ) from None
    former = session.get("tokens") or {}
    keep_tokens({"refresh_token": refresh_token, "id_token": former.get("id"), **answer})
    _renew_person(str(answer["access_token"]))
    return str(answer["access_token"])


def _renew_person(token: str) -> None:
    """What every page shows of a person may have changed since the last token."""
    try:
        keep_person(visitor_api().signed(token).get("/api/identity/v1/me"))
    except (ApiRefused, ApiUnavailable):
        return
