"""The demo region's people, and invented employees beside them, each with a token."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from ops.journey.sign_in import sign_in
from ops.journey.web import Person, Web
from tests.builders.tokens import Signer

FRESH = 400.0  # seconds
SCOPES = ("openid", "profile", "identity", "proposal", "documents", "notification")


@dataclass
class People:
    """Who may ask. Whoever signed in once goes on with tokens that the bench signs."""

    url: str
    accounts: Mapping[str, Mapping[str, Any]]
    signer: Signer
    _known: dict[str, tuple[float, Person]] = field(default_factory=dict)
    _ids: dict[str, UUID] = field(default_factory=dict)

    @classmethod
    def of(cls, url: str, data: Path, signer: Signer) -> "People":
        told = json.loads((data / "demo-credentials.json").read_text("utf-8"))
        region = told["region"]
        accounts = {one["key"]: {**one, "region": region} for one in told["accounts"]}
        return cls(url, accounts, signer)

    def person(self, key: str) -> Person:
        at, person = self._known.get(key, (0.0, None))
        if person is None or time.monotonic() - at > FRESH:
            token = self.token_of(self._id_of(key))
            person = Person(key, self.accounts[key], Web(self.url), token)
            self._known[key] = (time.monotonic(), person)
        return person

    def token(self, key: str) -> str:
        return self.person(key).token

    def token_of(self, person_id: UUID) -> str:
        """Return a token as a sign-in with a code gives it."""
        claims: dict[str, Any] = {"iss": self.url, "sid": str(uuid4()), "amr": ["pwd", "otp"]}
        return self.signer.person(person_id, *SCOPES, **claims)

    def _id_of(self, key: str) -> UUID:
        if key not in self._ids:
            person = sign_in(Web(self.url), key, self.accounts[key])
            self._ids[key] = UUID(person.get("/api/identity/v1/me")["id"])
        return self._ids[key]
