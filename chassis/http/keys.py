"""Public keys of whoever signs tokens and receipts; kept, so that work goes on while it is down."""

import json
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jwk import KeySet as JoseKeySet
from joserfc.jws import extract_compact
from sqlalchemy import delete, insert, select

from chassis.kernel.errors import Refused, Unavailable
from chassis.process.clock import now
from chassis.process.parts import Database
from chassis.process.telemetry import log

_FRESH_FOR = 600.0
_ASK_AGAIN_AFTER = 10.0
_ALGORITHMS = ["ES256"]
_MOST_TOKENS = 1_000  # of about a kilobyte each


class SignatureInvalid(Refused):
    """Forged, malformed, of the wrong type, or signed with a key nobody published."""

    kind = "unauthenticated"
    code = "signature_invalid"
    text = {"id": "Tanda tangan tidak sah.", "en": "The signature is not valid."}


class KeySet:
    """Verifies ES256 signatures with keys from one address, refetched when unknown or old."""

    def __init__(self, address: str, fetch: Callable[[], str], db: Database) -> None:
        self.address = address
        self._fetch = fetch
        self._db = db
        self._keys: JoseKeySet | None = None
        self._fetched_at = 0.0
        self._asked_at = 0.0
        self._lock = threading.Lock()
        self._checked = lru_cache(maxsize=_MOST_TOKENS)(self._decoded)

    def verify(self, compact: str, *, typ: str) -> dict[str, Any]:
        """Return the claims of a compact JWS whose header type is `typ`.

        A caller sends the same token with every request: its signature is checked once for each
        set of keys. Raises `SignatureInvalid`, or `Unavailable` when no key set was ever seen.
        """
        self._current()  # old keys are fetched anew first
        try:
            token = self._checked(compact)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise SignatureInvalid from error
        if token.header.get("typ") != typ:
            raise SignatureInvalid
        return dict(token.claims)

    def refresh(self) -> bool:
        """Fetch the keys when they are old; False, for use as a background loop."""
        if time.monotonic() - self._fetched_at > _FRESH_FOR or self._keys is None:
            self._ask()
        return False

    def _decoded(self, compact: str) -> jwt.Token:
        keys = self._current()
        kid = _kid(compact)
        if not _has(keys, kid):
            keys = self._current(unknown=kid)
        key = next((key for key in keys.keys if key.kid == kid), None)
        if not isinstance(key, ECKey):
            raise SignatureInvalid
        return jwt.decode(compact, key, algorithms=_ALGORITHMS)

    def _current(self, unknown: str | None = None) -> JoseKeySet:
        old = time.monotonic() - self._fetched_at > _FRESH_FOR
        if self._keys is None or old or unknown is not None:
            self._ask()
        if self._keys is None:
            raise Unavailable
        return self._keys

    def _ask(self) -> None:
        with self._lock:
            if self._keys is not None and time.monotonic() - self._asked_at < _ASK_AGAIN_AFTER:
                return
            self._asked_at = time.monotonic()
            try:
                body = self._fetch()
                self._keys = _imported(body)
                self._checked.cache_clear()
                self._fetched_at = time.monotonic()
                self._keep(body)
            except Exception as error:  # noqa: BLE001 - any failure means: use what is kept
                log.warning("keys_unavailable", address=self.address, error=type(error).__name__)
                self._keys = self._keys or self._kept()

    def _keep(self, body: str) -> None:
        table = self._db.plumbing.kept_keys
        if self._db.in_transaction or self._kept_body() == body:
            return
        with self._db.transaction() as session:
            session.execute(delete(table).where(table.c.address == self.address))
            session.execute(insert(table).values(address=self.address, body=body, fetched_at=now()))

    def _kept_body(self) -> str | None:
        table = self._db.plumbing.kept_keys
        return self._db.session.scalar(select(table.c.body).where(table.c.address == self.address))

    def _kept(self) -> JoseKeySet | None:
        body = self._kept_body()
        return None if body is None else _imported(body)


def _imported(body: str) -> JoseKeySet:
    return JoseKeySet.import_key_set(json.loads(body))


def _has(keys: JoseKeySet, kid: str) -> bool:
    return any(key.kid == kid for key in keys.keys)


def _kid(compact: str) -> str:
    header = extract_compact(compact.encode()).headers()
    if header.get("alg") not in _ALGORITHMS:
        raise SignatureInvalid
    return str(header["kid"])
