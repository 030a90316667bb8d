"""However many requests come slowly, others are answered: the server of every process of ours.

nginx, in front of the distributed form, is asked the same in tests/engines/test_edge_conformance.py.
"""

import http.client
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email.message import Message
from typing import Any, Self

import pytest
from werkzeug.wrappers import Request, Response

from chassis.http.connections import BODY_SECONDS
from ops import arrival
from ops.arrival import Arrival, Chunks, NoRoom, Room
from tests.builders.serving import serving
from tests.gateway.test_unread import TWO_LENGTHS

HEAD = b"POST /read HTTP/1.1\r\nHost: a\r\n"
THREADS = 4
UNANSWERED = {
    "nothing": b"",
    "a line": b"GET / HTTP/1.1\r\n",
    "half a head": HEAD + b"X-A: ",
    "no body": HEAD + b"Content-Length: 1000\r\n\r\n",
    "half a body": HEAD + b"Content-Length: 1000\r\n\r\n" + b"x" * 999,
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
    "no last chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
}


@Request.application
def application(request: Request) -> Response:
    if request.path == "/read":
        return Response(str(len(request.get_data())))
    return Response("unread", 404)


@pytest.fixture
def server() -> Iterator[tuple[int, Any]]:
    with serving(application) as running:
        yield running


@dataclass
class Told:
    """One answer of several on a connection."""

    status: int
    headers: Message
    body: bytes


class Connection:
    def __init__(self, port: int, sent: bytes = b"") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.file = self.socket.makefile("rb")
        self.send(sent)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self) -> Told:
        status = int(self.file.readline().split()[1])
        headers = http.client.parse_headers(self.file)
        return Told(status, headers, self.file.read(int(headers.get("Content-Length", "0"))))

    def is_ended(self) -> bool:
        return self.file.read(1) == b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.socket.close()


def asked(port: int, method: str = "POST", path: str = "/read", body: Any = b"abc") -> bytes:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    client.request(method, path, body)
    text = client.getresponse().read()
    client.close()
    return text


@pytest.mark.parametrize("sent", UNANSWERED.values(), ids=UNANSWERED)
def test_others_are_answered_while_many_connections_hold_half_a_request(server, sent: bytes):
    port, _ = server
    with ExitStack() as stack:
        slow = [stack.enter_context(Connection(port, sent)) for _ in range(10 * THREADS)]

        answers = [asked(port) for _ in range(20)]
        for connection in slow:
            connection.send(b"x"[: len(sent)])

        assert [*answers, asked(port)] == [b"3"] * 21


def test_a_request_that_comes_byte_by_byte_is_answered_whole(server):
    port, _ = server
    sent = HEAD + b"Content-Length: 5\r\n\r\nabcde"
    with Connection(port) as connection:
        for byte in sent:
            connection.send(bytes([byte]))
            assert byte or asked(port)

        assert connection.answer().body == b"5"


def test_requests_that_come_together_are_all_answered_in_turn(server):
    port, _ = server
    first = HEAD + b"Content-Length: 2\r\n\r\nab"
    second = HEAD + b"Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: x\r\n\r\n"
    with Connection(port, first + second + first + HEAD) as connection:
        answers = [connection.answer().body for _ in range(3)]
        connection.send(b"\r\n")

        assert [*answers, connection.answer().body] == [b"2", b"3", b"2", b"0"]


