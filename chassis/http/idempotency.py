"""A repeated request has one effect and one answer: the keys, and the answers kept under them.

The key's row is written in the same transaction as the effect, with the answer in it: either
both are there or neither is. Errors are not kept, so a refused request can be sent again.
"""

import hashlib
import re
from datetime import timedelta
from functools import cache

from flask import Response, current_app, g, request
from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.exc import OperationalError

from chassis.data.postgres import is_lock_timeout
from chassis.data.versioned import count_changed
from chassis.data.writing import Writing
from chassis.http.auth import actor
from chassis.http.preferences import APPLIED, prefers_minimal
from chassis.kernel.errors import FieldError, Refused
from chassis.process.clock import now
from chassis.process.config import IDEMPOTENCY_DAYS
from chassis.process.runtime import Runtime

HEADER = "Idempotency-Key"
LONGEST = 128
CHARACTERS = "^[!-~]+$"
_KEPT_HEADERS = ("Content-Type", "ETag", "Location", APPLIED)


class KeyInvalid(Refused):
    """The key is empty, too long, or not of visible ASCII characters."""

    kind = "invalid"
    code = "idempotency_key_invalid"
    text = {
        "id": "Idempotency-Key harus 1 sampai 128 huruf, angka, atau tanda ASCII, tanpa spasi.",
        "en": "Idempotency-Key must have 1 to 128 visible ASCII characters, without spaces.",
    }


class KeyReused(Refused):
    """The key was used for another request."""

    kind = "invalid"
    code = "idempotency_key_reused"
    text = {
        "id": "Idempotency-Key ini sudah dipakai untuk permintaan lain.",
        "en": "This Idempotency-Key was used for another request.",
    }


class StillRunning(Refused):
    """The first request with the key has not been answered yet."""

    kind = "conflict"
    code = "idempotency_key_in_use"
    text = {
        "id": "Permintaan yang sama sedang diproses. Tunggu sebentar.",
        "en": "The same request is being worked on. Wait a moment.",
    }


def key_given() -> str | None:
    """Return the request's key, if it has one. Raises `KeyInvalid`."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if len(key) > LONGEST or not re.fullmatch(CHARACTERS, key):
        raise KeyInvalid(
            errors=[FieldError("/headers/idempotency-key", "invalid", "1-128", "1-128")]
        )
    return key


def _owner() -> str:
    who = actor()
    return f"{who.region}:{who.person_id or who.client_id}"


def claim(runtime: Runtime, key: str, request_hash: bytes) -> Response | None:
    """Take the key for this request, inside its transaction; return the answer kept under it.

    Raises `KeyReused` or `StillRunning`.
    """
    claiming = _claiming(runtime.db.plumbing.idempotency_keys)
    row = {"owner": _owner(), "key": key, "fingerprint": request_hash, "created_at": now()}
    try:
        is_first = claiming.run(runtime.db.session, **row) == 1
    except OperationalError as error:
        if is_lock_timeout(error):
            # The first request still holds the row; PostgreSQL gave up waiting for it.
            raise StillRunning from error
        raise
    return None if is_first else _kept(runtime, key, request_hash)


def _kept(runtime: Runtime, key: str, request_hash: bytes) -> Response:
    keys = runtime.db.plumbing.idempotency_keys
    row = runtime.db.session.execute(
        select(keys).where(keys.c.owner == _owner(), keys.c.key == key)
    ).one()
    if bytes(row.fingerprint) != request_hash:
        raise KeyReused
    if row.status is None:
        raise StillRunning
    if APPLIED in row.headers and not prefers_minimal():
        raise KeyReused
    response = current_app.response_class(row.body, status=row.status)
    response.headers.update(row.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def keep(runtime: Runtime, key: str, response: Response) -> None:
    """Write the answer down beside the key, inside the transaction of its effect."""
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    if "etag" in g:
        headers["ETag"] = g.etag
    _keeping(runtime.db.plumbing.idempotency_keys).run(
        runtime.db.session,
        whose=_owner(),
        which=key,
        status=response.status_code,
        headers=headers,
        body=response.get_data(as_text=True),
    )


@cache
def _claiming(keys: Table) -> Writing:
    return Writing(lambda insert: insert(keys).on_conflict_do_nothing())


@cache
def _keeping(keys: Table) -> Writing:
    own = (keys.c.owner == bindparam("whose"), keys.c.key == bindparam("which"))
    return Writing(update(keys).where(*own))


def fingerprint(*body: str) -> bytes:
    """Hash method, path, If-Match and the request's body (or `body` in its place)."""
    # The query as it came: nothing says that it is text.
    asked = f"{request.path}?{request.query_string.decode('latin-1')}"
    parts = [request.method, asked, request.headers.get("If-Match", "")]
    digest = hashlib.sha256("\n".join([*parts, *body]).encode())
    if not body:
        digest.update(request.get_data(cache=True))
    return digest.digest()


def forget_old(runtime: Runtime) -> int:
    """Remove keys older than the setting says; return how many."""
    keys = runtime.db.plumbing.idempotency_keys
    kept = timedelta(days=runtime.settings[IDEMPOTENCY_DAYS.name])
    with runtime.db.transaction() as session:
        return count_changed(session, delete(keys).where(keys.c.created_at < now() - kept))
