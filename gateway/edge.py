"""The edge of the embedded form: one WSGI dispatcher in front of all services.

It does what nginx does in the distributed form, from the same route table: limits, request id,
removal of forged headers, security headers. It moves no bytes over the network.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import structlog
from werkzeug.wsgi import ClosingIterator

from chassis.http import wsgi_problems as problems
from chassis.http.callers import FORWARDED_FOR, network_of, trust_proxies
from chassis.http.incoming import (
    LONGEST_ADDRESS,
    has_too_long_address,
    has_too_much_in_headers,
)
from chassis.http.wsgi_problems import Problem
from chassis.kernel.words import Size
from chassis.process.buckets import LeakyBuckets
from chassis.process.manifest import Manifest, Route
from gateway import statics
from gateway.headers import (
    HSTS,
    HSTS_SUBDOMAINS,
    Environ,
    Headers,
    completed,
    request_id_of,
    strip_forged,
)
from gateway.limits import CountedBody, limit_of_an_address
from gateway.routes import GATEWAY, PORTAL, Target, is_own_page, table

log = structlog.get_logger()
WSGIApp = Callable[[Environ, Any], Iterable[bytes]]

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_READ_ONLY = ("GET", "HEAD", "OPTIONS")


class PortalApp(Protocol):
    """What the edge needs to know of the portal: a WSGI app with a folder of static files."""

    static_folder: Any

    def __call__(self, environ: Environ, start_response: Any, /) -> Iterable[bytes]: ...


def create_edge(  # noqa: PLR0913 - the one place where an edge is put together
    apps: Mapping[str, WSGIApp],
    manifests: Mapping[str, Manifest],
    *,
    portal: PortalApp | None = None,
    gateway_app: WSGIApp | None = None,
    public_url: str = "",
    proxies_in_front: int = 0,
    hsts_subdomains: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> "Edge":
    """Put all apps of one process behind one public address.

    `proxies_in_front` is how many proxies of our own stand before it (one that ends TLS, say).
    """
    owners: dict[str, WSGIApp] = dict(apps)
    files = None
    if gateway_app is not None:
        owners[GATEWAY] = gateway_app
    if portal is not None:
        owners[PORTAL] = portal
        files = statics.Statics("/portal/static/", Path(portal.static_folder))
    routes = table(manifests, with_portal=portal is not None)
    hsts = HSTS_SUBDOMAINS if hsts_subdomains else HSTS
    https = public_url.startswith("https:")
    deployment = Deployment(hsts if https else None, proxies_in_front)
    return Edge(owners, routes.find, files, deployment, LeakyBuckets(clock=clock))


@dataclass(frozen=True)
class Deployment:
    """What stands in front of this edge."""

    hsts: tuple[str, str] | None  # over https
    proxies: int


class Edge:
    """A WSGI application: it refuses what exceeds a limit and forwards the rest to its owner."""

    def __init__(
        self,
        owners: Mapping[str, WSGIApp],
        find: Callable[[str], Target | None],
        files: statics.Statics | None,
        deployment: Deployment,
        buckets: LeakyBuckets | None,
    ) -> None:
        self._owners = owners
        self._find = find
        self._files = files
        self._deployment = deployment
        self._buckets = buckets
        self._has_warned = False

    def inside(self) -> "Edge":
        """Return the same edge for the portal's own calls, as nginx has one inside.

        The browser's request was counted when it came to the portal, and has its id.
        """
        return Edge(self._owners, self._find, self._files, self._deployment, None)

    @property
    def is_outermost(self) -> bool:
        """Tell whether clients connect to this edge themselves."""
        return not self._deployment.proxies

    def route_of(self, path: str) -> Route:
        """Return the route whose limits hold at a path."""
        target = self._find(path)
        return target.route if target else Route("")

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        request_id = request_id_of(environ, is_inside=self._buckets is None)
        self._warn_of_a_proxy_unsaid(environ)
        trust_proxies(environ, self._deployment.proxies)
        strip_forged(environ)
        environ["HTTP_X_REQUEST_ID"] = request_id
        reply = Reply(environ, start_response, request_id, self._deployment.hsts)
        try:
            return self._answer(environ, reply)
        except Exception:
            log.exception("edge_failed", request_id=request_id, path=environ.get("PATH_INFO"))
            if reply.started:
                raise
            return reply.problem(problems.INTERNAL)

    def _answer(self, environ: Environ, reply: "Reply") -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO") or "/")
        if (refusal := _oversized(environ)) is not None:
            return reply.problem(refusal, limit=LONGEST_ADDRESS)
        if environ["REQUEST_METHOD"] not in _METHODS:
            return reply.not_allowed(_METHODS)
        if path == "/livez":
            return reply.text("200 OK", b'{"status":"alive"}\n')
        if self._files is not None and (file := self._files.find(path)):
            return reply.file(file)
        target = None if _is_ambiguous(path) else self._find("/" if path == "/readyz" else path)
        if target is None:
            return reply.problem(problems.NOT_FOUND)
        return self._limited(environ, reply, target, path)

    def _limited(
        self, environ: Environ, reply: "Reply", target: Target, path: str
    ) -> Iterable[bytes]:
        if is_own_page(path) and environ["REQUEST_METHOD"] not in _READ_ONLY:
            return reply.not_allowed(_READ_ONLY)
        if seconds := self._wait(environ, target):
            return reply.problem(
                problems.TOO_MANY, [("Retry-After", str(seconds))], seconds=seconds
            )
        refusal = _wrong_length(environ, target.route.max_body)
        if refusal is not None:
            return reply.problem(refusal, limit=Size(target.route.max_body))
        owner = self._owners.get(target.owner)
        if owner is None:
            return reply.problem(problems.UNAVAILABLE)
        if path == "/readyz":
            environ["PATH_INFO"] = "/front/status"
        return _forward(owner, environ, reply, target.route.max_body)

    def _wait(self, environ: Environ, target: Target) -> int:
        if self._buckets is None:
            return 0
        address = network_of(str(environ.get("REMOTE_ADDR", "")))
        return self._buckets.wait(limit_of_an_address(target.route), target.route.prefix, address)

    def _warn_of_a_proxy_unsaid(self, environ: Environ) -> None:
        """Say once that a proxy may stand in front which PROXIES_IN_FRONT does not count."""
        if FORWARDED_FOR in environ and not (self._deployment.proxies or self._has_warned):
            self._has_warned = True
            log.warning("forwarded_address_not_believed", setting="PROXIES_IN_FRONT")


class Reply:
    """An answer with the edge's headers; until it has started, it can become a refusal."""

    def __init__(
        self,
        environ: Environ,
        start_response: Any,
        request_id: str,
        hsts: tuple[str, str] | None,
    ) -> None:
        self._environ = environ
        self._start_response = start_response
        self._request_id = request_id
        self._hsts = hsts
        self.started = False

    def start(self, status: str, headers: Headers, exc_info: Any = None) -> Any:
        self.started = True
        complete = completed(headers, self._request_id, self._hsts)
        if exc_info is None:
            return self._start_response(status, complete)
        return self._start_response(status, complete, exc_info)

    def problem(
        self, problem: Problem, extra: Iterable[tuple[str, str]] = (), **params: object
    ) -> list[bytes]:
        headers, body = problems.refusal_of(problem, self._environ, self._request_id, params)
        self.start(problem.status, [*headers, *extra])
        return [] if self._environ["REQUEST_METHOD"] == "HEAD" else [body]

    def not_allowed(self, methods: Iterable[str]) -> list[bytes]:
        return self.problem(problems.METHOD_NOT_ALLOWED, [("Allow", ", ".join(methods))])

    def text(self, status: str, body: bytes) -> list[bytes]:
        self.start(
            status,
            [
                ("Content-Type", "application/json"),
                ("Content-Length", str(len(body))),
                ("Cache-Control", "no-store"),
            ],
        )
        return [] if self._environ["REQUEST_METHOD"] == "HEAD" else [body]

    def file(self, file: statics.StaticFile) -> list[bytes]:
        if self._environ["REQUEST_METHOD"] not in _READ_ONLY:
            return self.not_allowed(_READ_ONLY)
        status, headers, body = statics.answer(file, self._environ)
        self.start(status, headers)
        return [body]