@pytest.mark.parametrize("size", [arrival.LEAST_RATE, 200_000, 5_000_000])
def test_a_body_of_any_size_arrives_as_it_was_sent(server, size: int):
    port, _ = server

    assert asked(port, body=b"x" * size) == str(size).encode()
    assert asked(port, body=iter([b"y" * 70_000] * (size // 70_000))) == (
        str(size // 70_000 * 70_000).encode()
    )


def test_whoever_waits_to_be_told_to_send_its_body_is_told_once(server):
    port, _ = server
    with Connection(
        port, HEAD + b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    ) as connection:
        assert connection.answer().status == 100
        connection.send(b"abc")

        answer = connection.answer()

    assert (answer.status, answer.body) == (200, b"3")


def test_what_is_too_slow_is_closed_and_what_comes_fast_enough_is_not(server):
    port, worker = server
    began = worker.clock()
    with ExitStack() as stack:
        head, body, fast = (
            stack.enter_context(Connection(port, sent))
            for sent in (
                HEAD,
                HEAD + b"Content-Length: 90000\r\n\r\n",
                HEAD + b"Content-Length: 90000\r\n\r\n" + b"x" * 80_000,
            )
        )
        asked(port)  # the three before it have been seen

        worker.clock = lambda: began + BODY_SECONDS + 10

        assert head.is_ended()
        assert body.is_ended()
        fast.send(b"x" * 10_000)
        assert fast.answer().body == b"90000"


def test_an_unread_body_is_never_read_as_the_next_request(server):
    port, _ = server
    hidden = b"GET /read HTTP/1.1\r\nHost: a\r\n\r\n"
    declared = b"POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
    with Connection(port, declared % len(hidden) + hidden + hidden) as connection:
        assert [connection.answer().status for _ in range(2)] == [404, 200]


@pytest.mark.parametrize("lengths", TWO_LENGTHS)
def test_of_two_lengths_none_is_believed(server, lengths: bytes):
    port, _ = server
    with Connection(
        port, HEAD + lengths + b"\r\n0\r\n\r\nGET /read HTTP/1.1\r\n\r\n"
    ) as connection:
        assert connection.answer().status == 400
        assert connection.is_ended()


def test_a_body_larger_than_any_route_takes_is_refused_unread_and_ends_the_connection(server):
    port, _ = server
    sent = b"POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\nGET / HTTP/1.1\r\n\r\n"
    with Connection(port, sent % (arrival.MOST_OF_BODY + 1)) as connection:
        answer = connection.answer()

        assert (answer.status, answer.headers["Connection"]) == (404, "close")
        assert connection.is_ended()


def test_what_is_no_http_is_refused_at_once(server):
    port, _ = server
    with Connection(port, b"\x16\x03\x01") as connection:
        assert connection.answer().status == 400


def test_a_client_that_does_not_close_its_side_holds_up_nobody(server):
    port, _ = server
    with ExitStack() as stack:
        refused = [stack.enter_context(Connection(port, b"nonsense\r\n\r\n")) for _ in range(20)]
        assert {connection.answer().status for connection in refused} == {400}

        assert asked(port) == b"3"


def test_one_address_cannot_take_every_connection(server):
    port, worker = server
    worker.worker_connections = 3 * THREADS
    with ExitStack() as stack:
        for _ in range(2 * THREADS + 2):
            stack.enter_context(Connection(port, HEAD))

        assert [asked(port) for _ in range(5)] == [b"3"] * 5


def test_what_arrives_takes_no_more_room_than_there_is():
    room = Room(most=100)
    first, second = Arrival(room, 0.0), Arrival(room, 0.0)
    first.take(b"x" * 80, 0.0)

    with pytest.raises(NoRoom):
        second.take(b"x" * 30, 0.0)
    first.close()

    second.take(b"x" * 100, 0.0)
    second.close()


@pytest.mark.parametrize("step", [1, 2, 7, 1000])
def test_the_end_of_chunks_is_found_wherever_they_are_cut(step: int):
    body = b'5\r\nabcde\r\nA;q="0"\r\n0\r\n\r\n01234\r\n0\r\nTrailer: 1\r\n\r\n'
    chunks = Chunks()
    for start in range(0, len(body) - step, step):
        chunks.take(body[start : start + step])
        assert not chunks.has_ended

    chunks.take(body[-((len(body) - 1) % step + 1) :])
    assert chunks.has_ended
