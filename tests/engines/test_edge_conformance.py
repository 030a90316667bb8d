"""One suite, two edges: the dispatcher of the embedded form and nginx must behave alike."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from werkzeug.wrappers import Request, Response

from chassis.http.callers import behind_edge
from chassis.http.incoming import LONGEST_ADDRESS
from chassis.process.manifest import KIBIBYTE, Manifest, Route
from gateway.edge import create_edge
from gateway.limits import limit_of_an_address
from gateway.nginx import Listening
from gateway.routes import table
from ops.engines.nginx import Nginx
from ops.engines.process import free_port
from tests.builders.engines import engine_folder, or_skipped
from tests.builders.serving import serving
from tests.chassis.test_incoming import ACCEPTS, CHROMIUM
from tests.chassis.test_languages import WISHES
from tests.gateway.test_arriving import CUT_OFF
from tests.gateway.test_departing import LARGE, asking
from tests.gateway.test_edge import GIVEN_IDS
from tests.gateway.test_unread import TWO_LENGTHS

pytestmark = pytest.mark.live

LARGEST_PIECE = 600 * KIBIBYTE
LETTERS = Manifest(
    "letters",
    {"id": "Surat", "en": "Letters"},
    "",
    routes=(
        Route("/api/letters/", max_body=1000),
        Route("/surat", rate=1.0, burst=3),
        Route("/api/letters/pieces", max_body=LARGEST_PIECE, pieces=True),
    ),
)
ARCHIVE = Manifest(
    "archive", {"id": "", "en": ""}, "", routes=(Route("/api/letters/archive/", max_body=50_000),)
)
AWAY = Manifest("away", {"id": "", "en": ""}, "", routes=(Route("/api/away/"),))
DEAD = Manifest("dead", {"id": "", "en": ""}, "", routes=(Route("/api/dead/"),))
OFFICE = 200
TITLES = {"id": "Tidak ditemukan", "en": "Not found"}
PROXIES = 1
BURST = limit_of_an_address(LETTERS.routes[1]).burst
MANIFESTS = {manifest.name: manifest for manifest in (LETTERS, ARCHIVE, AWAY, DEAD)}


# The paths that services were asked for.
ASKED: list[str] = []


def echo(name: str) -> Any:
    @Request.application
    def app(request: Request) -> Response:
        ASKED.append(request.path)
        if request.path.endswith("/large"):
            return Response(LARGE)
        if request.path.endswith("/own-headers"):
            return Response("x", headers={"X-Frame-Options": "SAMEORIGIN"})
        if request.path.endswith("/own-problem"):
            return Response('{"code":"mine"}', 409, content_type="application/problem+json")
        seen = {
            "service": name,
            "path": request.path,
            "method": request.method,
            "length": len(request.get_data()),
            "address": request.remote_addr,
            "headers": {key.lower(): value for key, value in request.headers.items()},
        }
        return Response(json.dumps(seen), content_type="application/json")

    app.static_folder = None
    return app


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def served(app: Any) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, app, server_class=_Server, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Edge:
    port: int
    folder: Path = Path()  # where nginx keeps what does not fit into its memory

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        chunked = body is not None and not isinstance(body, bytes)
        connection.request(method, path, body, named, encode_chunked=chunked)
        response = connection.getresponse()
        told = {name.lower(): value for name, value in response.getheaders()}
        answer = Answer(response.status, told, response.read())
        connection.close()
        return answer


def _apps() -> dict[str, Any]:
    return {"letters": echo("letters"), "archive": echo("archive")}


@contextmanager
def embedded(static: Path) -> Iterator[Edge]:
    portal = echo("portal")
    portal.static_folder = str(static)
    edge = create_edge(
        _apps(), MANIFESTS, portal=portal, gateway_app=echo("gateway"), proxies_in_front=PROXIES
    )
    with serving(edge) as (port, _worker):
        yield Edge(port)


@contextmanager
def nginx(static: Path) -> Iterator[Edge]:
    apps = {**_apps(), "portal": echo("portal"), "gateway": echo("gateway")}
    with or_skipped(), engine_folder() as folder, ExitStack() as stack:
        upstreams = {
            name: [stack.enter_context(served(behind_edge(app)))] for name, app in apps.items()
        }
        listening = Listening(folder / "nginx", free_port(), free_port(), proxies=PROXIES)
        server = Nginx(listening, table(MANIFESTS), static)
        server.start({**upstreams, "away": [], "dead": [free_port()]})
        yield Edge(listening.port, listening.folder)
        server.stop()


@pytest.fixture(scope="module", params=[embedded, nginx], ids=["embedded", "nginx"])
def edge(request, tmp_path_factory) -> Iterator[Edge]:
    static = tmp_path_factory.mktemp("static")
    (static / "site.css").write_text("body { color: teal; }\n" * 40)
    with request.param(static) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/api/letters/v1/x", "letters"),
        ("/api/letters/archive/x", "archive"),
        ("/surat", "letters"),
        ("/surat/masuk", "letters"),
        ("/portal/", "portal"),
        ("/", "gateway"),
        ("/openapi.json", "gateway"),
        ("/docs/", "gateway"),
    ],
)
def test_the_longest_prefix_decides(edge, path, service):
    assert edge.send("GET", path, Authorization=f"Bearer {path}").json["service"] == service


@pytest.mark.parametrize("path", ["/nothing", "/suratan", "/api/", "/metrics", "/api/letters/../x"])
def test_what_nobody_claims_is_the_same_problem(edge, path):
    answer = edge.send("GET", path)

    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["request_id"] == answer.headers["x-request-id"]


REFUSALS = [
    ("GET", "/nothing", 404, "Tidak ditemukan"),
    ("PROPFIND", "/api/letters/x", 405, "Metode tidak diizinkan"),
    ("POST", "/", 405, "Metode tidak diizinkan"),
    ("POST", "/api/letters/x", 413, "Kiriman terlalu besar"),
    ("PUT", "/api/letters/x", 413, "Kiriman terlalu besar"),
    ("GET", "/api/away/x", 503, "Layanan sedang tidak tersedia"),
    ("DELETE", "/api/away/x", 503, "Layanan sedang tidak tersedia"),
    ("GET", "/api/dead/x", 503, "Layanan sedang tidak tersedia"),
    ("PUT", "/api/dead/x", 503, "Layanan sedang tidak tersedia"),
    ("DELETE", "/api/dead/x", 503, "Layanan sedang tidak tersedia"),
]


@pytest.mark.parametrize(("method", "path", "status", "title"), REFUSALS)
def test_a_browser_is_refused_with_a_page_and_a_program_with_a_problem(
    edge, method, path, status, title
):
    body = b"x" * 1001 if status == 413 else None
    page = edge.send(method, path, body, Accept=CHROMIUM)
    problem = edge.send(method, path, body, Accept="*/*")

    assert (page.status, problem.status) == (status, status)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<h1>{title}</h1>" in page.body.decode()
    assert page.headers["x-request-id"] in page.body.decode()
    assert "style-src 'self'" in page.headers["content-security-policy"]
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json["title"] == title
    assert page.headers["vary"] == problem.headers["vary"]
    assert page.headers.get("retry-after") == problem.headers.get("retry-after")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_every_method_arrives_with_its_path_and_body(edge, method):
    body = None if method in ("GET", "DELETE") else b"x" * 900
    seen = edge.send(method, "/api/letters/v1/a%20b?c=d", body).json

    assert (seen["method"], seen["service"], seen["path"]) == (
        method,
        "letters",
        "/api/letters/v1/a b",
    )
    assert seen["length"] == len(body or b"")


def test_each_accept_is_answered_alike(edge):
    for accept, is_page in ACCEPTS:
        answer = edge.send("GET", "/nothing", Accept=accept)
        assert answer.headers["content-type"].startswith("text/html") is is_page, accept


def test_a_page_is_in_the_language_that_the_person_chose(edge):
    wishes = {"Accept": CHROMIUM, "Accept_Language": "en"}
    by_browser = edge.send("GET", "/nothing", **wishes)
    by_switch = edge.send("GET", "/nothing", **wishes, Cookie="a=b; simpul_language=id")
    pinned = "simpul_language=en; __Host-simpul_language=id; c=d"
    by_pinned = edge.send("GET", "/nothing", **wishes, Cookie=pinned)
    by_nonsense = edge.send("GET", "/nothing", **wishes, Cookie="simpul_language=xx")
    problem = edge.send("GET", "/nothing", Accept_Language="en", Cookie="simpul_language=id")

    languages = [answer.headers["content-language"] for answer in (by_browser, by_switch)]
    assert languages == ["en", "id"]
    assert '<html lang="id">' in by_switch.body.decode()
    assert '<html lang="id">' in by_pinned.body.decode()
    assert "<h1>Not found</h1>" in by_nonsense.body.decode()
    assert problem.json["title"] == "Not found"


def test_a_burst_of_a_browser_ends_in_a_page(edge):
    answers = [edge.send("GET", "/surat/a-page", Accept=CHROMIUM) for _ in range(BURST + 9)]
    refused = next(answer for answer in answers if answer.status == 429)

    assert "<h1>Terlalu banyak permintaan</h1>" in refused.body.decode()
    assert int(refused.headers["retry-after"]) >= 1


@pytest.mark.parametrize("length", [LONGEST_ADDRESS + 1, 12_000])
def test_an_address_that_is_too_long_is_told_so(edge, length):
    path = f"/api/letters/{'x' * (length - len('/api/letters/'))}"
    answer = edge.send("GET", path)

    assert (answer.status, answer.json["code"]) == (414, "uri_too_long")
    assert edge.send("GET", path[:LONGEST_ADDRESS]).status == 200


def test_an_address_that_is_too_long_is_told_to_a_browser_as_a_page(edge):
    for length in (LONGEST_ADDRESS + 1, 12_000):
        answer = edge.send("GET", "/surat/" + "x" * length, Accept=CHROMIUM)

        assert answer.status == 414
        assert "Alamat terlalu panjang" in answer.body.decode()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /surat/ HTTP/1.1\r\n", 400),
        (b"GET /surat/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n", 400),
        (b"GET /surat/ HTTP/1.1\r\nHost:\r\n", 400),
        (b"GET /surat/ HTTP/1.1\r\nHost: a/b\r\n", 400),
        (b"GET /livez HTTP/1.0\r\n", 200),
    ],
)
def test_http_1_1_needs_one_host_and_1_0_none(edge, head, status):
    browser = f"Accept: {CHROMIUM}\r\n".encode()
    line, end, hosts = head.partition(b"\r\n")

    answers = [
        exchanged(edge.port, sent + b"\r\n") for sent in (head, line + end + browser + hosts)
    ]

    assert [int(answer.split(b" ", 2)[1]) for answer in answers] == [status] * 2
    if status == 400:
        assert b"Content-Type: application/problem+json" in answers[0]
        assert b"Content-Type: text/html" in answers[1]


def test_whoever_needs_no_host_reaches_what_needs_one(edge):
    answer = exchanged(edge.port, b"GET /api/letters/x HTTP/1.0\r\n\r\n")

    assert b" 200 OK" in answer


def test_a_version_that_nobody_speaks_is_malformed_like_other_nonsense(edge):
    answer = exchanged(edge.port, b"GET / HTTP/9.9\r\nHost: a\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 400 ")


def exchanged(port: int, sent: bytes) -> bytes:
    """Send bytes and return all that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("edge", [nginx], indirect=True, ids=["nginx"])
