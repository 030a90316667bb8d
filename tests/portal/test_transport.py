"""Calls leave the portal over HTTP and in the same process with the same words."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from werkzeug.wrappers import Request, Response

from portal.shell.api_client import ApiClient, ApiRefused, ApiUnavailable, SignInNeeded
from portal.shell.transport import Call, EdgeUnreachable, Transport, http, local


@Request.application
def edge(request: Request) -> Response:
    if request.path.startswith("/status/"):
        status = int(request.path.rsplit("/", 1)[1])
        return Response("<html>not a problem document</html>", status=status)
    if request.path == "/moved":
        return Response(status=302, headers={"Location": "http://evil.invalid/"})
    seen = {
        "method": request.method,
        "query": request.args.to_dict(),
        "headers": {name.lower(): value for name, value in request.headers.items()},
        "form": request.form.to_dict(),
        "body": request.get_data(as_text=True) if not request.form else "",
    }
    return Response(json.dumps(seen), content_type="application/json", headers={"ETag": '"7"'})


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Say nothing."""


@pytest.fixture(params=["local", "http"])
def transport(request: pytest.FixtureRequest) -> Iterator[Transport]:
    if request.param == "local":
        yield local(edge)
        return
    with make_server("127.0.0.1", 0, edge, handler_class=Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield http(f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()


def test_a_person_is_named_by_the_token_and_nothing_else(transport: Transport):
    client = ApiClient(transport, language="en", request_id="request-42").signed("the-token")

    seen = client.get("/api/x", q="a b&c", cursor=None)

    assert seen["query"] == {"q": "a b&c"}
    assert seen["headers"]["authorization"] == "Bearer the-token"
    assert seen["headers"]["accept-language"] == "en"
    assert seen["headers"]["x-request-id"] == "request-42"


def test_a_change_carries_its_conditions_and_brings_the_new_version(transport: Transport):
    reply = ApiClient(transport).send("PUT", "/api/x", {"a": "é"}, etag='"6"', key="key-1")

    assert json.loads(reply.data["body"]) == {"a": "é"}
    assert reply.data["headers"]["if-match"] == '"6"'
    assert reply.data["headers"]["idempotency-key"] == "key-1"
    assert reply.etag == '"7"'


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, SignInNeeded), (502, ApiUnavailable), (503, ApiUnavailable), (422, ApiRefused)],
)
def test_an_error_is_named_even_without_a_problem_document(
    transport: Transport, status: int, error: type[Exception]
):
    with pytest.raises(error):
        ApiClient(transport).get(f"/status/{status}")


def test_a_redirect_is_not_followed(transport: Transport):
    assert transport(Call("GET", "/moved")).status == 302


def test_an_edge_that_is_away_is_unreachable(unused_port: Callable[[], int]):
    away = http(f"http://127.0.0.1:{unused_port()}")

    with pytest.raises(EdgeUnreachable):
        away(Call("GET", "/"))
    with pytest.raises(ApiUnavailable):
        ApiClient(away).get("/")


@pytest.fixture
def unused_port() -> Callable[[], int]:
    def closed() -> int:
        with make_server("127.0.0.1", 0, edge, handler_class=Quiet) as server:
            return server.server_port

    return closed
