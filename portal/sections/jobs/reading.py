"""What the pages of jobs need, from the API of every service that has jobs.

Which services have some is asked of them: one whose API has no `/jobs` says 404, and is not asked
again for a while.
"""

import time
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import current_app
from werkzeug.exceptions import NotFound

from chassis.process.manifest import discover
from portal.shell.api_client import ApiRefused, ApiUnavailable
from portal.shell.signed_in import api

PAGE_SIZE = "10"
NOT_ASKED_SECONDS = 600  # a service that had no jobs may have some after an upgrade
_ASK_FROM = "portal_jobs_ask_from"
_LIVE = ("waiting", "running")
_NOTHING_HERE = (403, 404)
_BROKEN = 500  # its fault is not that of the others


def address(service: str) -> str:
    return f"/api/{service}/v1/jobs"


def jobs(cursor: str | None) -> dict[str, Any]:
    """Read a page of jobs, newest first; `whole` is False when a service did not answer."""
    cursors = dict(parse_qsl(cursor or ""))
    answers: dict[str, Any] = {}
    whole = True
    try:
        answers.update(_answers(cursors=cursors))
    except ApiUnavailable:
        whole = False
    if not whole and not answers:
        raise ApiUnavailable("jobs")
    found = [_seen(job) for answer in answers.values() for job in answer["data"]]
    found.sort(key=lambda job: str(job["created_at"]), reverse=True)
    return {"data": found, "page": _page(answers), "whole": whole}


def find(job_id: UUID) -> tuple[str, dict[str, Any]]:
    """Read a job and the name of the service that does it. Raises `NotFound`, for another's too."""
    for service, job in _answers(f"/{job_id}"):
        return service, _seen(job)
    raise NotFound


def has_jobs() -> bool:
    return any(answer["data"] for _, answer in _answers(limit="1"))


def _answers(
    tail: str = "", *, limit: str = PAGE_SIZE, cursors: dict[str, str] | None = None
) -> Iterator[tuple[str, Any]]:
    """Ask service by service. Raises `ApiUnavailable` at the end when one did not answer."""
    away = False
    cursors = cursors or {}
    query = {} if tail else {"limit": limit}
    for service in _services(cursors):
        try:
            answer = api().get(address(service) + tail, cursor=cursors.get(service), **query)
        except ApiUnavailable:
            away = True
        except ApiRefused as refused:
            away = away or refused.status >= _BROKEN
            _note(service, refused, is_listing=not tail)
        else:
            yield service, answer
    if away:
        raise ApiUnavailable("jobs")


def _services(wanted: Iterable[str]) -> list[str]:
    """List the services to ask: all of which a person may ask something, or some of these."""
    due = [name for name, moment in _ask_from().items() if moment <= time.time()]
    return [name for name in due if name in wanted] if wanted else due


def _ask_from() -> dict[str, float]:
    """Return when each service may be asked again; kept with the application."""
    known = current_app.extensions
    if _ASK_FROM not in known:
        names = [manifest.name for manifest in discover().values() if manifest.scopes]
        known[_ASK_FROM] = dict.fromkeys(names, 0.0)
    kept: dict[str, float] = known[_ASK_FROM]
    return kept


def _note(service: str, refused: ApiRefused, *, is_listing: bool) -> None:
    if refused.status not in _NOTHING_HERE and refused.status < _BROKEN:
        raise refused
    if is_listing and refused.status == 404:
        _ask_from()[service] = time.time() + NOT_ASKED_SECONDS


def _seen(job: dict[str, Any]) -> dict[str, Any]:
    # A service of the last release says nothing of a document.
    return {"document_id": None, **job, "is_live": job["state"] in _LIVE}


def _page(answers: dict[str, Any]) -> dict[str, Any]:
    """Lead on to what each service has more; one that has no more is not asked again."""
    pages = {service: answer["page"] for service, answer in answers.items()}
    more = {service: page["next_cursor"] for service, page in pages.items() if page["has_more"]}
    return {"has_more": bool(more), "next_cursor": urlencode(more)}
