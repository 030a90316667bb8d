import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from chassis.http import peers
from chassis.process.ids import uuid7
from chassis.process.manifest import Manifest
from gateway.app import create_app
from gateway.probe import Probe
from tests.gateway.test_openapi import document

MANIFESTS = {
    name: Manifest(name=name, title={"id": indonesian, "en": english}, app="")
    for name, indonesian, english in (
        ("letters", "Surat", "Letters"),
        ("archive", "Arsip", "Archive"),
    )
}


def a_service(name: str, *, ready: bool = True) -> Flask:
    app = Flask(name)
    app.add_url_rule("/readyz", "readyz", lambda: ({}, 200 if ready else 503))
    app.add_url_rule(f"/api/{name}/v1/openapi.json", "openapi", lambda: document(name))
    return app


@pytest.fixture
def address() -> str:
    return f"local:{uuid7()}"


def gateway(address: str, **config: str) -> FlaskClient:
    known = {"PUBLIC_URL": "http://simpul.test", "PEERS_URL": address, **config}
    return create_app(known, MANIFESTS).test_client()


@pytest.fixture
def client(address: str) -> Iterator[FlaskClient]:
    for name in MANIFESTS:
        peers.register_local(address, name, a_service(name))
    return gateway(address)


def test_the_first_page_names_every_service_in_the_readers_language(client: FlaskClient):
    indonesian = client.get("/")
    english = client.get("/", headers={"Accept-Language": "en"})

    assert indonesian.status_code == 200
    assert "Surat" in indonesian.text
    assert "siap" in indonesian.text
    assert 'lang="id"' in indonesian.text
    assert "Letters" in english.text
    assert "ready" in english.text


def test_the_language_chosen_in_the_portal_holds_here_too(client: FlaskClient):
    client.set_cookie("simpul_language", "en")

    assert "Letters" in client.get("/", headers={"Accept-Language": "id"}).text


@pytest.mark.parametrize("path", ["/", "/docs/"])
def test_every_page_names_its_icon_so_that_no_browser_looks_for_another(
    client: FlaskClient, path: str
):
    assert '<link rel="icon" href="/' in client.get(path).text


def test_a_service_that_is_down_is_marked_and_nothing_breaks(address: str):
    peers.register_local(address, "letters", a_service("letters"))

    client = gateway(address)
    page, status, described = (
        client.get("/"),
        client.get("/front/status"),
        client.get("/openapi.json"),
    )

    assert page.status_code == 200
    assert "tidak tersedia" in page.text
    assert status.status_code == 503
    assert status.headers["Retry-After"] == "5"
    assert status.get_json()["services"] == {"letters": "ok", "archive": "unavailable"}
    assert described.status_code == 200
    assert described.get_json()["x-unavailable"] == ["archive"]


def test_a_service_that_answers_nonsense_is_left_out(address: str):
    broken = Flask("letters")
    broken.add_url_rule("/api/letters/v1/openapi.json", "openapi", lambda: "<html>")
    peers.register_local(address, "letters", broken)

    assert gateway(address).get("/openapi.json").get_json()["x-unavailable"] == [
        "archive",
        "letters",
    ]


def test_the_system_is_ready_when_every_service_is(client: FlaskClient):
    assert client.get("/front/status").get_json() == {
        "status": "ok",
        "services": {"letters": "ok", "archive": "ok"},
        "degraded": {},
        "later_schemas": [],
    }


def test_a_service_that_only_does_less_is_ready_and_said_to(client: FlaskClient, address: str):
    late = Flask("archive")
    told = {"status": "degraded", "degraded": {"scanner": "scanner_signatures_old"}}
    late.add_url_rule("/readyz", "readyz", lambda: told)
    peers.register_local(address, "archive", late)

    answer, page = client.get("/front/status"), client.get("/")

    assert answer.status_code == 200
    assert answer.get_json()["status"] == "degraded"
    assert answer.get_json()["degraded"] == {"archive": {"scanner": "scanner_signatures_old"}}
    assert answer.get_json()["services"] == {"letters": "ok", "archive": "degraded"}
    assert "siap, ada yang tertunda" in page.text


