"""The faults are what they are called."""

import socket
import socketserver
import threading
import time

import pytest

from tests.faults.links import Link


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while block := self.request.recv(65_536):
            self.server.heard += len(block)
            self.request.sendall(block)


class EchoServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    heard = 0

    def handle_error(self, _request, _address):
        """A connection that is reset is what the tests are about."""


@pytest.fixture
def echo():
    with EchoServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def link(echo):
    one = Link(echo.server_address[1])
    yield one
    one.close()


def caller(link):
    connection = socket.create_connection(("127.0.0.1", link.port), timeout=5)
    connection.settimeout(0.4)
    return connection


def said(connection, word=b"halo"):
    connection.sendall(word)
    return connection.recv(100)


def test_a_sound_link_carries_both_ways_and_ends_with_its_ends(link):
    with caller(link) as one:
        assert said(one) == b"halo"
        one.shutdown(socket.SHUT_WR)
        assert one.recv(100) == b""
    assert link.accepted == 1


def test_a_cut_link_resets_what_is_there_and_what_comes_until_it_heals(link):
    with caller(link) as one:
        assert said(one) == b"halo"
        link.cut()
        with pytest.raises(ConnectionError):
            said(one)
            said(one)
    with pytest.raises(ConnectionError), caller(link) as two:
        said(two)
        said(two)
    link.heal()
    with caller(link) as three:
        assert said(three) == b"halo"


def test_a_half_open_link_takes_everything_and_answers_nothing(link, echo):
    with caller(link) as old:
        assert said(old) == b"halo"
        link.half_open()
        with caller(link) as new:
            for item in (old, new):
                with pytest.raises(TimeoutError):
                    said(item)
        link.heal()
        with pytest.raises(TimeoutError):
            said(old)
        with caller(link) as later:
            assert said(later) == b"halo"
    assert echo.heard == 8


def test_a_slow_link_takes_its_time(link):
    with caller(link) as one:
        one.settimeout(5)
        link.slow(delay=0.1)
        began = time.monotonic()
        assert said(one) == b"halo"
        assert time.monotonic() - began >= 0.2
        link.slow(rate=40)
        began = time.monotonic()
        assert said(one, b"x" * 8)
        assert time.monotonic() - began >= 0.2


def test_a_link_drops_a_connection_after_so_many_bytes(link, echo):
    link.drop_after(6)
    with caller(link) as one:
        assert said(one) == b"halo"
        with pytest.raises(ConnectionError):
            said(one)
            said(one)
    link.heal()
    with caller(link) as two:
        assert said(two) == b"halo"
    assert echo.heard <= 10
