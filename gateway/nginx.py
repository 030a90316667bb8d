"""The nginx configuration, rendered from the same route table as the embedded edge.

nginx moves the bytes in the distributed form; what it refuses, it refuses with the same problem
documents. One conformance suite compares the two.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chassis.http.connections import BODY_SECONDS, HEAD_SECONDS, KEEP_ALIVE_SECONDS
from chassis.http.incoming import LONGEST_ADDRESS
from chassis.process.manifest import MEBIBYTE, Route
from gateway import nginx_files, nginx_headers, nginx_logs
from gateway import nginx_refusals as refusals
from gateway.headers import STRIPPED
from gateway.limits import (
    LARGE_BODIES_AT_ONCE,
    LARGE_BODIES_IN_ALL,
    PIECES_AT_ONCE,
    PIECES_IN_ALL,
    REQUESTS_AT_ONCE,
    limit_of_an_address,
)
from gateway.nginx_addresses import counted_addresses
from gateway.routes import (
    EDGE_STATUS,
    GATEWAY,
    GATEWAY_ROUTE,
    OWN_PAGES,
    PORTAL,
    RouteTable,
    Target,
)

Upstreams = Mapping[str, Sequence[str]]

# nginx asks another instance for these too when the first has ended in the middle, and what was
# asked may have happened. Of POST and PATCH it knows better.
_ONCE = "PUT|DELETE"
# Of TLS 1.2 only what keeps past talks secret and is one with its check; 1.3 has nothing else.
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
# Idle ones that each of its processes keeps to a service, shorter than the service keeps them.
KEPT_CONNECTIONS = 16
KEPT_SECONDS = 60
_CONNECTIONS = 8192  # of each of its processes
_TO_ONCE = 480  # of no meaning in HTTP; nobody outside sees it


@dataclass(frozen=True)
class Listening:
    """Where nginx listens, and the folder it works in. `certificate` turns TLS on.

    `resolver` names the DNS server of a container network: names in upstreams are then resolved
    repeatedly, so a part may move, start late or run several times (nginx 1.27.3 or later).
    `logs` is the folder of its log and its access log; without one they go out by the terminal.
    `proxies` is how many of ours stand in front, or what is replaced by that number later;
    `hsts_subdomains` is a switch likewise.
    """

    folder: Path
    port: int
    internal_port: int
    host: str = "127.0.0.1"
    certificate: Path | None = None
    key: Path | None = None
    internal_host: str = "127.0.0.1"
    static: Path | None = None
    resolver: str = ""
    logs: Path | None = None
    proxies: int | str = 0
    hsts_subdomains: str = "off"

    @property
    def log(self) -> str:
        return str(self.logs / "nginx.log") if self.logs else "stderr"

    @property
    def access_log(self) -> str:
        return str(self.logs / "access.log") if self.logs else "/dev/stdout"


def render(routes: RouteTable, upstreams: Upstreams, listening: Listening) -> str:
    """Write nginx.conf.

    `upstreams` maps each owner to the addresses (`host:port`) of its running instances; an owner
    without one is answered with 503.
    """
    targets = [*routes.targets, Target(GATEWAY, GATEWAY_ROUTE)]
    http = [
        *_settings(listening),
        *_maps(listening),
        *(line for number, t in enumerate(targets) for line in _zone(number, t.route)),
        *(line for owner in upstreams for line in _upstream(owner, upstreams[owner], listening)),
        *_public_server(targets, upstreams, listening),
        *_internal_server(targets, upstreams, listening),
    ]
    body = "\n".join(f"  {line}" for line in http)
    return (
        f"worker_processes 2;\ndaemon off;\nworker_rlimit_nofile {2 * _CONNECTIONS};\n"
        # Below `crit` it writes whole requests with their queries; the access log has their status.
        f"pid {listening.folder}/nginx.pid;\nerror_log {listening.log} crit;\n"
        f"events {{ worker_connections {_CONNECTIONS}; }}\nhttp {{\n{body}\n}}\n"
    )


def _settings(listening: Listening) -> Iterable[str]:
    for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
        yield f"{kind}_temp_path {listening.folder}/{kind};"
    if listening.resolver:
        yield f"resolver {listening.resolver} valid=5s ipv6=off;"
    yield from nginx_logs.line_of_a_request()
    yield from (
        "access_log off;",
        "server_tokens off;",
        "default_type application/octet-stream;",
        'types { "text/css; charset=utf-8" css; "text/javascript; charset=utf-8" js; '
        "image/svg+xml svg; image/png png; }",
        f"keepalive_timeout {KEEP_ALIVE_SECONDS}s;",
        f"client_header_timeout {HEAD_SECONDS}s;",
        f"client_body_timeout {BODY_SECONDS}s;",
        "send_timeout 30s;",
        "reset_timedout_connection on;",
        "limit_conn_zone $simpul_counted zone=addresses:4m;",
        "limit_conn_zone $simpul_large_of zone=large_bodies:4m;",
        "limit_conn_zone $simpul_large zone=all_large_bodies:64k;",
        "limit_conn_zone $simpul_large_of zone=pieces:4m;",
        "limit_conn_zone $simpul_large zone=all_pieces:64k;",
        f"limit_conn addresses {REQUESTS_AT_ONCE};",
        "limit_conn_status 429;",
        "limit_conn_log_level info;",
        "large_client_header_buffers 4 8k;",
        "merge_slashes off;",
        "limit_req_status 429;",
        "limit_req_log_level info;",
        "proxy_http_version 1.1;",
        "proxy_connect_timeout 1s;",
        "proxy_read_timeout 25s;",
        "proxy_next_upstream error timeout;",
        "proxy_next_upstream_tries 2;",
        "proxy_next_upstream_timeout 5s;",
        "proxy_hide_header X-Request-ID;",
    )


def _maps(listening: Listening) -> Iterable[str]:
    yield from counted_addresses(listening.proxies)
    # HTTP/1.0 needs no Host; what stands behind is asked by HTTP/1.1, which does.
    yield 'map $http_host $simpul_host { "" localhost; default $http_host; }'
    yield from refusals.wishes()
    # Of six digits or of no length; what is empty is not counted.
    yield 'map "$content_length$http_transfer_encoding" $simpul_large {'
    yield r'  default large; "" ""; "~^\d{1,5}$" ""; }'
    yield 'map $simpul_large $simpul_large_of { "" ""; default $simpul_counted; }'
    yield 'map $arg_v $simpul_cache { "" "public, max-age=300";'
    yield '  default "public, max-age=31536000, immutable"; }'
    yield from nginx_headers.maps(listening.hsts_subdomains)


def _zone(number: int, route: Route) -> Iterable[str]:
    rate = max(1, round(limit_of_an_address(route).rate * 60))
    yield f"limit_req_zone $simpul_counted zone=route{number}:4m rate={rate}r/m;"


def _upstream(owner: str, addresses: Sequence[str], listening: Listening) -> Iterable[str]:
    if addresses:
        zone = f"zone simpul_{owner} 64k; " if listening.resolver else ""
        again = "resolve " if listening.resolver else ""
        servers = " ".join(
            f"server {address} {again}max_fails=1 fail_timeout=2s;" for address in addresses
        )
        kept = f"keepalive {KEPT_CONNECTIONS}; keepalive_timeout {KEPT_SECONDS}s;"
        yield f"upstream simpul_{owner} {{ {zone}least_conn; {servers} {kept} }}"


def _public_server(
    targets: Sequence[Target], upstreams: Upstreams, listening: Listening
) -> Iterable[str]:
    yield "server {"
    tls = " ssl" if listening.certificate else ""
    yield f"  listen {listening.host}:{listening.port}{tls} backlog=1024;"
    if listening.certificate:
        yield f"  ssl_certificate {listening.certificate};"
        yield f"  ssl_certificate_key {listening.key};"
        yield "  ssl_protocols TLSv1.2 TLSv1.3;"
        yield f"  ssl_ciphers {_CIPHERS};"
        yield "  ssl_prefer_server_ciphers on;"
    yield f"  access_log {listening.access_log} simpul;"
    yield from _bodies_at_once()
    yield "  set $simpul_route -;"
    yield from (f"  {line}" for line in nginx_headers.added())
    yield f'  if ($request_method !~ "^({refusals.METHODS})$") {{ return 405; }}'
    yield r'  if ($request_uri ~ "(//|/\.\.?(/|$|\?))") { return 404; }'
    yield f'  if ($request_uri ~ "^.{{{LONGEST_ADDRESS + 1}}}") {{ return {refusals.TOO_LONG}; }}'
    yield from (f"  {line}" for line in refusals.REFUSALS)
    yield "  location / { return 404; }"
    yield from nginx_files.alive()
    yield from nginx_files.of_the_portal(listening.static or listening.folder / "static")
    for number, target in enumerate(targets):
        yield from _locations(number, target, upstreams)
        yield from _once(number, target, upstreams)
    yield from refusals.refusals(targets)
    yield "}"


def _bodies_at_once() -> Iterable[str]:
    """Bound bodies at the public side only: what the portal hands on comes from few addresses."""
    yield f"  limit_conn addresses {REQUESTS_AT_ONCE};"
    yield f"  limit_conn large_bodies {LARGE_BODIES_AT_ONCE};"
    yield f"  limit_conn all_large_bodies {LARGE_BODIES_IN_ALL};"


def _locations(number: int, target: Target, upstreams: Upstreams) -> Iterable[str]:
    if target.owner == GATEWAY:
        matches = [f"= {page}" for page in OWN_PAGES if not page.endswith("/") or page == "/"]
        matches += ["/docs/", "/front/"]
        yield from _location("= /readyz", number, target, upstreams, rewrite="/front/status")
    elif target.route.prefix.endswith("/"):
        matches = [target.route.prefix, f"= {target.route.prefix[:-1]}"]
    else:
        matches = [f"= {target.route.prefix}", f"{target.route.prefix}/"]
    for match in matches:
        yield from _location(match, number, target, upstreams)


def _location(
    match: str,
    number: int,
    target: Target,
    upstreams: Upstreams,
    rewrite: str = "",
) -> Iterable[str]:
    # 0 would mean "any size" to nginx; the pages without a body refuse by method anyway.
    limit = target.route.max_body or MEBIBYTE
    yield f"  location {match} {{"
    yield f"    set $simpul_route {target.route.prefix};"
    if target.owner == GATEWAY:
        yield f'    if ($request_method !~ "^({nginx_files.READ_ONLY})$") {{ return 405; }}'
    if not upstreams.get(target.owner):
        yield "    return 503;"
    else:
        yield f"    client_max_body_size {limit};"
        if target.route.pieces:
            yield from _in_memory(target.route)
        yield f"    {refusals.too_large_page(target.route.max_body)}"
        yield from (f"    {line}" for line in refusals.REFUSALS)
        if target.owner != GATEWAY:
            yield from _to_once(f"@once_{number}")
        yield from _passing(number, target)
        if rewrite:
            yield f"    rewrite ^ {rewrite} break;"
        yield f"    proxy_pass http://simpul_{target.owner};"
    yield "  }"


def _in_memory(route: Route) -> Iterable[str]:
    """Keep bodies off the disk: so they may be many, and slow ones fill nobody's room."""
    yield f"    client_body_buffer_size {route.max_body};"
    yield f"    limit_conn addresses {REQUESTS_AT_ONCE};"
    yield f"    limit_conn pieces {PIECES_AT_ONCE};"
    yield f"    limit_conn all_pieces {PIECES_IN_ALL};"


