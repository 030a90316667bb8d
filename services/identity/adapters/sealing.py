"""Keeping secrets in the database: sealed when they must be read back, marked when they need not.

Every purpose has a key of its own, derived from the one setting `SECRET_KEY`.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES = 32
_TOKEN_BYTES = 32


class Sealer:
    """Seals, opens and marks with keys derived from one secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._keys: dict[str, bytes] = {}

    def seal(self, purpose: str, plain: str) -> str:
        return Fernet(urlsafe_b64encode(self._key(purpose))).encrypt(plain.encode()).decode()

    def open(self, purpose: str, sealed: str) -> str:
        return Fernet(urlsafe_b64encode(self._key(purpose))).decrypt(sealed.encode()).decode()

    def mark(self, purpose: str, value: str) -> str:
        """Return a keyed digest: equal values have equal marks, and only we can make them."""
        return hmac.new(self._key(purpose), value.encode(), hashlib.sha256).hexdigest()

    def _key(self, purpose: str) -> bytes:
        if purpose not in self._keys:
            derivation = HKDF(SHA256(), _KEY_BYTES, salt=None, info=f"simpul {purpose}".encode())
            self._keys[purpose] = derivation.derive(self._secret)
        return self._keys[purpose]


def new_token() -> str:
    """Return an unguessable token of 256 bits."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def fingerprint(token: str) -> str:
    """Return what is stored of a random token."""
    return hashlib.sha256(token.encode()).hexdigest()
