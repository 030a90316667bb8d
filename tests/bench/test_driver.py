"""The client of the bench against a real server."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat

import pytest

from bench.driver import Driven, Load, ask, drive


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/closes":
            self.close_connection = True
        content = b"x" * (200_000 if self.path == "/long" else 20)
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Length", str(len(content)))
        if self.path == "/closes":
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self):
        self.server.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_words):
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    made.heard = []
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def address(server) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def get(server, path) -> Driven:
    request = ask("GET", address(server) + path)
    return drive(address(server), repeat(request), Load(lines=3, count=20))


@pytest.mark.parametrize("path", ["/", "/long", "/closes"])
def test_every_request_is_answered_once(server, path):
    found = get(server, path)

    assert found.statuses == {200: 20}
    assert len(found.times) == 20
    assert found.rate > 0


def test_a_refusal_is_counted_and_shown(server):
    found = get(server, "/missing")

    assert found.statuses == {404: 20}
    with pytest.raises(RuntimeError, match="404"):
        found.must_be(200)


def test_each_request_goes_once_and_then_it_ends(server):
    server.heard.clear()
    requests = (ask("POST", address(server) + "/", body=b"%d" % n) for n in range(7))

    found = drive(address(server), requests, Load(lines=2, count=100))

    assert found.statuses == {204: 7}
    assert sorted(server.heard) == [b"%d" % n for n in range(7)]


def test_an_open_loop_asks_as_often_as_it_is_told(server):
    request = ask("GET", address(server))

    found = drive(address(server), repeat(request), Load(lines=4, count=10, rate=200))

    assert found.statuses == {200: 10}
    assert found.seconds >= 9 / 200


def test_a_request_names_its_host_its_token_and_what_else_is_said():
    head, _, body = ask("POST", "http://a.test/x?y=1", "t", b"{}", Prefer="z").partition(
        b"\r\n\r\n"
    )

    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /x?y=1 HTTP/1.1"
    assert {"Host: a.test", "Authorization: Bearer t", "Content-Length: 2", "Prefer: z"} < {*lines}
    assert body == b"{}"
