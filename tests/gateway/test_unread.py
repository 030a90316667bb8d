"""What gunicorn cannot read is refused in the house's words too: a page or a document."""

import json
import socket
import threading
import time
from contextlib import closing
from typing import Any

import pytest
from gunicorn.workers.gthread import TConn
from werkzeug.wrappers import Request, Response

from ops.arrival import Limits
from ops.unread import AT_ONCE, Remembering, Worker
from tests.builders.serving import options

LINE = b"GET / HTTP/1.1\r\nHost: a\r\n"
BROWSER = b"Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\nAccept-Language: id\r\n"
REFUSED = [
    (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: a\r\n", 414, "uri_too_long"),
    (LINE + b"X-A: " + b"x" * 17_000 + b"\r\n", 431, "headers_too_large"),
    (LINE + b"X-A: 1\r\n" * 400, 431, "headers_too_large"),
    (b"\x16\x03\x01\x02\x00\r\n", 400, "malformed"),
    (b"GET / HTTP/9.9\r\nHost: a\r\n", 400, "malformed"),
    (LINE + b"X A: 1\r\n", 400, "malformed"),
    (LINE + b"X-A: 1\x00\r\n", 400, "malformed"),
    (LINE + b"Host: b\r\n", 400, "malformed"),
    (b"GET / HTTP/1.1\r\n", 400, "malformed"),
    (b"GET / HTTP/1.1\r\nHost:\r\n", 400, "malformed"),
    (b"GET / HTTP/1.1\r\nHost: a/b\r\n", 400, "malformed"),
]

TWO_LENGTHS = [
    b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    b"Content-Length: 5\r\nContent-Length: 6\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    b"Transfer-Encoding: xchunked\r\n",
]
NO_CHUNKS = [b"zz\r\n", b"-1\r\n", b"3\r\nabcd\r\n0\r\n\r\n", b"1;\x00\r\na\r\n"]


@Request.application
def application(request: Request) -> Response:
    if request.path == "/broken":
        raise RuntimeError
    if request.path == "/unread":
        return Response("ok")
    return Response("ok" if len(request.get_data()) == 0 else "read")


def served(sent: bytes, requests: int = 1, app: Any = application) -> tuple[bytes, bytes]:
    """Let the server's own worker read what a client sends; return head and body of its answer."""
    cfg = options()
    worker: Any = Worker.__new__(Worker)
    worker.cfg, worker.wsgi, worker.alive = cfg, app, True
    worker.log, worker.nr, worker.max_requests = cfg.logger_class(cfg), 0, 1000
    worker.keepalived_conns, worker.max_keepalived = [], 10
    worker.clock = time.monotonic
    worker.limit(Limits())
    client, ours = socket.socketpair()
    with closing(client), closing(ours):
        sending = threading.Thread(target=client.sendall, args=(sent,))
        sending.start()
        connection = TConn(cfg, ours, ("127.0.0.1", 1), ("127.0.0.1", 2))
        for _ in range(requests):
            worker.handle(connection)
        sending.join()
        ours.shutdown(socket.SHUT_WR)
        head, _, body = b"".join(iter(lambda: client.recv(65536), b"")).partition(b"\r\n\r\n")
    return head, body


@pytest.mark.parametrize(("sent", "status", "code"), REFUSED)
def test_what_is_no_request_is_a_problem_to_a_program(sent, status, code):
    head, body = served(sent + b"\r\n")

    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Content-Type: application/problem+json" in head
    assert json.loads(body)["code"] == code


@pytest.mark.parametrize(("sent", "status", "code"), REFUSED)
def test_what_is_no_request_is_a_page_to_a_browser(sent, status, code):
    line, end, headers = sent.partition(b"\r\n")
    head, body = served(line + end + BROWSER + headers + b"\r\n")

    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Content-Type: text/html; charset=utf-8" in head
    assert b"Content-Security-Policy: " in head
    assert b'<html lang="id">' in body


@pytest.mark.parametrize("length", [30_000, 300_000, 2_000_000])
def test_a_reader_is_known_by_headers_behind_an_address_that_is_too_long(length):
    head, _ = served(b"GET /" + b"x" * length + b" HTTP/1.1\r\n" + BROWSER + b"\r\n")

    assert b"Content-Type: text/html" in head


@pytest.mark.parametrize("lengths", [*TWO_LENGTHS, b"Transfer-Encoding : chunked\r\n"])
def test_of_two_lengths_none_is_believed(lengths):
    """Who stands in front might have believed the other: the rest would be a request of its own."""
    sent = b"POST / HTTP/1.1\r\nHost: a\r\n" + lengths + b"\r\n0\r\n\r\nGET /unread HTTP/1.1\r\n"

    head, _ = served(sent)

    assert head.startswith(b"HTTP/1.1 400 "), head
    assert head.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("chunks", NO_CHUNKS)
def test_a_body_of_chunks_that_are_none_is_the_callers_mistake(chunks):
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

    answer, _ = served(head + chunks)

    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("chunks", NO_CHUNKS)
def test_a_body_that_nobody_read_and_is_none_gets_no_second_answer(chunks):
    head = b"POST /unread HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

    answer, body = served(head + chunks)

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert body == b"ok"


@pytest.mark.parametrize(
    ("browser", "content_type"), [(BROWSER, b"text/html"), (b"", b"application/problem+json")]
)
def test_an_application_that_fails_is_told_in_the_same_words(browser, content_type):
    head, body = served(b"GET /broken HTTP/1.1\r\nHost: a\r\n" + browser + b"\r\n")

    assert head.startswith(b"HTTP/1.1 500 ")
    assert b"Content-Type: " + content_type in head
    assert b"Kesalahan pada sistem" in body


def test_whoever_reads_is_known_by_the_message_that_is_refused_alone():
    good = LINE + BROWSER + b"\r\n"

    _, answers = served(good + b"GET / HTTP/9.9\r\n\r\n", requests=2)

    assert answers.startswith(b"okHTTP/1.1 400 ")
    assert b"Content-Type: application/problem+json" in answers


def test_a_request_of_http_1_0_needs_no_host():
    head, body = served(b"GET / HTTP/1.0\r\n\r\n")

    assert b" 200 OK" in head
    assert body == b"ok"


def test_the_head_is_remembered_whatever_body_follows():
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        reader = Remembering(ours)
        reader.begin()
        theirs.sendall(LINE + BROWSER + b"\r\n" + b"x" * 100_000)
        read = b""
        while len(read) < 100_000:
            read += reader.chunk(AT_ONCE)

    assert reader.head.startswith(LINE + BROWSER)
    assert reader.rest_of_head() == reader.head
