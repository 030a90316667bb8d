"""An idle connection is closed by whoever asks, not by us while a request is on its way."""

import re
from pathlib import Path

from chassis.process.manifest import discover
from gateway.nginx import Listening, render
from gateway.routes import table
from tests.builders.serving import options

LONGEST_THAT_CLIENTS_KEEP_ONE = 60


def test_every_server_of_ours_keeps_an_idle_connection_longer_than_its_clients_do():
    assert options().keepalive >= LONGEST_THAT_CLIENTS_KEEP_ONE + 5


def test_nginx_keeps_an_idle_connection_longer_than_its_clients_do():
    config = render(table(discover()), {}, Listening(Path("/tmp"), 8000, 8001))  # noqa: S108

    [seconds] = re.findall(r"keepalive_timeout (\d+)s;", config)
    assert int(seconds) >= LONGEST_THAT_CLIENTS_KEEP_ONE + 5


def test_nginx_lets_go_of_a_connection_to_a_service_before_the_service_does():
    config = render(table(discover()), {"proposal": ["a:1"]}, Listening(Path("/tmp"), 8000, 8001))  # noqa: S108

    [kept] = re.findall(
        r"upstream simpul_proposal \{.* keepalive \d+; keepalive_timeout (\d+)s; \}", config
    )
    assert int(kept) + 10 <= options().keepalive
    assert 'proxy_set_header Connection "";' in config
