"""What the services last said about the person, for the menu: at most half a minute old."""

import json
import time
from collections.abc import Callable
from typing import Any

import structlog
from flask import g, request, session
from werkzeug.wrappers import Response

from portal.shell.api_client import ApiRefused, ApiUnavailable, SignInNeeded

log = structlog.get_logger()
KEPT_SECONDS = 30
LONGEST = 1000  # of an answer as JSON
LONGEST_TOGETHER = 2000  # what the sealed cookie has room for, beside the rest of the session
_KEPT = "answers"
_ANSWERED = "answered"


def answer_to(name: str, question: Callable[[], Any]) -> Any:
    """Return the answer kept under a name, or ask again; None when there is none.

    A page never fails because of it. A dead service is asked once in the time an answer is kept;
    meanwhile what it said last stands.
    """
    last, at = session.get(_KEPT, {}).get(name, (None, 0))
    if g.get("asks_no_more") or time.time() - at < KEPT_SECONDS:
        return last
    try:
        by_page = g.get(_ANSWERED, {})
        last = by_page[name] if name in by_page else question()
    except ApiRefused:
        last = None
    except ApiUnavailable:
        pass
    except SignInNeeded:
        return last
    _keep(name, last)
    return last


def answered(name: str, answer: Any) -> None:
    """Spare the menu a question that this page has asked already."""
    setattr(g, _ANSWERED, {**g.get(_ANSWERED, {}), name: answer})


def _keep(name: str, answer: Any) -> None:
    """A browser drops a cookie that is too long, and the whole session with it."""
    kept = {**session.get(_KEPT, {}), name: [answer, int(time.time())]}
    length, together = len(json.dumps(answer)), len(json.dumps(kept))
    if length > LONGEST or together > LONGEST_TOGETHER:
        log.warning("answer_not_kept", section=name, length=length, together=together)
        return
    session[_KEPT] = kept


def ask_no_more() -> None:
    """Make this page do with what is kept: something it needed did not answer."""
    g.asks_no_more = True


def forget(name: str | None = None) -> None:
    """Ask anew, for one section's menu or for all."""
    kept = session.pop(_KEPT, {})
    if name in kept:
        session[_KEPT] = {other: kept[other] for other in kept if other != name}


def forget_after_change(response: Response) -> Response:
    """Ask anew after a form that was carried out: what it changed may have been counted."""
    if request.method == "POST" and response.status_code in (302, 303):
        forget()
    return response
