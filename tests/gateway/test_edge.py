import gzip
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Request, Response

from chassis.process.manifest import Manifest, Route
from gateway.edge import Edge, create_edge
from gateway.limits import limit_of_an_address
from gateway.routes import RouteTaken, covers, table

LETTERS = Manifest(
    name="letters",
    title={"id": "Surat", "en": "Letters"},
    app="",
    routes=(Route("/api/letters/", max_body=100, rate=1.0, burst=2), Route("/surat")),
)
ARCHIVE = Manifest(
    name="archive",
    title={"id": "Arsip", "en": "Archive"},
    app="",
    routes=(Route("/api/letters/archive/", max_body=1000),),
)
MANIFESTS = {"letters": LETTERS, "archive": ARCHIVE}
BURST = limit_of_an_address(LETTERS.routes[0]).burst


def echo(name: str) -> Any:
    """A service that answers with what it received."""

    @Request.application
    def app(request: Request) -> Response:
        seen = {
            "service": name,
            "path": request.path,
            "length": len(request.get_data()),
            "headers": {key.lower(): value for key, value in request.headers.items()},
        }
        return Response(json.dumps(seen), content_type="application/json")

    return app


class FrozenClock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class FakePortal:
    def __init__(self, folder: Path) -> None:
        self.static_folder = str(folder)
        self._app = echo("portal")

    def __call__(self, environ: dict[str, Any], start_response: Any, /) -> Iterable[bytes]:
        return self._app(environ, start_response)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def edge(tmp_path: Path, clock: FrozenClock) -> Edge:
    (tmp_path / "portal.css").write_text("body { color: black }\n" * 50)
    (tmp_path / "logo.png").write_bytes(b"\x89PNG not really")
    return create_edge(
        {"letters": echo("letters"), "archive": echo("archive")},
        MANIFESTS,
        portal=FakePortal(tmp_path),
        gateway_app=echo("gateway"),
        clock=clock,
    )


@pytest.fixture
def client(edge: Edge) -> Client:
    return Client(edge)


def is_problem(response: Any, status: int, code: str) -> bool:
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    body = response.get_json()
    assert body["status"] == status
    assert body["request_id"] == response.headers["X-Request-ID"]
    return bool(body["code"] == code)


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/api/letters/v1/letters", "letters"),
        ("/api/letters/archive/v1", "archive"),
        ("/api/letters/archived", "letters"),
        ("/surat", "letters"),
        ("/surat/baru", "letters"),
        ("/portal/", "portal"),
        ("/portal", "portal"),
        ("/", "gateway"),
        ("/docs/", "gateway"),
        ("/openapi.json", "gateway"),
    ],
)
def test_the_longest_prefix_decides_who_answers(client: Client, path: str, service: str):
    assert client.get(path).get_json()["service"] == service


@pytest.mark.parametrize(
    "path",
    [
        "/suratku",
        "/api/unknown/",
        "/metrics",
        "/api/metrics",
        "/front",
        "/api/letters/../metrics",
        "/api/letters//x",
        "//metrics",
        "/api/letters/./x",
    ],
)
def test_what_nobody_claims_is_a_problem_document(client: Client, path: str):
    response = run(client, path)

    assert is_problem(response, 404, "not_found")


def test_a_browser_sees_a_page_in_the_frame_of_the_first_one(client: Client):
    client.set_cookie("simpul_language", "en")
    response = client.get("/tidak-ada", headers={"Accept": "text/html,*/*;q=0.8"})

    assert (response.status_code, response.mimetype) == (404, "text/html")
    assert '<link rel="stylesheet" href="/front/first.css">' in response.text
    assert "<h1>Not found</h1>" in response.text


def run(client: Client, path: str) -> Any:
    """Send a path exactly as written; the test client would tidy it."""
    environ = EnvironBuilder("/").get_environ()
    environ["PATH_INFO"] = path
    return client.response_wrapper(*run_wsgi_app(client.application, environ), request=None)  # type: ignore[arg-type]


def test_two_services_cannot_claim_the_same_prefix():
    twin = Manifest(name="twin", title={}, app="", routes=(Route("/surat"),))

    with pytest.raises(RouteTaken, match="/surat is claimed by letters and twin"):
        table({"letters": LETTERS, "twin": twin})


def test_a_prefix_without_slash_covers_itself_and_below():
    assert covers("/surat", "/surat")
    assert covers("/surat", "/surat/1")
    assert not covers("/surat", "/suratku")


def test_a_problem_speaks_english_to_who_asks_for_it(client: Client):
    indonesian = client.get("/nothing").get_json()
    english = client.get("/nothing", headers={"Accept-Language": "en-GB,id;q=0.5"}).get_json()

    assert indonesian["title"] == "Tidak ditemukan"
    assert english["title"] == "Not found"


def test_unknown_methods_are_refused_with_the_allowed_ones(client: Client):
    response = client.open("/api/letters/", method="TRACE")

    assert is_problem(response, 405, "method_not_allowed")
    assert "POST" in response.headers["Allow"]


def test_the_front_pages_are_read_only(client: Client):
    assert is_problem(client.post("/", data=b"x"), 405, "method_not_allowed")


