"""Every form carries a secret of the session; a post without it is not ours, or not any more."""

import hmac
import secrets

from flask import abort, request, session

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"


class FormOld(Exception):
    """The form was made in a session that is over, or in none of ours."""


def csrf_token() -> str:
    """Return the session's token, making it at the first form."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def refuse_forged_posts() -> None:
    """Stop a change that was not asked for on our own page, in this session.

    Raises `Forbidden` for another site's page, else `FormOld`.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    expected = str(session.get("csrf", ""))
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise FormOld
