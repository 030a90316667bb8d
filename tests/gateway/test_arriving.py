"""However many requests come slowly, others are answered: the server of every process of ours.

nginx, in front of the distributed form, is asked the same in tests/engines/test_edge_conformance.py.
"""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any, Self

import pytest
from werkzeug.wrappers import Request, Response

from chassis.http.connections import BODY_SECONDS
from chassis.process.manifest import MEBIBYTE, Manifest, Route
from gateway.edge import create_edge
from ops import arrival
from ops.arrival import (
    MOST_OF_ALL,
    SHARE_OF_A_NETWORK,
    Arrival,
    Chunks,
    Limits,
    NoRoom,
    NoRoomInShare,
    Room,
)
from ops.unread import Remembering
from ops.up import Running
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


CUT_OFF = {
    **{name: sent for name, sent in UNANSWERED.items() if b"\r\n\r\n" in sent},
    "less than many zeros say": HEAD + b"Content-Length: " + b"0" * 30 + b"9\r\n\r\nabcd",
}


@pytest.mark.parametrize("sent", CUT_OFF.values(), ids=CUT_OFF)
def test_a_body_that_was_cut_off_reaches_no_application(server, sent: bytes):
    port, _worker = server

    with Connection(port, sent) as connection:
        connection.socket.shutdown(socket.SHUT_WR)
        answer = connection.answer()

        assert (answer.status, json.loads(answer.body)["code"]) == (400, "body_incomplete")
        assert connection.is_ended()


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
    declared = HEAD + b"Content-Length: 90000\r\n\r\n"
    with ExitStack() as stack:
        head, body, resting, fast = (
            stack.enter_context(Connection(port, sent))
            for sent in (HEAD, declared, declared + b"x" * 80_000, declared)
        )
        asked(port)  # the four before it have been seen
        worker.clock = lambda: began + BODY_SECONDS - 5
        fast.send(b"x" * 80_000)
        asked(port)

        worker.clock = lambda: began + BODY_SECONDS + 10

        assert head.is_ended()
        assert body.is_ended()
        assert resting.is_ended()
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


def test_one_address_cannot_take_the_room_of_others(server):
    port, worker = server
    worker.room = Room(most=400_000, share=100_000)
    large = HEAD + b"Content-Length: 90000\r\n\r\n" + b"x" * 80_000
    small = HEAD + b"Content-Length: 2000\r\n\r\n" + b"x" * 400
    with ExitStack() as stack:
        for sent in [large] * 10 + [small] * 30:
            stack.enter_context(Connection(port, sent))
            asked(port, body=b"")  # it has been seen

        assert [asked(port, body=b"x" * 15_000) for _ in range(5)] == [b"15000"] * 5


def test_the_largest_of_the_network_that_holds_most_makes_room_and_is_told(server):
    port, worker = server
    worker.room = Room(most=100_000)
    sent = HEAD + b"Content-Length: 80000\r\n\r\n"
    small_sent = HEAD + b"Content-Length: 20000\r\n\r\n" + b"x" * 10_000
    with Connection(port, small_sent) as small, Connection(port, sent) as large:
        large.send(b"x" * 70_000)
        asked(port, body=b"")

        assert asked(port, body=b"x" * 40_000) == b"40000"
        assert large.answer().status == 503
        small.send(b"x" * 10_000)
        assert small.answer().body == b"20000"


def test_a_body_larger_than_its_route_takes_is_refused_unread_whatever_its_form(server):
    port, worker = server
    worker.limit(Limits(route_of=lambda path: Route("", 1000 if path == "/unread" else MEBIBYTE)))
    head = b"POST /unread?a=b HTTP/1.1\r\nHost: a\r\n"
    chunk = b"3e9\r\n" + b"x" * 1001
    for sent in (b"Content-Length: 1001\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n" + chunk):
        with Connection(port, head + sent) as connection:
            assert connection.answer().status == 404
            assert connection.is_ended()

    assert asked(port, body=b"x" * 1001) == b"1001"


def test_nothing_more_is_read_of_what_is_too_large():
    sent = HEAD + b"Content-Length: 9\r\n\r\nx"
    client, ours = socket.socketpair()
    with client, ours:
        client.sendall(b"more")
        reading = Remembering(ours)
        reading.arrival = Arrival(Room(), 0.0, limits=Limits(route_of=lambda _path: Route("", 8)))
        reading.arrival.take(sent, 0.0)
        reading.arrival.hand_over()

        assert [reading.chunk(), reading.chunk()] == [sent, b""]
        reading.end()


@pytest.mark.parametrize(("proxies", "share"), [(0, SHARE_OF_A_NETWORK), (1, MOST_OF_ALL)])
def test_the_embedded_form_takes_what_its_routes_take(proxies: int, share: int):
    large = Manifest("letters", {}, routes=(Route("/a/large", max_body=7_000_000), Route("/a/")))
    running = Running(Path(), "", demo=False)
    running.edge = create_edge({}, {"letters": large}, proxies_in_front=proxies)

    limits = running.limits()

    paths = ("/a/large/b", "/a/b", "/nowhere", "/")
    assert [limits.route_of(path).max_body for path in paths] == [7_000_000, MEBIBYTE, MEBIBYTE, 0]
    assert limits.share == share


@pytest.mark.parametrize("address", [b"/%61/b?c=/d", b"http://host/a/b", b"/a/b"])
def test_the_path_of_a_route_is_known_however_it_is_written(address: bytes):
    asked_for: list[str] = []
    limits = Limits(route_of=lambda path: asked_for.append(path) or Route(""))
    arriving = Arrival(Room(), 0.0, limits=limits)

    arriving.take(b"\r\nPOST " + address + b" HTTP/1.1\r\n\r\n", 0.0)

    assert asked_for == ["/a/b"]
    arriving.close()


def test_what_came_fast_once_may_not_rest_for_longer_than_what_came_slowly():
    fast, steady = Arrival(Room(), 0.0), Arrival(Room(), 0.0)
    for arriving in (fast, steady):
        arriving.take(HEAD + b"Content-Length: 9000000\r\n\r\n", 0.0)
    fast.take(b"x" * 8_000_000, 1.0)
    for second in range(1, 100):
        steady.take(b"x" * arrival.LEAST_RATE, float(second))

    assert fast.deadline == 1 + BODY_SECONDS
    assert steady.deadline == 99 + BODY_SECONDS
    fast.close()
    steady.close()


def test_what_comes_below_the_least_rate_is_late_however_steadily_it_comes():
    slow = Arrival(Room(), 0.0)
    slow.take(HEAD + b"Content-Length: 9000000\r\n\r\n", 0.0)
    for second in range(1, 2 * BODY_SECONDS + 1):
        slow.take(b"x" * (arrival.LEAST_RATE // 2), float(second))

    assert slow.deadline == 2 * BODY_SECONDS
    slow.close()


def test_a_network_has_its_share_and_gets_back_what_it_returned():
    room = Room(most=100, share=25)
    room.take("a", 25)

    with pytest.raises(NoRoomInShare):
        room.take("a", 1)
    room.take("b", 25)
    room.give_back("a", 25)

    assert (room.held_by("a"), room.held_by("b")) == (0, 25)


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
