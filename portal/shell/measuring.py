"""What the portal's process counts, in the same words as every other process."""

import time

from flask import Flask, Response, g, request

from chassis.process import telemetry
from chassis.process.telemetry import REQUESTS


def install(app: Flask) -> None:
    """Measure requests and serve `/metrics`, where no edge leads."""
    app.before_request(_begin)
    app.after_request(_finish)
    app.add_url_rule("/metrics", "metrics", _metrics)


def _begin() -> None:
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    if "started" in g:
        route = request.url_rule.rule if request.url_rule else "unmatched"
        seconds = time.perf_counter() - g.started
        REQUESTS.labels("portal", route, response.status_code).observe(seconds)
    return response


def _metrics() -> Response:
    return Response(telemetry.exposition(), content_type=telemetry.EXPOSED)
