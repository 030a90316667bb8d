"""Files on their way to a reader: the bytes pass through, because the browser holds no token."""

from werkzeug.wrappers import Response

from portal.shell.transport import Answer

_PASSED_ON = ("Content-Type", "Content-Disposition", "ETag")


def passed_on(answer: Answer) -> Response:
    """Give a reader the file that documents answered with: to be saved, never run or cached."""
    response = Response(answer.body, status=answer.status)
    for name in _PASSED_ON:
        if name in answer.headers:
            response.headers[name] = answer.headers[name]
    response.headers["X-Content-Type-Options"] = "nosniff"
    policy = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-store"
    return response
