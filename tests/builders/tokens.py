"""Tokens for tests of one service, signed with a key of the test's own."""

import json
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

ISSUER = "http://simpul.test"


class Signer:
    """Stands in for identity: signs what it is told to, so that tests can also forge."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "test", "use": "sig", "alg": "ES256"})

    @property
    def jwks(self) -> str:
        return json.dumps(KeySet([self.key]).as_dict(private=False))

    def sign(self, claims: Mapping[str, Any], *, typ: str = "at+jwt") -> str:
        header = {"alg": "ES256", "kid": "test", "typ": typ}
        return jwt.encode(header, dict(claims), self.key, algorithms=["ES256"])

    def person(self, person_id: UUID, *scopes: str, region: str = "demo", **claims: Any) -> str:
        return self.sign(_claims(str(person_id), "simpul-portal", region, scopes) | claims)

    def client(self, client_id: str, *scopes: str, region: str = "*", **claims: Any) -> str:
        return self.sign(_claims(f"client:{client_id}", client_id, region, scopes) | claims)


def _claims(subject: str, client_id: str, region: str, scopes: tuple[str, ...]) -> dict[str, Any]:
    at = int(time.time())
    return {
        "iss": ISSUER,
        "aud": "simpul",
        "sub": subject,
        "client_id": client_id,
        "region": region,
        "scope": " ".join(scopes),
        "amr": ["pwd"],
        "auth_time": at,
        "iat": at,
        "exp": at + 600,
        "jti": "test",
    }
