"""What the pages keep in a browser: its session, and a random id that CSRF tokens hang on."""

import hmac
import re

from flask import request
from werkzeug.wrappers import Response

from chassis.http.callers import network_of
from chassis.kernel.errors import Refused
from chassis.process.runtime import here
from services.identity.adapters.machinery import machinery
from services.identity.adapters.sealing import new_token
from services.identity.domain.ending import EndReason
from services.identity.domain.sign_in import SESSION_LIFE
from services.identity.models import SignInSession
from services.identity.usecases import signing_in
from services.identity.usecases.devices import DEVICE_LIFE

CSRF_FIELD = "csrf_token"
_ID = re.compile(r"[A-Za-z0-9_-]{43}")


class FormForged(Refused):
    """The form did not come from a page we gave this browser, or cookies are off."""

    kind = "forbidden"
    code = "form_forged"
    text = {
        "id": "Halaman ini sudah kedaluwarsa atau kuki dimatikan. Muat ulang, lalu coba lagi.",
        "en": "This page is out of date or cookies are off. Reload it and try again.",
    }


def current_session() -> SignInSession | None:
    """Return the browser's session, finished or not."""
    return signing_in.find_session(request.cookies.get(_name("session")))


def finished_session() -> SignInSession | None:
    row = current_session()
    return row if row is not None and row.done else None


def why_over() -> EndReason | None:
    """Say why the session of this browser's own cookie came to its end."""
    return signing_in.why_over(request.cookies.get(_name("session")))


def keep_session(response: Response, token: str, *, shared_computer: bool) -> None:
    """Keep a session; on a shared computer no longer than the browser is open."""
    life = None if shared_computer else int(SESSION_LIFE.total_seconds())
    _set(response, "session", token, max_age=life)


def forget_session(response: Response) -> None:
    _set(response, "session", "", max_age=0)


def device() -> str | None:
    """Return the secret by which this browser is known to who signs in with it."""
    given = request.cookies.get(_name("device"), "")
    return given if _ID.fullmatch(given) else None


def keep_device(response: Response, secret: str | None) -> None:
    """Keep what `devices.arrive` says: a shared computer keeps nothing."""
    if secret is not None:
        _set(response, "device", secret, max_age=int(DEVICE_LIFE.total_seconds()))


def browser_id() -> str:
    """Return the browser's random id, a new one if it has none."""
    given = request.cookies.get(_name("browser"), "")
    return given if _ID.fullmatch(given) else new_token()


def keep_browser_id(response: Response, value: str) -> None:
    if request.cookies.get(_name("browser")) != value:
        _set(response, "browser", value, max_age=None)


def csrf_token(value: str) -> str:
    """Return the token that forms given to a browser carry."""
    return machinery().sealer.mark("forms", value)


def check_form() -> None:
    """Refuse a form that this browser was not given. Raises `FormForged`."""
    given = request.form.get(CSRF_FIELD, "")
    cookie = request.cookies.get(_name("browser"), "")
    same_site = request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    expected = csrf_token(cookie)
    if not cookie or not same_site or not hmac.compare_digest(given.encode(), expected.encode()):
        raise FormForged


def address() -> str:
    """Return where the request came from, as the edge counts it."""
    return network_of(request.remote_addr or "unknown")[:64]


def _set(response: Response, name: str, value: str, *, max_age: int | None) -> None:
    response.set_cookie(
        _name(name),
        value,
        max_age=max_age,
        path="/",
        secure=_secure(),
        httponly=True,
        samesite="Lax",
    )


def _name(name: str) -> str:
    """`__Host-` pins a cookie to this host, but browsers take it over https only."""
    return f"__Host-simpul_{name}" if _secure() else f"simpul_{name}"


def _secure() -> bool:
    return here().settings.public_url.startswith("https:")