def _forward(owner: WSGIApp, environ: Environ, reply: Reply, max_body: int) -> Iterable[bytes]:
    body = CountedBody(environ["wsgi.input"], max_body)
    environ["wsgi.input"] = body
    refused: list[bytes] = []

    def start(status: str, headers: Headers, exc_info: Any = None) -> Any:
        if body.exceeded and not reply.started:
            refused.extend(reply.problem(problems.TOO_LARGE, limit=Size(max_body)))
            return lambda data: None  # noqa: ARG005 - WSGI's write(), for an answer not sent
        return reply.start(status, headers, exc_info)

    answer = owner(environ, start)
    if not refused:
        return answer
    return ClosingIterator(refused, getattr(answer, "close", None))


def _oversized(environ: Environ) -> Problem | None:
    if has_too_long_address(environ):
        return problems.URI_TOO_LONG
    return problems.HEADERS_TOO_LARGE if has_too_much_in_headers(environ) else None


def _wrong_length(environ: Environ, max_body: int) -> Problem | None:
    """Refuse a declared length beyond the limit unread, and chunks where the server sees no end."""
    declared = str(environ.get("CONTENT_LENGTH") or "")
    if declared and not (declared.isascii() and declared.isdecimal()):
        return problems.MALFORMED
    if declared and int(declared) > max_body:
        return problems.TOO_LARGE
    is_chunked = "chunked" in str(environ.get("HTTP_TRANSFER_ENCODING", "")).lower()
    if is_chunked and not declared and not environ.get("wsgi.input_terminated"):
        return problems.LENGTH_REQUIRED
    return None


def _is_ambiguous(path: str) -> bool:
    """Dots and empty segments are never part of our addresses; servers disagree on them."""
    return "//" in path or "\x00" in path or any(part in {".", ".."} for part in path.split("/"))
