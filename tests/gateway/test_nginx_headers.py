"""What the embedded edge adds to every answer, nginx adds to every answer of its own blocks."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.process.manifest import discover
from gateway.headers import HSTS, SECURITY
from gateway.nginx import Listening, render
from gateway.routes import table

PROTECTING = {HSTS[0], "X-Request-ID", *(name for name, _ in SECURITY)}
OPENS, CLOSES = re.compile(r"\{$"), re.compile(r"^\}$")
ADDS = re.compile(r'^add_header (\S+) "?(.*?)"? always;$')


def blocks(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each server and location with the headers that it adds itself."""
    opened: list[tuple[str, dict[str, str]]] = []
    for line in (line.strip() for line in text.splitlines()):
        if OPENS.search(line):
            opened.append((line, {}))
        elif CLOSES.search(line):
            yield opened.pop()
        elif found := ADDS.match(line):
            opened[-1][1][found[1]] = found[2]


@pytest.fixture(scope="module")
def configuration() -> str:
    manifests = discover()
    listening = Listening(
        Path("/edge"), 1, 2, certificate=Path("/edge/full.pem"), key=Path("/edge/key.pem")
    )
    upstreams = {name: ["127.0.0.1:3"] for name in (*manifests, "gateway", "portal")}
    return render(table(manifests), upstreams, listening)


def test_every_answer_of_nginx_carries_what_protects_it(configuration: str):
    """A block that adds a header of its own inherits none of the server's."""
    adding = {name: added for name, added in blocks(configuration) if added}
    policies = {added["Content-Security-Policy"] for added in adding.values()}

    assert len(adding) > 10
    assert {name for name, added in adding.items() if not added.keys() >= PROTECTING} == set()
    assert all(policy.startswith("$") or "frame-ancestors 'none'" in policy for policy in policies)


def test_what_a_service_says_itself_is_not_said_twice_and_the_rest_is(configuration: str):
    for name, value in SECURITY:
        assert f'"{value}"; default ""; }}' in configuration, name


def test_a_block_that_forgets_a_header_is_found():
    text = "server {\nadd_header A b always;\nlocation / {\nadd_header C d always;\n}\n}"

    assert dict(blocks(text)) == {"server {": {"A": "b"}, "location / {": {"C": "d"}}
