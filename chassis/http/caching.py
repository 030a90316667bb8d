"""Answers that never change at their address, so that whoever has one need not ask again."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import make_response, request
from werkzeug.wrappers import Response

_FOR_EVER = "private, max-age=31536000, immutable"
# Two people may be of two regions, and the texts are in the reader's language.
_VARY = ("Authorization", "Accept-Language")


def unchanging(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let the caller keep the answer for ever, and check it by its ETag; goes above `response`."""

    @wraps(view)
    def cached(*args: Any, **kwargs: Any) -> Response:
        response = make_response(view(*args, **kwargs))
        response.add_etag()
        response.headers["Cache-Control"] = _FOR_EVER
        response.vary.update(_VARY)
        return response.make_conditional(request)

    return cached
