"""However slowly answers are read, others are answered: the server of every process of ours.

nginx, in front of the distributed form, is asked the same in tests/engines/test_edge_conformance.py.
"""

import http.client
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from tempfile import TemporaryFile
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import wrap_file

from chassis.process.manifest import MEBIBYTE
from ops.arrival import Room
from ops.departure import LONGEST_WRITE
from tests.builders.serving import serving

THREADS = 4
LARGE = bytes(range(256)) * (8 * MEBIBYTE // 256)  # more than the buffers of a connection
ASKED = b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n"


@Request.application
def application(request: Request) -> Response:
    match request.path:
        case "/whole":
            return Response(LARGE)
        case "/pieces":
            return Response(LARGE[n : n + 100_000] for n in range(0, len(LARGE), 100_000))
        case "/file":
            return _file(request)
    return Response("short")


def _file(request: Request) -> Response:
    file = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    file.write(LARGE)
    file.seek(0)
    answer = Response(wrap_file(request.environ, file), direct_passthrough=True)
    answer.content_length = len(LARGE)
    return answer


@pytest.fixture
def server() -> Iterator[tuple[int, Any]]:
    with serving(application) as running:
        yield running


def asking(port: int, *paths: bytes) -> socket.socket:
    """Ask, on a connection that takes little before it is read."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(20)
    connection.connect(("127.0.0.1", port))
    connection.sendall(b"".join(ASKED % path for path in paths))
    return connection


def body_of(connection: socket.socket) -> bytes:
    """Read one answer whole."""
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer.read()


def asked(port: int) -> bytes:
    with closing(asking(port, b"/")) as connection:
        return body_of(connection)


@pytest.mark.parametrize("path", [b"/whole", b"/pieces", b"/file"])
def test_others_are_answered_while_many_read_their_answers_slowly(server, path: bytes):
    port, _worker = server
    with ExitStack() as stack:
        slow = [stack.enter_context(asking(port, path, b"/")) for _ in range(3 * THREADS)]

        answers = [asked(port) for _ in range(20)]

        assert answers == [b"short"] * 20
        assert body_of(slow[0]) == LARGE


def test_after_an_answer_that_was_read_slowly_the_connection_goes_on(server):
    port, worker = server
    client = http.client.HTTPConnection("127.0.0.1", port)
    client.sock = asking(port)
    with closing(client):
        client.request("GET", "/whole")
        until_kept(worker)
        first = client.getresponse().read()
        client.request("GET", "/")

        assert (first, client.getresponse().read()) == (LARGE, b"short")


def test_whoever_takes_nothing_for_long_is_closed(server):
    port, worker = server
    began = worker.clock()
    with asking(port, b"/whole") as connection:
        asked(port)  # the one before it is being sent
        until_kept(worker)

        worker.clock = lambda: began + 2 * LONGEST_WRITE

        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
            body_of(connection)
    assert not worker.sending


def test_a_network_whose_share_is_full_is_not_waited_for_and_others_are_served(server):
    port, worker = server
    worker.room_of_answers = Room(most=100_000)
    with ExitStack() as stack:
        slow = [stack.enter_context(asking(port, b"/whole")) for _ in range(THREADS)]

        assert [asked(port) for _ in range(5)] == [b"short"] * 5
        for connection in slow:
            with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
                body_of(connection)
    assert worker.room_of_answers.held_by("127.0.0.1") == 0


def until_kept(worker: Any) -> None:
    """Wait until an answer is the loop's."""
    for _ in range(2000):
        if worker.sending:
            return
        asked(worker.sockets[0].getsockname()[1])
    raise AssertionError("no answer was kept")
