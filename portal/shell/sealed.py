"""The session lives in encrypted cookies: the portal keeps no state and needs no database.

Who is signed in has a cookie of its own, written only when the tokens change. Otherwise a slow
answer of another tab could put an old refresh token back, which identity takes for a theft. When
the person was last seen is in a third one, which every answer writes.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SessionInterface

LONGEST_SECONDS = 8 * 3600  # as long as a refresh token lives
SEEN = "seen"
_PART_OF = {"tokens": "_who", "me": "_who", SEEN: "_seen"}
_PARTS = ("", "_who", "_seen")


class Opened(SecureCookieSession):
    """A session that remembers how each of its cookies read when the request came."""

    def __init__(self, parts: Mapping[str, dict[str, Any]]) -> None:
        super().__init__(
            {name: value for values in parts.values() for name, value in values.items()}
        )
        self.read = {part: _text(values) for part, values in parts.items()}

    def part(self, part: str) -> dict[str, Any]:
        return {name: value for name, value in self.items() if _PART_OF.get(name, "") == part}


class Box:
    """Encrypts with the first secret, reads with any: secrets can be rotated.

    What is sealed for one purpose cannot be opened for another.
    """

    def __init__(self, secrets: Sequence[str], purpose: str = "") -> None:
        self._keys = MultiFernet([Fernet(_key(purpose + secret)) for secret in secrets])

    def seal(self, plain: bytes) -> str:
        return self._keys.encrypt(plain).decode()

    def open(self, sealed: str | None, longest_seconds: int) -> bytes | None:
        """Return what was sealed, or None: changed, too old, or sealed for something else."""
        try:
            return self._keys.decrypt((sealed or "").encode("ascii", "replace"), longest_seconds)
        except InvalidToken:
            return None


class SealedSessions(SessionInterface):
    """Keeps the session in three cookies."""

    def __init__(self, secrets: Sequence[str], *, https: bool) -> None:
        self._box = Box(secrets)
        self._https = https
        self._name = "__Host-simpul" if https else "simpul"

    def open_session(self, app: Flask, request: Request) -> Opened:  # noqa: ARG002
        cookies = request.cookies
        return Opened({part: self._unsealed(cookies.get(self._name + part)) for part in _PARTS})

    def save_session(  # type: ignore[override]
        self,
        app: Flask,  # noqa: ARG002 - the signature is Flask's
        session: Opened,
        response: Response,
    ) -> None:
        for part in _PARTS:
            values = session.part(part)
            if _text(values) != session.read[part]:
                self._write(response, self._name + part, values)

    def _unsealed(self, sealed: str | None) -> dict[str, Any]:
        plain = self._box.open(sealed, LONGEST_SECONDS)
        values: dict[str, Any] = json.loads(plain) if plain else {}
        return values

    def _write(self, response: Response, name: str, values: dict[str, Any]) -> None:
        sealed = self._box.seal(_text(values).encode()) if values else ""
        response.set_cookie(
            name,
            sealed,
            max_age=None if values else 0,
            path="/",
            secure=self._https,
            httponly=True,
            samesite="Lax",
        )


def _text(values: Mapping[str, Any]) -> str:
    return json.dumps(values, separators=(",", ":"), sort_keys=True)


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest())
