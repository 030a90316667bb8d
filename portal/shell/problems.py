"""What a script or program is told when something cannot be done: a problem document (RFC 9457)."""

import json
from http import HTTPStatus

from flask import Response, request

from chassis.http.problem_pages import VARY
from portal.shell.saying import say

UNNAMED = "refused"
CONTENT_TYPE = "application/problem+json"
_TITLES = {
    HTTPStatus.FORBIDDEN: "shell.not_allowed",
    HTTPStatus.NOT_FOUND: "shell.page_not_found",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "shell.too_large",
    HTTPStatus.TOO_MANY_REQUESTS: "shell.too_many_requests",
}
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 429: "too_many_requests"}


def completed(response: Response) -> Response:
    """Make a problem document of a refusal in JSON; pages stay as they are."""
    if response.status_code < 400:
        return response
    response.headers["Vary"] = VARY
    if response.mimetype != "application/json":
        return response
    told = response.get_json()
    code = told.get("code", UNNAMED)
    if code == UNNAMED:
        code = _CODES.get(response.status_code, UNNAMED)
    document = {
        "type": f"urn:simpul:problem:{code}",
        "title": say(_TITLES.get(HTTPStatus(response.status_code), "shell.not_done")),
        "status": response.status_code,
        "request_id": request.headers.get("X-Request-ID", ""),
        **told,
        "code": code,
    }
    response.set_data(json.dumps(document, ensure_ascii=False))
    response.content_type = CONTENT_TYPE
    return response
