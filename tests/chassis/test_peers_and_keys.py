"""Calling other services, and keys that outlive their issuer's absence."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest
from flask import Flask, request

from chassis.http import peers
from chassis.http.keys import KeySet, SignatureInvalid
from chassis.http.peers import Peers, PeerUnavailable
from chassis.kernel.errors import Unavailable
from chassis.process import runtime as runtimes
from chassis.process.context import work
from chassis.process.manifest import Manifest
from chassis.process.regions import bound, in_region

CALLER = Manifest("caller", {"id": "", "en": ""}, "", calls={"echo": ("echo.read",)})


def identity(issued: list[dict]) -> Flask:
    app = Flask("identity")

    @app.post("/oauth/token")
    def token():
        if request.authorization.password != "right":
            return {"error": "invalid_client"}, 401
        issued.append(dict(request.form))
        return {"access_token": f"token-{len(issued)}", "expires_in": 300}

    return app


def echo() -> Flask:
    app = Flask("echo")

    @app.route("/echo", methods=["GET", "POST"])
    def back():
        return {
            "authorization": request.headers.get("Authorization"),
            "request_id": request.headers.get("X-Request-ID"),
            "region": bound(),
            "body": request.get_json(silent=True),
        }

    return app


@pytest.fixture
def issued() -> list[dict]:
    return []


@pytest.fixture
def local(issued) -> str:
    name = f"local:{uuid4()}"
    peers.register_local(name, "identity", identity(issued))
    peers.register_local(name, "echo", echo())
    return name


def test_a_call_carries_the_services_own_token_and_the_request_id(local, issued):
    caller = Peers(CALLER, local, "right")

    with work("request-1"):
        first = caller["echo"].post("/echo", json={"n": 1}).json()
        second = caller["echo"].get("/echo").json()

    assert first["authorization"] == second["authorization"] == "Bearer token-1"
    assert first["request_id"] == "request-1"
    assert first["body"] == {"n": 1}
    assert issued == [{"grant_type": "client_credentials", "scope": "echo.read events.read"}]


@pytest.mark.parametrize(("taken", "status"), [("token-2", 200), ("nothing", 401)])
def test_a_token_that_is_refused_is_replaced_once(local, issued, taken, status):
    """As after the clock was set: by the time that waits the kept token is young, yet expired."""
    strict = Flask("strict")

    @strict.post("/echo")
    def back():
        good = request.headers["Authorization"] == f"Bearer {taken}"
        return ({"body": request.get_json()}, 200) if good else ({}, 401)

    peers.register_local(local, "echo", strict)
    caller = Peers(CALLER, local, "right")
    caller.token("echo")

    answer = caller["echo"].post("/echo", json={"n": 1})

    assert (answer.status, answer.json().get("body")) == (
        status,
        {"n": 1} if status == 200 else None,
    )
    assert len(issued) == 2


def test_the_check_of_a_file_is_waited_for_longer_than_any_other_answer(local, monkeypatch):
    waited: dict[str, float] = {}

    def send(_self, _peer, _method, path, _headers, _body, *, seconds):
        waited[path] = seconds
        return peers.Answer(200, {}, b'{"access_token": "x", "expires_in": 300}')

    monkeypatch.setattr(peers.LocalTransport, "send", send)
    caller = Peers(CALLER, local, "right")
    caller["echo"].get("/echo")
    caller["echo"].post_file("/file", form={}, name="a.pdf", content=b"PDF")

    assert waited == {"/oauth/token": 8, "/echo": 8, "/file": 30}


def test_the_called_service_does_not_see_the_callers_region(local):
    with in_region("north"):
        assert Peers(CALLER, local, "right")["echo"].get("/echo").json()["region"] is None


def test_a_wrong_secret_and_a_missing_peer_are_clear_errors(local):
    with pytest.raises(PeerUnavailable):
        Peers(CALLER, local, "wrong")["echo"].get("/echo")
    with pytest.raises(PeerUnavailable):
        Peers(CALLER, local, "right")["nobody"].get("/")


@pytest.fixture
def over_http() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"path": self.path}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_same_words_work_over_http(over_http):
    answer = Peers(CALLER, over_http, "right")["echo"].get("/echo?x=1", signed_in=False)

    assert (answer.status, answer.json()) == (200, {"path": "/echo?x=1"})


def test_an_address_where_nobody_listens_is_a_clear_error():
    with pytest.raises(PeerUnavailable):
        Peers(CALLER, "http://127.0.0.1:9", "right")["echo"].get("/", signed_in=False)


class Issuer:
    """Publishes keys, or is down."""

    def __init__(self, jwks: str) -> None:
        self.jwks = jwks
        self.down = False
        self.asked = 0

    def fetch(self) -> str:
        self.asked += 1
        if self.down:
            raise OSError("down")
        return self.jwks


@pytest.fixture
def issuer(letters) -> Iterator[Issuer]:
    with letters.app.app_context():
        yield Issuer(letters.signer.jwks)


def test_keys_are_asked_for_once_and_work_while_the_issuer_is_down(letters, issuer):
    keys = KeySet("a", issuer.fetch, runtimes.of(letters.app).db)
    token = letters.signer.sign({"n": 1})

    for _ in range(5):
        assert keys.verify(token, typ="at+jwt") == {"n": 1}
        issuer.down = True

    assert issuer.asked == 1


def test_a_restarted_service_uses_the_keys_it_kept(letters, issuer):
    db = runtimes.of(letters.app).db
    token = letters.signer.sign({"n": 1})
    KeySet("a", issuer.fetch, db).verify(token, typ="at+jwt")
    issuer.down = True

    assert KeySet("a", issuer.fetch, db).verify(token, typ="at+jwt") == {"n": 1}


def test_without_any_key_ever_seen_the_answer_is_try_again(letters, issuer):
    issuer.down = True
    keys = KeySet("never-seen", issuer.fetch, runtimes.of(letters.app).db)

    with pytest.raises(Unavailable):
        keys.verify(letters.signer.sign({}), typ="at+jwt")


def test_a_flood_of_unknown_keys_does_not_flood_the_issuer(letters, issuer):
    keys = KeySet("a", issuer.fetch, runtimes.of(letters.app).db)
    other = type(letters.signer)()
    other.key = type(other.key).generate_key("P-256", {"kid": "unknown"})
    keys.verify(letters.signer.sign({}), typ="at+jwt")

    for _ in range(20):
        with pytest.raises(SignatureInvalid):
            keys.verify(other.sign({}), typ="at+jwt")

    assert issuer.asked == 1


def test_a_type_that_was_not_asked_for_is_refused(letters, issuer):
    keys = KeySet("a", issuer.fetch, runtimes.of(letters.app).db)

    with pytest.raises(SignatureInvalid):
        keys.verify(letters.signer.sign({}, typ="receipt+jwt"), typ="at+jwt")
