"""What gunicorn cannot read is refused in the house's words too."""

import json
import socket
from contextlib import closing

import pytest
from gunicorn.http import get_parser
from gunicorn.http.errors import ParseException

from ops.serving import Server
from ops.unread import Worker
from tests.gateway.test_kept_connections import Nothing

LINE = b"GET / HTTP/1.1\r\n"


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n", 414, "uri_too_long"),
        (LINE + b"X-A: " + b"x" * 17_000 + b"\r\n\r\n", 431, "headers_too_large"),
        (LINE + b"X-A: 1\r\n" * 400 + b"\r\n", 431, "headers_too_large"),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400, "malformed"),
        (b"GET / HTTP/9.9\r\n\r\n", 400, "malformed"),
        (LINE + b"X A: 1\r\n\r\n", 400, "malformed"),
        (LINE + b"X-A: 1\x00\r\n\r\n", 400, "malformed"),
    ],
)
def test_what_is_no_request_is_a_problem(sent, status, code):
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        server = Server(listener, Nothing())
        socket.socket(fileno=int(server.cfg.address[0])).close()
    client, ours = socket.socketpair()
    with closing(client), closing(ours):
        with pytest.raises(ParseException) as unread:
            next(get_parser(server.cfg, iter([sent]), ("127.0.0.1", 1)))
        Worker.handle_error(Worker.__new__(Worker), None, ours, ("127.0.0.1", 1), unread.value)
        ours.shutdown(socket.SHUT_WR)
        head, _, body = b"".join(iter(lambda: client.recv(65536), b"")).partition(b"\r\n\r\n")

    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Content-Type: application/problem+json" in head
    assert json.loads(body)["code"] == code