def test_claimed_identities_never_reach_a_service(client: Client):
    forged = {
        "X-User": "1", "X-User-Id": "1", "X-Forwarded-For": "1.2.3.4", "Forwarded": "for=1.2.3.4",
        "X-Real-IP": "1.2.3.4", "X-Actor-Id": "1", "X-Roles": "sysadmin", "X-Region": "demo",
        "Remote-User": "root", "X-HTTP-Method-Override": "DELETE", "X-Original-URL": "/metrics",
        "Proxy": "http://evil.example",
    }  # fmt: skip
    kept = {"Authorization": "Bearer t", "If-Match": '"1"', "Accept-Language": "id"}

    seen = client.get("/api/letters/", headers=forged | kept).get_json()["headers"]

    assert not {name.lower() for name in forged} & set(seen)
    assert {name.lower() for name in kept} <= set(seen)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        (0, "1.1.1.1", "127.0.0.1"),
        (1, "1.1.1.1", "1.1.1.1"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 10.0.0.2", "1.1.1.1"),
        (2, "1.1.1.1", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "1.1.1.1, nobody", "127.0.0.1"),
    ],
)
def test_an_address_is_believed_only_from_proxies_of_our_own(proxies, forwarded, counted):
    @Request.application
    def whoami(request: Request) -> Response:
        return Response(f"{request.remote_addr} {request.headers.get('X-Forwarded-For')}")

    edge = create_edge({"letters": whoami}, MANIFESTS, proxies_in_front=proxies)
    answer = Client(edge).get(
        "/surat", headers={"X-Forwarded-For": forwarded}, environ_base={"REMOTE_ADDR": "127.0.0.1"}
    )

    assert answer.text == f"{counted} None"


GIVEN_IDS = ["NIP-199001012015011901", "01a2012e-937e-7afe-8d4d-a9b81d6f957d", "<script>alert(1)"]


@pytest.mark.parametrize("given", GIVEN_IDS)
def test_whatever_id_a_stranger_gives_a_request_no_service_hears_it(client: Client, given: str):
    response = client.get("/api/letters/", headers={"X-Request-ID": given})

    [ours] = response.headers.getlist("X-Request-ID")
    assert UUID(ours).version == 7
    assert ours != given
    assert response.get_json()["headers"]["x-request-id"] == ours
    assert given not in response.text


def test_what_the_portal_asks_for_a_request_carries_its_id():
    inside = create_edge({"letters": echo("letters")}, MANIFESTS).inside()
    response = Client(inside).get("/api/letters/", headers={"X-Request-ID": "of-the-browser"})

    assert response.headers["X-Request-ID"] == "of-the-browser"
    assert response.get_json()["headers"]["x-request-id"] == "of-the-browser"


def test_a_declared_length_above_the_limit_is_refused_unread(client: Client):
    exact = client.post("/api/letters/", data=b"x" * 100)
    above = client.post("/api/letters/", data=b"x" * 101)

    assert exact.get_json()["length"] == 100
    assert is_problem(above, 413, "too_large")
    assert "100 byte" in above.get_json()["detail"]


def test_each_route_has_its_own_limit(client: Client):
    assert client.post("/api/letters/archive/", data=b"x" * 1000).get_json()["length"] == 1000


def sent(edge: Edge, body: bytes, **environ: Any) -> Any:
    """A request whose body and declared length need not agree."""
    whole = EnvironBuilder("/api/letters/", method="POST").get_environ()
    whole["wsgi.input"] = io.BytesIO(body)
    whole.pop("CONTENT_LENGTH", None)
    whole |= environ
    iterable, status, headers = run_wsgi_app(edge, whole)
    return Response(b"".join(iterable), status=status, headers=headers)


def test_chunks_are_counted_as_they_come(edge: Edge):
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}

    fits = sent(edge, b"x" * 100, **chunked)
    exceeds = sent(edge, b"x" * 101, **chunked)

    assert json.loads(fits.data)["length"] == 100
    assert is_problem(exceeds, 413, "too_large")


def test_chunks_a_server_does_not_end_are_refused(edge: Edge):
    response = sent(edge, b"x" * 10, HTTP_TRANSFER_ENCODING="chunked")

    assert is_problem(response, 411, "length_required")


def test_a_lying_content_length_does_not_open_the_gate(edge: Edge):
    lie = sent(edge, b"x" * 5000, CONTENT_LENGTH="10", **{"wsgi.input_terminated": True})

    assert is_problem(lie, 413, "too_large")


@pytest.mark.parametrize("length", ["-1", "1e3", "٣", "abc"])
def test_a_senseless_content_length_is_refused(edge: Edge, length: str):
    response = sent(edge, b"x", CONTENT_LENGTH=length)

    assert is_problem(response, 400, "malformed")


def test_a_burst_is_let_through_and_the_rest_told_when_to_return(client: Client):
    statuses = [client.get("/api/letters/").status_code for _ in range(BURST + 2)]
    refused = client.get("/api/letters/")

    assert statuses == [200] * (BURST + 1) + [429]
    assert is_problem(refused, 429, "too_many_requests")
    assert refused.headers["Retry-After"] == "1"


