"""Key pairs and signed tokens: ES256 and nothing else."""

import json
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

ALGORITHM = "ES256"


class TokenUnreadable(Exception):
    """The text is not a token that one of our keys signed."""


def new_key_pair() -> tuple[str, dict[str, Any], str]:
    """Return a new key's id, its public JWK and its private JWK as JSON."""
    key = ECKey.generate_key("P-256", auto_kid=True)
    public = {**key.as_dict(private=False), "use": "sig", "alg": ALGORITHM}
    return str(key.kid), public, json.dumps(key.as_dict(private=True))


def private_key(private_json: str) -> ECKey:
    return ECKey.import_key(json.loads(private_json))


def sign(private_json: str, claims: Mapping[str, Any], *, typ: str) -> str:
    key = private_key(private_json)
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": typ}
    return jwt.encode(header, dict(claims), key, [ALGORITHM])


def read_signed(token: str, public_jwks: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the claims of a token signed by one of the keys.

    Dates are not checked: a logout hint is welcome after it has expired. Raises
    `TokenUnreadable`.
    """
    for jwk in public_jwks:
        try:
            return dict(jwt.decode(token, ECKey.import_key(jwk), [ALGORITHM]).claims)
        except (JoseError, ValueError):
            continue
    raise TokenUnreadable
