"""The ports servers of ours are started on."""

import socket
from pathlib import Path

import pytest

from ops.engines.process import free_port

GIVEN_TO_CONNECTIONS = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_a_port_is_not_one_that_a_connection_going_out_may_be_given_meanwhile():
    if not GIVEN_TO_CONNECTIONS.exists():
        pytest.skip("only Linux says which ports it gives to connections")
    lowest, highest = map(int, GIVEN_TO_CONNECTIONS.read_text().split())
    if lowest < 32_768:
        pytest.skip("this machine was told to give nearly every port to connections")

    assert not [port for port in (free_port() for _ in range(50)) if lowest <= port <= highest]


def test_a_port_somebody_listens_on_is_not_given(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        monkeypatch.setattr("ops.engines.process._PORTS", [taken, free_port()])

        assert taken not in {free_port() for _ in range(20)}