def test_the_bucket_leaks_at_the_given_rate(client: Client, clock: FrozenClock):
    for _ in range(BURST + 2):
        client.get("/api/letters/")

    clock.now += 0.5
    statuses = [client.get("/api/letters/").status_code for _ in range(3)]

    assert statuses == [200, 200, 429]


def test_an_address_is_counted_as_one_whatever_it_writes_in_headers(client: Client):
    def ask(n: int) -> int:
        invented = {"Authorization": f"Bearer {n}", "X-Forwarded-For": f"10.0.0.{n}"}
        return client.get("/api/letters/", headers=invented).status_code

    assert [ask(n) for n in range(BURST + 50)].count(200) == BURST + 1


def test_another_address_is_not_held_up(client: Client):
    def ask(address: str) -> int:
        return client.get("/api/letters/", environ_base={"REMOTE_ADDR": address}).status_code

    for n in range(BURST + 1):
        ask(f"2001:db8::{n}")

    assert ask("2001:db8::ffff") == 429
    assert ask("2001:db8:0:1::1") == 200


def test_the_portals_own_calls_are_counted_where_the_browser_came_in(edge: Edge):
    inside = Client(edge.inside())

    assert {inside.get("/api/letters/").status_code for _ in range(BURST + 9)} == {200}


def test_a_proxy_that_the_settings_do_not_know_is_warned_of_once(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
):
    warned: list[dict[str, str]] = []
    monkeypatch.setattr("gateway.edge.log.warning", lambda _event, **told: warned.append(told))

    for n in range(3):
        Client(edge).get("/livez", headers={"X-Forwarded-For": f"10.0.0.{n}"})

    assert warned == [{"setting": "PROXIES_IN_FRONT"}]


def test_the_limit_of_one_route_does_not_close_another(client: Client):
    for _ in range(BURST + 2):
        client.get("/api/letters/")

    assert client.get("/api/letters/archive/").status_code == 200


def test_a_service_that_is_not_running_is_named_unavailable():
    edge = create_edge({}, MANIFESTS)

    response = Client(edge).get("/api/letters/")

    assert is_problem(response, 503, "service_unavailable")


def test_a_service_that_breaks_gives_a_problem_document_not_a_trace():
    def broken(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise RuntimeError("secret detail")

    response = Client(create_edge({"letters": broken}, MANIFESTS)).get("/api/letters/")

    assert is_problem(response, 500, "internal_error")
    assert "secret" not in response.text


def test_security_headers_are_added_unless_the_service_set_its_own(client: Client):
    def own_policy(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return Response("x", headers={"Content-Security-Policy": "sandbox"})(
            environ, start_response
        )

    ours = client.get("/api/letters/").headers
    theirs = Client(create_edge({"letters": own_policy}, MANIFESTS)).get("/surat").headers

    assert ours["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert ours["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in ours
    assert theirs.getlist("Content-Security-Policy") == ["sandbox"]


def test_an_https_address_is_announced_as_https_only():
    edge = create_edge({"letters": echo("letters")}, MANIFESTS, public_url="https://a.example")

    assert "max-age" in Client(edge).get("/surat").headers["Strict-Transport-Security"]


@pytest.mark.parametrize("subdomains", [True, False])
def test_hosts_below_are_announced_as_https_only_where_the_operator_says_so(subdomains: bool):
    edge = create_edge({}, MANIFESTS, public_url="https://a.example", hsts_subdomains=subdomains)

    told = Client(edge).get("/surat").headers["Strict-Transport-Security"]

    assert told == "max-age=31536000" + "; includeSubDomains" * subdomains


def test_static_files_come_gzipped_and_cacheable_without_the_portal(client: Client):
    plain = client.get("/portal/static/portal.css")
    zipped = client.get("/portal/static/portal.css", headers={"Accept-Encoding": "br, gzip"})

    assert plain.content_type == "text/css; charset=utf-8"
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    assert int(zipped.headers["Content-Length"]) < int(plain.headers["Content-Length"])
    assert plain.headers["Vary"] == "Accept-Encoding"


def test_an_unchanged_static_file_is_not_sent_again(client: Client):
    first = client.get("/portal/static/portal.css")
    second = client.get(
        "/portal/static/portal.css", headers={"If-None-Match": first.headers["ETag"]}
    )
    version = first.headers["ETag"].strip('"')
    versioned = client.get(f"/portal/static/portal.css?v={version}")

    assert (second.status_code, second.data) == (304, b"")
    assert "immutable" in versioned.headers["Cache-Control"]
    assert "immutable" not in first.headers["Cache-Control"]


def test_a_static_path_cannot_leave_its_folder(client: Client):
    assert run(client, "/portal/static/../edge.py").status_code == 404


def test_a_folder_is_not_listed(client: Client):
    assert "portal.css" not in client.get("/portal/static/").text


def test_liveness_needs_no_service_and_readiness_asks_the_gateway(client: Client):
    assert Client(create_edge({}, MANIFESTS)).get("/livez").get_json() == {"status": "alive"}
    assert client.get("/readyz").get_json()["path"] == "/front/status"