def _to_once(location: str) -> Iterable[str]:
    """Send what must not be asked twice to a location of its own, which may refuse in its turn."""
    yield "    recursive_error_pages on;"
    yield f"    error_page {_TO_ONCE} = {location};"
    yield f'    if ($request_method ~ "^({_ONCE})$") {{ return {_TO_ONCE}; }}'


def _once(number: int, target: Target, upstreams: Upstreams) -> Iterable[str]:
    if target.owner == GATEWAY or not upstreams.get(target.owner):
        return
    yield f"  location @once_{number} {{"
    yield f"    client_max_body_size {target.route.max_body or MEBIBYTE};"
    yield f"    {refusals.too_large_page(target.route.max_body)}"
    yield from (f"    {line}" for line in refusals.REFUSALS)
    yield "    proxy_next_upstream off;"
    yield from _passing(number, target)
    yield f"    proxy_pass http://simpul_{target.owner};"
    yield "  }"


def _passing(number: int, target: Target) -> Iterable[str]:
    burst = limit_of_an_address(target.route).burst
    yield f"    limit_req zone=route{number} burst={burst} nodelay;"
    yield from _forwarding()


def _forwarding() -> Iterable[str]:
    yield '    proxy_set_header Connection "";'  # by default nginx asks to close each
    yield "    proxy_set_header Host $simpul_host;"
    yield "    proxy_set_header X-Request-ID $request_id;"
    for name in STRIPPED:
        yield f'    proxy_set_header {name} "";'
    yield "    proxy_set_header X-Forwarded-For $simpul_address;"
    yield "    proxy_set_header X-Forwarded-Proto $scheme;"


def _internal_server(
    targets: Sequence[Target], upstreams: Upstreams, listening: Listening
) -> Iterable[str]:
    """Services call each other here: no rate limits, and each one's health can be asked."""
    yield "server {"
    yield f"  listen {listening.internal_host}:{listening.internal_port};"
    yield "  client_max_body_size 32m;"
    yield "  location = /livez { return 204; }"
    yield f"  location = {EDGE_STATUS} {{ stub_status; }}"
    for number, target in enumerate(targets):
        if upstreams.get(target.owner) and target.owner not in (GATEWAY, PORTAL):
            passing = f"proxy_pass http://simpul_{target.owner};"
            yield f"  location {target.route.prefix} {{"
            yield from _to_once(f"@once_{number}")
            yield f"    {passing}"
            yield "  }"
            yield f"  location @once_{number} {{ proxy_next_upstream off; {passing} }}"
    for owner, addresses in upstreams.items():
        if addresses:
            yield f"  location /internal/{owner}/ {{ proxy_pass http://simpul_{owner}/; }}"
    yield "}"
