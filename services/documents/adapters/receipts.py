"""Signs receipts with keys kept in the database, sealed with the service's secret."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import select

from services.documents.models import ReceiptKey, db

_ALGORITHM = "ES256"
_TYPE = "receipt+jwt"
_KEY_BYTES = 32


class Signer:
    """Signs with the newest key; verifiers are told all of them."""

    def __init__(self, secret: str) -> None:
        derivation = HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"simpul documents receipt keys")
        self._seal = Fernet(urlsafe_b64encode(derivation.derive(secret.encode())))
        self._lock = threading.Lock()
        self._newest: ECKey | None = None

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return the claims as a compact JWS of type `receipt+jwt`."""
        key = self.key()
        header = {"alg": _ALGORITHM, "kid": key.kid, "typ": _TYPE}
        return jwt.encode(header, dict(claims), key, algorithms=[_ALGORITHM])

    def key(self) -> ECKey:
        """Return the signing key, made at the first need.

        Call it before a transaction that will sign, so that making a key does not prolong it.
        """
        with self._lock:
            if self._newest is None:
                self._newest = self._stored() or self.rotate()
            return self._newest

    def rotate(self) -> ECKey:
        """Make a new key that signs from now on here; old receipts stay verifiable."""
        made = ECKey.generate_key("P-256", auto_kid=True)
        public = {**made.as_dict(private=False), "use": "sig", "alg": _ALGORITHM}
        private = json.dumps(made.as_dict(private=True)).encode()
        sealed = self._seal.encrypt(private).decode()
        with db.transaction() as session:
            session.add(ReceiptKey(kid=str(made.kid), public=public, sealed=sealed))
        return made

    def _stored(self) -> ECKey | None:
        newest = select(ReceiptKey).order_by(ReceiptKey.created_at.desc(), ReceiptKey.kid)
        row = db.session.scalars(newest.limit(1)).first()
        if row is None:
            return None
        private = json.loads(self._seal.decrypt(row.sealed.encode()))
        return ECKey.import_key(private)


def public_keys() -> list[dict[str, Any]]:
    """Return every public key a receipt may be signed with."""
    return list(db.session.scalars(select(ReceiptKey.public).order_by(ReceiptKey.created_at)))