def test_a_service_of_the_last_release_does_less_without_saying_why(
    client: FlaskClient, address: str
):
    late = Flask("archive")
    late.add_url_rule("/readyz", "readyz", lambda: {"status": "degraded"})
    peers.register_local(address, "archive", late)

    told = client.get("/front/status").get_json()

    assert told["services"]["archive"] == "degraded"
    assert told["degraded"] == {}


def test_the_status_names_a_service_whose_database_a_later_release_has_changed(
    client: FlaskClient, address: str
):
    ahead = Flask("archive")
    ahead.add_url_rule("/readyz", "readyz", lambda: {"schema": {"state": "later"}})
    peers.register_local(address, "archive", ahead)

    told = client.get("/front/status")

    assert (told.status_code, told.get_json()["later_schemas"]) == (200, ["archive"])


def test_the_merged_document_is_sent_once(client: FlaskClient):
    first = client.get("/openapi.json")
    second = client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})

    assert "/api/letters/v1/letters" in first.get_json()["paths"]
    assert (second.status_code, second.data) == (304, b"")


def test_other_sites_may_read_the_description_and_nothing_else(client: FlaskClient):
    origin = {"Origin": "https://another.example"}
    paths = ("/", "/front/status", "/docs/", "/openapi.json")

    shared = {
        path: client.get(path, headers=origin).headers.get("Access-Control-Allow-Origin")
        for path in paths
    }

    assert shared == {"/": None, "/front/status": None, "/docs/": None, "/openapi.json": "*"}


def test_the_docs_load_everything_from_here(client: FlaskClient):
    page = client.get("/docs/")
    addresses = [
        part.split('"')[0] for part in page.text.replace('src="', 'href="').split('href="')[1:]
    ]
    answers = {item: status_of(client, item) for item in addresses if item != "/openapi.json"}

    assert client.get("/docs").headers["Location"] == "/docs/"
    assert "//" not in "".join(addresses)
    assert len(answers) >= 4
    assert set(answers.values()) == {200}
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def status_of(client: FlaskClient, address: str) -> int:
    with client.get(address) as response:
        return response.status_code


def test_only_the_needed_files_of_the_wheel_are_served(client: FlaskClient):
    assert client.get("/docs/swagger-ui-bundle.js").status_code == 200
    assert client.get("/docs/oauth2-redirect.html").status_code == 404
    assert client.get("/docs/..%2findex.py").status_code == 404


def test_what_is_not_there_is_refused_as_the_edge_does(client: FlaskClient):
    problem = client.get("/docs/nothing")
    page = client.get("/docs/nothing", headers={"Accept": "text/html"})
    method = client.post("/")

    assert (problem.mimetype, problem.json["code"]) == ("application/problem+json", "not_found")
    assert "<h1>Tidak ditemukan</h1>" in page.text
    assert (method.status_code, method.json["code"]) == (405, "method_not_allowed")
    assert "GET" in method.headers["Allow"]


def test_the_docs_can_be_switched_off(client: FlaskClient, address: str):
    without = gateway(address, DOCS="off")

    assert without.get("/docs/").status_code == 404
    assert without.get("/openapi.json").status_code == 404
    assert "/docs/" not in without.get("/").text


def test_an_incomplete_document_is_asked_for_again_soon(address: str):
    now = [0.0]
    probe = Probe(peers.transport(address), MANIFESTS, "/readyz", "http://x.test", lambda: now[0])
    peers.register_local(address, "letters", a_service("letters"))
    assert probe.document()["x-unavailable"] == ["archive"]

    peers.register_local(address, "archive", a_service("archive"))
    now[0] += 1
    assert probe.document()["x-unavailable"] == ["archive"]
    now[0] += 10
    assert "x-unavailable" not in probe.document()


def test_readiness_is_asked_at_most_every_two_seconds(address: str):
    asked: list[str] = []

    class Counting:
        def send(self, peer: str, *_rest: Any) -> peers.Answer:
            asked.append(peer)
            return peers.Answer(200, {}, json.dumps({}).encode())

    now = [0.0]
    probe = Probe(Counting(), MANIFESTS, "/readyz", "http://x.test", lambda: now[0])

    for _ in range(20):
        probe.states()
    assert sorted(asked) == ["archive", "letters"]
    now[0] += 2.5
    probe.states()
    assert len(asked) == 4