@pytest.mark.parametrize("lengths", TWO_LENGTHS)
def test_of_two_lengths_none_is_believed(edge, lengths):
    """What our own server does with them: `tests/gateway/test_unread.py`."""
    head = b"POST /api/letters/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"

    answer = exchanged(edge.port, head + lengths + b"\r\n0\r\n\r\nGET /api/letters/y HTTP/1.1\r\n")

    assert answer[9:12] in (b"400", b"501"), answer
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"letters/y" not in answer


@pytest.mark.parametrize("length", ["abc", "-1", "1x"])
def test_a_length_that_is_none_is_malformed(edge, length):
    problem = edge.send("GET", "/api/letters/x", Content_Length=length)
    page = edge.send("GET", "/api/letters/x", Accept=CHROMIUM, Content_Length=length)

    assert (problem.status, problem.json["code"]) == (400, "malformed")
    assert page.status == 400
    assert "Permintaan tidak dapat dibaca" in page.body.decode()


def test_headers_that_are_too_large_are_told_so(edge):
    long = edge.send("GET", "/api/letters/x", X_Long="x" * 9000)
    many = edge.send("GET", "/api/letters/x", **{f"X_{n}": "x" * 7000 for n in range(6)})
    page = edge.send("GET", "/api/letters/x", Accept=CHROMIUM, X_Long="x" * 9000)

    assert [answer.status for answer in (long, many, page)] == [431] * 3
    assert long.json["code"] == many.json["code"] == "headers_too_large"
    assert "<h1>Header terlalu besar</h1>" in page.body.decode()


