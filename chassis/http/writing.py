"""The one way a view changes something: `@writes`.

It takes the version the caller saw, opens the transaction that the use cases join, and keeps
the answer under the caller's Idempotency-Key: the change, its events and its answer are there
together or not at all. What cannot be answered is not made, so that a client that was told to
come back does not find it made already.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, make_response

from chassis.http import idempotency
from chassis.http.api import Decorator, Schema, document, refuse_unread_body
from chassis.http.etags import seen_versions
from chassis.http.preferences import APPLIED, MINIMAL, prefers_minimal
from chassis.process.failpoints import failpoint
from chassis.process.runtime import here

IF_MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "ETag of the version seen. Missing: 428. Changed meanwhile: 412.",
}
IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": idempotency.HEADER,
    "in": "header",
    "required": False,
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": idempotency.LONGEST,
        "pattern": idempotency.CHARACTERS,
    },
    "description": "The same key and body get the same answer for 7 days.",
}
PREFER: dict[str, Any] = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": f"{MINIMAL}: answer with what changed only (RFC 7240).",
}


class _Failed(Exception):
    """Carries an error answer out of the transaction, so that nothing is saved."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def writes(
    *, if_match: bool = False, once: bool = True, minimal: type[Schema] | None = None
) -> Decorator:
    """Run a view in one transaction, once per Idempotency-Key; goes right above `response`.

    `if_match`: the view gets `seen`, the version of the request's If-Match; without one the
    answer is 428. `once=False` is for answers with a secret, of which nothing may be kept.
    `minimal` is what the view answers when `prefers_minimal()`.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def writing(*args: Any, **kwargs: Any) -> Response:
            refuse_unread_body()
            if if_match:
                kwargs["seen"] = seen_versions()
            return write(lambda: _preferred(view(*args, **kwargs), minimal), once=once)

        writing.__dict__["writes"] = True
        parameters = [IF_MATCH] * if_match + [IDEMPOTENCY_KEY] * once + [PREFER] * bool(minimal)
        document(writing, parameters=parameters, minimal=minimal)
        return writing

    return decorate


def write(produce: Callable[[], Any], *, body: tuple[str, ...] = (), once: bool = True) -> Response:
    """Do what `@writes` does for part of a view: for one that stores a file first.

    `body` stands for the request's body when that was read elsewhere. Raises `KeyInvalid`,
    `KeyReused` or `StillRunning`.
    """
    runtime, key = here(), idempotency.key_given() if once else None
    try:
        with runtime.db.transaction():
            if key is None:
                return _produced(produce)
            answered = idempotency.claim(runtime, key, idempotency.fingerprint(*body))
            if answered is not None:
                return answered
            response = _produced(produce)
            idempotency.keep(runtime, key, response)
            failpoint("api.before_commit")
    except _Failed as failed:
        return failed.response
    failpoint("api.after_commit")
    return response


def _preferred(answer: Any, minimal: type[Schema] | None) -> Response:
    response = make_response(answer)
    if minimal and prefers_minimal():
        response.headers[APPLIED] = MINIMAL
    return response


def _produced(produce: Callable[[], Any]) -> Response:
    response = make_response(produce())
    if response.status_code >= 400:
        raise _Failed(response)
    return response
