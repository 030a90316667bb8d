"""The gateway's own pages: status at `/`, the merged `/openapi.json`, Swagger UI at `/docs/`."""

import hashlib
import json
import os
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, current_app, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from chassis.http import wsgi_problems as problems
from chassis.http.languages import page_language
from chassis.http.peers import transport
from chassis.process import config as settings
from chassis.process import telemetry
from chassis.process.context import apart, safe_request_id
from chassis.process.manifest import Manifest, discover
from gateway import statics
from gateway.measuring import Edge
from gateway.probe import Probe
from gateway.settings import SETTINGS

_LOOK_AGAIN_SECONDS = 5
_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# Swagger UI writes style attributes itself; scripts come from here and the wheel only.
_DOCS_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'"
)
_WORST_FIRST = ("unavailable", "degraded")
_PROBLEMS = {404: problems.NOT_FOUND, 405: problems.METHOD_NOT_ALLOWED}
_SWAGGER_FILES = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png", "LICENSE")


def create_app(
    config: Mapping[str, str] | None = None, manifests: Mapping[str, Manifest] | None = None
) -> Flask:
    """Build the gateway's app. Raises `SettingsInvalid`."""
    values = settings.read("gateway", SETTINGS, os.environ if config is None else config)
    manifests = discover() if manifests is None else manifests
    app = Flask(__name__, static_url_path="/front")
    app.wsgi_app = apart(app.wsgi_app)  # type: ignore[method-assign]
    app.extensions["manifests"] = manifests
    peers = transport(values.peers_url)
    app.extensions["probe"] = Probe(peers, manifests, values["PROBE_PATH"], values.public_url)
    app.extensions["edge"] = Edge(peers)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["_"] = _say
    app.add_url_rule("/", "first", _first)
    app.add_url_rule("/front/status", "status", _status)
    app.add_url_rule("/metrics", "metrics", _metrics)
    app.add_url_rule("/livez", "livez", lambda: {"status": "ok"})
    app.add_url_rule("/readyz", "readyz", lambda: {"status": "ok"})
    app.register_error_handler(HTTPException, _refused)
    if values["DOCS"]:
        app.add_url_rule("/openapi.json", "openapi", _openapi)
        app.add_url_rule("/docs", "docs_moved", lambda: redirect("/docs/"))
        app.add_url_rule("/docs/", "docs", _docs)
        app.add_url_rule("/docs/<name>", "docs_file", _docs_file)
    return app


def _first() -> Response:
    manifests: Mapping[str, Manifest] = current_app.extensions["manifests"]
    states = _probe().states()
    services = [
        {"name": name, "title": manifest.title.get(_language(), name), "state": states[name].word}
        for name, manifest in manifests.items()
    ]
    has_docs = "docs" in current_app.view_functions
    page = render_template("first.html", services=services, language=_language(), has_docs=has_docs)
    return _page(page, _CSP)


def _metrics() -> Response:
    """The numbers of this process and of the edge, which has no route here."""
    edge: Edge = current_app.extensions["edge"]
    edge.measure()
    return Response(telemetry.exposition(), content_type=telemetry.EXPOSED)


def _status() -> tuple[dict[str, Any], int, dict[str, str]]:
    """Answer ready when every service is, and name those that are not or only do less.

    `degraded` says why, of what they lean on. `later_schemas` names those that work on a database
    which a later release has changed.
    """
    states = _probe().states()
    words = {name: state.word for name, state in states.items()}
    worst = next((word for word in _WORST_FIRST if word in words.values()), "ok")
    body = {
        "status": worst,
        "services": words,
        "degraded": {name: state.degraded for name, state in states.items() if state.degraded},
        "later_schemas": [name for name, state in states.items() if state.later_schema],
    }
    if worst != "unavailable":
        return body, 200, {}
    return body, 503, {"Retry-After": str(_LOOK_AGAIN_SECONDS)}


def _openapi() -> Response:
    body = json.dumps(_probe().document(), ensure_ascii=False).encode()
    response = Response(body, content_type="application/json")
    response.set_etag(hashlib.sha256(body).hexdigest()[:16])
    response.headers["Cache-Control"] = "public, max-age=60"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.make_conditional(request)
    return response


def _docs() -> Response:
    return _page(render_template("docs.html", language=_language()), _DOCS_CSP)


def _docs_file(name: str) -> AnyResponse:
    if name not in _SWAGGER_FILES:
        abort(404)
    status, headers, body = statics.answer(_swagger_file(name), request.environ)
    return Response(body, status=status, headers=headers)


@cache
def _swagger_file(name: str) -> statics.StaticFile:
    """Read it from the wheel flask-swagger-ui; nothing is loaded from elsewhere."""
    return statics.read(Path(str(files("flask_swagger_ui") / "dist" / name)))


def _refused(error: HTTPException) -> Response:
    """Refuse as the edge does, which answers for whatever never comes here."""
    problem = _PROBLEMS.get(error.code or 0, problems.INTERNAL)
    request_id = safe_request_id(request.headers.get("X-Request-ID"))
    headers, body = problems.refusal_of(problem, request.environ, request_id, {})
    response = Response(body, status=problem.status, headers=headers)
    response.headers.update({k: v for k, v in error.get_headers() if k == "Allow"})
    return response


def _page(html: str, policy: str) -> Response:
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = _language()
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


def _probe() -> Probe:
    probe: Probe = current_app.extensions["probe"]
    return probe


def _language() -> str:
    return page_language()


def _say(indonesian: str, english: str) -> str:
    return english if _language() == "en" else indonesian
