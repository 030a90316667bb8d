"""Answers that whoever has one may keep, for ever or for a while."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from flask import make_response, request
from werkzeug.wrappers import Response

_FOR_EVER = "private, max-age=31536000, immutable"
_AN_HOUR = "public, max-age=3600"
# Two people may be of two regions, and the texts are in the reader's language.
_VARY = ("Authorization", "Accept-Language")

_View = Callable[..., Any]


def unchanging(view: _View) -> _View:
    """Let the caller keep the answer for ever, and check it by its ETag; goes above `response`."""
    return _cached(view, _FOR_EVER, _VARY)


def shared(view: _View) -> _View:
    """Let anybody keep for an hour what is the same for everybody; goes above `response`."""
    return _cached(view, _AN_HOUR, ())


def _cached(view: _View, how_long: str, vary: Collection[str]) -> _View:
    @wraps(view)
    def cached(*args: Any, **kwargs: Any) -> Response:
        response = make_response(view(*args, **kwargs))
        response.add_etag()
        response.headers["Cache-Control"] = how_long
        response.vary.update(vary)
        return response.make_conditional(request)

    return cached
