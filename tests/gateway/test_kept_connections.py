"""An idle connection is closed by whoever asks, not by us while a request is on its way."""

import re
import socket
from contextlib import closing
from pathlib import Path

from chassis.process.manifest import discover
from gateway.nginx import Listening, render
from gateway.routes import table
from ops.serving import Server

LONGEST_THAT_CLIENTS_KEEP_ONE = 60


class Nothing:
    def build(self):
        raise NotImplementedError

    def started(self): ...

    def stop(self): ...


def test_every_server_of_ours_keeps_an_idle_connection_longer_than_its_clients_do():
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        server = Server(listener, Nothing())
        socket.socket(fileno=int(server.cfg.address[0])).close()

    assert server.cfg.keepalive >= LONGEST_THAT_CLIENTS_KEEP_ONE + 5


def test_nginx_keeps_an_idle_connection_longer_than_its_clients_do():
    config = render(table(discover()), {}, Listening(Path("/tmp"), 8000, 8001))  # noqa: S108

    [seconds] = re.findall(r"keepalive_timeout (\d+)s;", config)
    assert int(seconds) >= LONGEST_THAT_CLIENTS_KEEP_ONE + 5
