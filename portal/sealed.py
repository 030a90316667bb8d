"""The session lives in an encrypted cookie: the portal keeps no state and needs no database."""

import base64
import hashlib
import json
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SessionInterface

LONGEST_SECONDS = 8 * 3600  # as long as a refresh token lives


class SealedSessions(SessionInterface):
    """Encrypts with the first secret, reads with any: secrets can be rotated."""

    session_class = SecureCookieSession

    def __init__(self, secrets: Sequence[str], *, https: bool) -> None:
        self._box = MultiFernet([Fernet(_key(secret)) for secret in secrets])
        self._https = https
        self.cookie_name = "__Host-simpul" if https else "simpul"

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:  # noqa: ARG002
        sealed = request.cookies.get(self.cookie_name, "")
        try:
            plain = self._box.decrypt(sealed.encode("ascii", "replace"), ttl=LONGEST_SECONDS)
            return self.session_class(json.loads(plain))
        except (InvalidToken, ValueError):
            return self.session_class()

    def save_session(  # type: ignore[override]
        self,
        app: Flask,  # noqa: ARG002 - the signature is Flask's
        session: SecureCookieSession,
        response: Response,
    ) -> None:
        if not session.modified:
            return
        if not session:
            response.delete_cookie(
                self.cookie_name, path="/", secure=self._https, httponly=True, samesite="Lax"
            )
            return
        sealed = self._box.encrypt(json.dumps(dict(session), separators=(",", ":")).encode())
        response.set_cookie(
            self.cookie_name,
            sealed.decode(),
            path="/",
            secure=self._https,
            httponly=True,
            samesite="Lax",
        )


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest())