@pytest.mark.parametrize("path", ["/api/letters/%2e%2e/x", "/api//letters/x", "/api/letters/./x"])
def test_crooked_paths_reach_no_service(edge, path):
    assert edge.send("GET", path).status == 404


def test_the_language_of_a_refusal_is_the_readers(edge):
    assert edge.send("GET", "/nothing").json["title"] == "Tidak ditemukan"
    for accept_language, language in WISHES:
        answer = edge.send("GET", "/nothing", Accept_Language=accept_language)
        told = (answer.headers["content-language"], answer.json["title"])
        assert told == (language, TITLES[language]), accept_language


@pytest.mark.parametrize("method", ["PROPFIND", "TRACE"])
def test_methods_nobody_knows_are_refused_with_the_allowed_ones(edge, method):
    answer = edge.send(method, "/api/letters/x")

    assert (answer.status, answer.json["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


def test_front_pages_are_read_only(edge):
    assert edge.send("POST", "/", b"x=1").status == 405


def test_each_route_has_its_own_size_limit(edge):
    assert edge.send("POST", "/api/letters/x", b"x" * 1000).json["length"] == 1000
    assert edge.send("POST", "/api/letters/archive/x", b"x" * 50_000).json["length"] == 50_000
    refused = edge.send("POST", "/api/letters/x", b"x" * 1001)

    assert (refused.status, refused.json["code"]) == (413, "too_large")
    assert "1.000 byte" in refused.json["detail"]


def test_a_whole_office_sends_pieces_of_files_at_once(edge):
    piece = b"x" * (512 * KIBIBYTE)

    def send(number: int) -> tuple[int, int]:
        address = {"X_Forwarded_For": "10.3.0.1"}
        answer = edge.send("PATCH", f"/api/letters/pieces/{number}", piece, **address)
        return answer.status, answer.json["length"]

    with ThreadPoolExecutor(OFFICE) as pool:
        answers = list(pool.map(send, range(OFFICE)))

    assert answers == [(200, len(piece))] * OFFICE


def test_a_piece_that_is_too_large_is_refused_and_below_it_the_longer_prefix_decides(edge):
    refused = edge.send("PATCH", "/api/letters/pieces/1", b"x" * (LARGEST_PIECE + 1))

    assert (refused.status, refused.json["code"]) == (413, "too_large")
    assert edge.send("DELETE", "/api/letters/pieces/1").json["method"] == "DELETE"


def test_forged_identities_do_not_reach_a_service(edge):
    forged = {"X_User": "somebody", "X_Role": "sysadmin", "X_Region": "other", "Forwarded": "for=1"}
    seen = edge.send("GET", "/api/letters/x", **forged).json["headers"]

    assert not {"x-user", "x-role", "x-region", "forwarded"} & set(seen)


def test_a_claimed_address_is_not_believed(edge):
    seen = edge.send("GET", "/api/letters/x", X_Forwarded_For="6.6.6.6").json["headers"]

    assert "6.6.6.6" not in seen.get("x-forwarded-for", "")


def test_what_a_service_needs_does_reach_it(edge):
    sent = {
        "Authorization": "Bearer t",
        "If_Match": '"3"',
        "Idempotency_Key": "k1",
        "Accept_Language": "en",
    }
    seen = edge.send("GET", "/api/letters/x", **sent).json["headers"]

    assert seen["authorization"] == "Bearer t"
    assert seen["if-match"] == '"3"'
    assert seen["idempotency-key"] == "k1"
    assert seen["accept-language"] == "en"


@pytest.mark.parametrize("given", GIVEN_IDS)
def test_whatever_id_a_stranger_gives_a_request_no_service_hears_it(edge, given):
    answer = edge.send("GET", "/api/letters/x", X_Request_ID=given)

    assert answer.headers["x-request-id"] != given
    assert answer.json["headers"]["x-request-id"] == answer.headers["x-request-id"]
    assert given not in answer.body.decode()


def test_security_headers_are_added_unless_the_service_set_its_own(edge):
    plain = edge.send("GET", "/api/letters/x").headers
    own = edge.send("GET", "/api/letters/own-headers").headers

    assert plain["x-frame-options"] == "DENY"
    assert plain["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in plain["content-security-policy"]
    assert own["x-frame-options"] == "SAMEORIGIN"


def test_a_services_own_refusal_passes_untouched(edge):
    answer = edge.send("GET", "/api/letters/own-problem")

    assert (answer.status, answer.json) == (409, {"code": "mine"})


def test_a_burst_passes_and_the_rest_is_told_when_to_return(edge):
    answers = [from_a(edge, "10.1.0.1") for _ in range(BURST + 9)]

    assert [answer.status for answer in answers[: BURST + 1]] == [200] * (BURST + 1)
    refused = [answer for answer in answers if answer.status == 429]
    assert len(refused) >= 3
    assert refused[0].json["code"] == "too_many_requests"
    assert int(refused[0].headers["retry-after"]) >= 1
    assert from_a(edge, "10.1.0.2").status == 200


def from_a(edge, address, **headers):
    """Ask through the one proxy that stands in front of both edges."""
    return edge.send("GET", "/surat/x", X_Forwarded_For=f"6.6.6.6, {address}", **headers)


def test_nobody_has_another_bucket_by_what_a_header_says(edge):
    invented = [
        from_a(edge, "10.2.0.1", Authorization=f"Bearer {n}", X_Real_IP=f"10.9.9.{n}")
        for n in range(BURST + 50)
    ]

    passed = [answer.status for answer in invented].count(200)
    assert BURST < passed < BURST + 20  # it leaks meanwhile


@pytest.mark.parametrize(
    ("addresses", "other"),
    [
        (["2001:db8:7:1::{n:x}", "2001:db8:7:1:5:6:7:{n:x}"], "2001:db8:7:2::1"),
        (["::ffff:10.3.0.1", "10.3.0.1"], "10.3.0.2"),
    ],
)
def test_of_an_address_that_its_owner_may_choose_the_network_is_counted(edge, addresses, other):
    asked = [addresses[n % 2].format(n=n) for n in range(1, BURST + 50)]

    statuses = [from_a(edge, address).status for address in asked]

    assert statuses.count(200) < BURST + 20
    assert from_a(edge, other).status == 200


@pytest.mark.parametrize(
    ("forwarded", "counted"),
    [
        ("10.4.0.1", "10.4.0.1"),
        ("6.6.6.6, 10.4.0.1", "10.4.0.1"),
        ("10.4.0.1, nobody", "127.0.0.1"),
        ("10.4.0.1, 1.2.3.4:567", "127.0.0.1"),
        ("10.4.0.1,", "127.0.0.1"),
        ("2001:db8::7", "2001:db8::7"),
        ("", "127.0.0.1"),
    ],
)
def test_a_service_is_told_the_one_address_that_our_proxy_wrote(edge, forwarded, counted):
    seen = edge.send("GET", "/api/letters/x", X_Forwarded_For=forwarded).json

    assert (seen["address"], "6.6.6.6" in json.dumps(seen)) == (counted, False)


@pytest.mark.parametrize("service", ["away", "dead"])
def test_a_service_that_is_not_running_is_503_with_a_time_to_return(edge, service):
    answer = edge.send("GET", f"/api/{service}/x")

    assert (answer.status, answer.json["code"]) == (503, "service_unavailable")
    assert answer.headers["retry-after"] == "5"


def test_static_files_are_gzipped_cacheable_and_not_sent_twice(edge):
    path = "/portal/static/site.css"
    first = edge.send("GET", path, Accept_Encoding="gzip")
    again = edge.send("GET", path, If_None_Match=first.headers["etag"], Accept_Encoding="gzip")

    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["content-type"] == "text/css; charset=utf-8"
    assert first.headers["x-frame-options"] == "DENY"
    assert "max-age=300" in first.headers["cache-control"]
    assert again.status == 304
    assert edge.send("GET", "/portal/static/../app.py").status == 404


@pytest.mark.parametrize("path", ["/portal/static/", "/portal/static"])
def test_a_folder_is_not_listed(edge, path):
    answer = edge.send("GET", path)

    assert answer.status == 404 or answer.json["service"] == "portal"
    assert "site.css" not in answer.body.decode()


def test_liveness_needs_no_service(edge):
    assert edge.send("GET", "/livez").json == {"status": "alive"}
    assert edge.send("GET", "/readyz").json["path"] == "/front/status"


SLOW = [
    b"",
    b"GET /api/letters/x HTTP/1.1\r\nHost: a\r\nX-A: ",
    b"POST /api/letters/x HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n" + b"x" * 9,
    b"POST /api/letters/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
]


@pytest.mark.parametrize("half", SLOW, ids=["nothing", "head", "body", "chunk"])
def test_others_are_answered_while_many_connections_hold_half_a_request(edge, half):
    with ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", edge.port), timeout=20))
            for _ in range(60)
        ]
        for connection in slow:
            connection.sendall(half)

        answers = []
        for connection in slow[:20]:
            answers.append(edge.send("POST", "/api/letters/x", b"abc").json["length"])
            connection.sendall(b"x"[: len(half)])

    assert answers == [3] * 20


def test_others_are_answered_while_many_read_their_answers_slowly(edge):
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(asking(edge.port, b"/api/letters/large"))

        answers = [edge.send("GET", f"/api/letters/x{n}").status for n in range(20)]

    assert answers == [200] * 20


@pytest.mark.parametrize("half", CUT_OFF.values(), ids=CUT_OFF)
def test_a_body_that_was_cut_off_reaches_no_service(edge, half):
    sent = half.replace(b"/read", b"/api/letters/cut-off")
    with socket.create_connection(("127.0.0.1", edge.port), timeout=20) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass

    assert edge.send("POST", "/api/letters/whole", b"abc").json["length"] == 3
    assert "/api/letters/whole" in ASKED
    assert "/api/letters/cut-off" not in ASKED


@pytest.mark.parametrize(
    ("line", "status", "length"),
    [
        (b"POST /nothing HTTP/1.1", 404, 100),
        (b"POST / HTTP/1.1", 405, 100),
        (b"POST /api/letters/own-problem HTTP/1.1", 409, 100),
        (b"POST /api/away/x HTTP/1.1", 503, 100),
        (b"POST /api/letters/x HTTP/1.1", 413, 1001),
    ],
)
def test_a_body_that_nobody_read_is_never_the_next_request(edge, line, status, length):
    hidden = b"GET /api/letters/hidden HTTP/1.1\r\nHost: a\r\n\r\n".ljust(length)
    closing = b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    head = line + b"\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % length

    answers = exchanged(edge.port, head + hidden + closing)

    assert answers.startswith(b"HTTP/1.1 %d " % status)
    assert b"hidden" not in answers
    assert answers.count(b"HTTP/1.1 ") == 1 or b'{"status":"alive"}' in answers
