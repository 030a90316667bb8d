"""nginx keeps bodies before it asks anybody, so how many there are at once is bounded.

Bodies lie on its disk, pieces of files in its memory.
"""

import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from chassis.process.manifest import KIBIBYTE
from gateway.limits import LARGE_BODIES_AT_ONCE, LARGE_BODIES_IN_ALL, PIECES_AT_ONCE, PIECES_IN_ALL
from gateway.routes import PORTAL_ROUTE
from tests.engines.test_edge_conformance import Edge, nginx
from tests.engines.test_rabbitmq_trouble import until

pytestmark = pytest.mark.live
PATH = f"{PORTAL_ROUTE.prefix}usulan"
CUT = b"fffff\r\n" + b"x" * 1000  # also as the beginning of a chunk
PIECE = "PATCH /api/letters/pieces/1"
PIECE_LENGTH = f"Content-Length: {512 * KIBIBYTE}"
REFUSED = b"HTTP/1.1 429"


@pytest.fixture(scope="module")
def edge(tmp_path_factory) -> Iterator[Edge]:
    with nginx(tmp_path_factory.mktemp("static")) as running:
        yield running


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def begun(
    edge: Edge, stack: ExitStack, address: str, length: str, asked: str = f"POST {PATH}"
) -> socket.socket:
    """Begin a request whose body does not come to its end."""
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", edge.port), 20))
    head = f"{asked} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {address}\r\n{length}\r\n\r\n"
    connection.sendall(head.encode() + CUT)
    return connection


def refused(connections: list[socket.socket]) -> int:
    """Count those that were answered; of what is taken in no answer comes before its end.

    nginx has two processes: which of the requests comes last, nobody knows.
    """
    readable, _, _ = select.select(connections, [], [], 10)
    return [connection.recv(12) for connection in readable].count(REFUSED)


@pytest.mark.parametrize(
    ("address", "length"),
    [
        ("203.0.113.4", f"Content-Length: {PORTAL_ROUTE.max_body}"),
        ("203.0.113.5", "Transfer-Encoding: chunked"),
    ],
)
def test_one_address_has_so_many_large_bodies_under_way_and_no_more(edge, opened, address, length):
    here = [begun(edge, opened, address, length) for _ in range(LARGE_BODIES_AT_ONCE + 1)]
    assert refused(here) == 1

    elsewhere = edge.send("POST", PATH, b"x" * 100_000, X_Forwarded_For="198.51.100.9")
    small = edge.send("POST", PATH, b"x" * 99_999, X_Forwarded_For=address)
    assert (elsewhere.status, small.status) == (200, 200)


def test_many_addresses_together_have_so_many_and_others_go_on_with_small_ones(edge, opened):
    length = f"Content-Length: {PORTAL_ROUTE.max_body}"
    many = [
        begun(edge, opened, f"192.0.2.{n % 10}", length) for n in range(LARGE_BODIES_IN_ALL + 1)
    ]
    assert refused(many) == 1

    large = edge.send("POST", PATH, b"x" * 100_000, X_Forwarded_For="198.51.100.10")
    small = edge.send("POST", PATH, b"x" * 99_999, X_Forwarded_For="198.51.100.10")
    assert (large.status, small.status) == (429, 200)


def on_the_disk(edge: Edge) -> int:
    """Count the bodies that nginx holds in files; they have no name any more."""
    named = str(edge.folder / "client_body")
    return sum(target.startswith(named) for target in map(target_of, Path("/proc").glob("*/fd/*")))


def target_of(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except OSError:  # closed meanwhile
        return ""


def test_slow_pieces_of_files_lie_in_memory_and_are_bounded_by_themselves(edge, opened):
    address = "203.0.113.6"
    pieces = [begun(edge, opened, address, PIECE_LENGTH, PIECE) for _ in range(PIECES_AT_ONCE + 1)]
    for piece in pieces:
        piece.sendall(b"x" * 100_000)

    assert refused(pieces) == 1
    assert on_the_disk(edge) == 0
    large = edge.send("POST", PATH, b"x" * 100_000, X_Forwarded_For=address)
    elsewhere = edge.send("PATCH", "/api/letters/pieces/2", b"x" * 100_000)
    assert (large.status, elsewhere.status) == (200, 200)


def test_slow_bodies_of_another_route_do_lie_on_the_disk(edge, opened):
    body = begun(edge, opened, "203.0.113.7", f"Content-Length: {PORTAL_ROUTE.max_body}")
    body.sendall(b"x" * 100_000)

    assert until(lambda: on_the_disk(edge) == 1)


def test_many_addresses_together_have_so_many_pieces_under_way(edge, opened):
    many = [
        begun(edge, opened, f"192.0.2.{n % 10}", PIECE_LENGTH, PIECE)
        for n in range(PIECES_IN_ALL + 1)
    ]

    assert refused(many) == 1
