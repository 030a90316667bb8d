"""The check of an id_token: signed by identity, for us, for this very sign-in."""

from collections.abc import Callable
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from portal.shell.api_client import ApiRefused, ApiUnavailable

LEEWAY_SECONDS = 30
FetchKeys = Callable[[], dict[str, Any]]


class IdTokenInvalid(Exception):
    """The id_token is not one identity made for this sign-in."""


class IdTokens:
    """Checks id_tokens; the keys are fetched once and again when they do not fit."""

    def __init__(self, issuer: str, client_id: str) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._keys: KeySet | None = None

    def check(self, token: str, nonce: str, fetch_keys: FetchKeys) -> dict[str, Any]:
        """Return the claims. Raises `IdTokenInvalid`."""
        try:
            claims = self._decoded(token, fetch_keys)
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self._issuer},
                aud={"essential": True, "value": self._client_id},
                nonce={"essential": True, "value": nonce},
                exp={"essential": True},
                sub={"essential": True},
            ).validate(claims)
        except (JoseError, ValueError, ApiRefused, ApiUnavailable) as error:
            raise IdTokenInvalid(type(error).__name__) from error
        return claims

    def _decoded(self, token: str, fetch_keys: FetchKeys) -> dict[str, Any]:
        if self._keys is not None:
            try:
                return _claims(token, self._keys)
            except (JoseError, ValueError):
                self._keys = None  # rotated, perhaps: ask again
        self._keys = KeySet.import_key_set(fetch_keys())  # type: ignore[arg-type]
        return _claims(token, self._keys)


def _claims(token: str, keys: KeySet) -> dict[str, Any]:
    return dict(jwt.decode(token, keys, algorithms=["ES256"]).claims)
