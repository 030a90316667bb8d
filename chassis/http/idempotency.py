"""A repeated request has one effect and one answer.

The key's row is written in the same transaction as the effect, with the answer in it: either
both are there or neither is. Errors are not kept, so a refused request can be sent again.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Response, current_app, g, make_response, request
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from chassis.data.postgres import is_lock_timeout
from chassis.http.auth import actor
from chassis.kernel.errors import FieldError, Refused
from chassis.process.clock import now
from chassis.process.failpoints import failpoint
from chassis.process.runtime import Runtime, here

HEADER = "Idempotency-Key"
KEPT = timedelta(days=7)
_LONGEST = 128
_KEPT_HEADERS = ("Content-Type", "ETag", "Location")


class KeyInvalid(Refused):
    """The key is empty or too long."""

    kind = "invalid"
    code = "idempotency_key_invalid"
    text = {
        "id": "Idempotency-Key harus 1 sampai 128 karakter.",
        "en": "Idempotency-Key must have 1 to 128 characters.",
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


class _Failed(Exception):
    """Carries an error answer out of the transaction, so that nothing is saved."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def idempotent(view: Callable[..., Any]) -> Callable[..., Any]:
    """Run a view in one transaction, once per Idempotency-Key.

    For views whose whole effect is in the database; one that also stores a file calls
    `answer_once` itself, after the file is safe.
    """

    @wraps(view)
    def once(*args: Any, **kwargs: Any) -> Response:
        return answer_once(lambda: view(*args, **kwargs), fingerprint=request_fingerprint())

    once.__dict__["idempotent"] = True
    return once


def answer_once(produce: Callable[[], Any], *, fingerprint: bytes) -> Response:
    """Run `produce` in one transaction, once per Idempotency-Key.

    `fingerprint` (32 bytes) stands for the request; the same key with another one raises
    `KeyReused`. Without a key it only opens the transaction.
    """
    runtime, key = here(), _key()
    try:
        with runtime.db.transaction():
            if key is None:
                return _produced(produce)
            known = _claim(runtime, key, fingerprint)
            if known is not None:
                return known
            response = _produced(produce)
            _keep(runtime, key, response)
            failpoint("api.before_commit")
    except _Failed as failed:
        return failed.response
    failpoint("api.after_commit")
    return response


def _produced(produce: Callable[[], Any]) -> Response:
    response = make_response(produce())
    if response.status_code >= 400:
        raise _Failed(response)
    return response


def _key() -> str | None:
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 0 < len(key) <= _LONGEST or not key.isprintable():
        raise KeyInvalid(
            errors=[FieldError("/headers/idempotency-key", "invalid", "1-128", "1-128")]
        )
    return key


def _owner() -> str:
    who = actor()
    return f"{who.region}:{who.person_id or who.client_id}"


def _claim(runtime: Runtime, key: str, fingerprint: bytes) -> Response | None:
    keys = runtime.db.plumbing.idempotency_keys
    session = runtime.db.session()
    try:
        with session.begin_nested():
            session.execute(
                insert(keys).values(
                    owner=_owner(), key=key, fingerprint=fingerprint, created_at=now()
                )
            )
    except IntegrityError:
        return _known(runtime, key, fingerprint)
    except OperationalError as error:
        if is_lock_timeout(error):
            # The first request still holds the row; PostgreSQL gave up waiting for it.
            raise StillRunning from error
        raise
    return None


def _known(runtime: Runtime, key: str, fingerprint: bytes) -> Response:
    keys = runtime.db.plumbing.idempotency_keys
    row = runtime.db.session.execute(
        select(keys).where(keys.c.owner == _owner(), keys.c.key == key)
    ).one()
    if bytes(row.fingerprint) != fingerprint:
        raise KeyReused
    if row.status is None:
        raise StillRunning
    response = current_app.response_class(row.body, status=row.status)
    response.headers.update(row.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _keep(runtime: Runtime, key: str, response: Response) -> None:
    keys = runtime.db.plumbing.idempotency_keys
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    if "etag" in g:
        headers["ETag"] = g.etag
    runtime.db.session.execute(
        update(keys)
        .where(keys.c.owner == _owner(), keys.c.key == key)
        .values(status=response.status_code, headers=headers, body=response.get_data(as_text=True))
    )


def request_fingerprint(*extra: str) -> bytes:
    """Hash method, path, If-Match and body (or `extra` in the body's place)."""
    parts = [request.method, request.full_path, request.headers.get("If-Match", "")]
    digest = hashlib.sha256("\n".join([*parts, *extra]).encode())
    if not extra:
        digest.update(request.get_data(cache=True))
    return digest.digest()


def forget_old(runtime: Runtime) -> int:
    """Remove keys older than seven days; return how many."""
    keys = runtime.db.plumbing.idempotency_keys
    with runtime.db.transaction() as session:
        result: Any = session.execute(delete(keys).where(keys.c.created_at < now() - KEPT))
    return int(result.rowcount)
