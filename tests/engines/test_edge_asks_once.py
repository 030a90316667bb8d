"""What may have happened is not asked of a second instance: only reads are, and what never left."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import urllib3

from chassis.process.manifest import Manifest, Route
from gateway.nginx import Listening
from gateway.routes import table
from ops.engines.nginx import Nginx
from ops.engines.process import free_port
from tests.builders.engines import engine_folder, or_skipped

pytestmark = pytest.mark.live
LETTERS = Manifest("letters", {"id": "Surat", "en": "Letters"}, "", routes=(Route("/surat"),))
PATH = "/surat/satu"
WRITES = ["POST", "PUT", "PATCH", "DELETE"]


@dataclass
class Dying:
    """An instance that takes every request whole and ends without an answer."""

    seen: list[str] = field(default_factory=list)
    _listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    def __post_init__(self) -> None:
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self.seen.append(connection.recv(65_536).decode().split()[0])

    def close(self) -> None:
        self._listener.close()


@dataclass
class Edge:
    instances: list[Dying]
    ports: dict[str, int]

    def asked(self, side: str, method: str) -> int:
        """Send a request and count the instances that saw it."""
        body = b"{}" if method in ("POST", "PUT", "PATCH") else None
        address = f"http://127.0.0.1:{self.ports[side]}{PATH}"
        answer = urllib3.request(method, address, body=body, retries=False, timeout=20)
        assert answer.status == {"public": 503, "internal": 502}[side]
        seen = [entry for instance in self.instances for entry in instance.seen]
        for instance in self.instances:
            instance.seen.clear()
        return len(seen)


@contextmanager
def edge_before(*upstreams: int) -> Iterator[dict[str, int]]:
    with or_skipped(), engine_folder() as folder:
        listening = Listening(folder / "nginx", free_port(), free_port())
        static = Path(__file__).parents[2] / "portal" / "shell" / "static"
        server = Nginx(listening, table({"letters": LETTERS}, with_portal=False), static)
        server.start({"letters": upstreams, "gateway": []})
        try:
            yield {"public": listening.port, "internal": listening.internal_port}
        finally:
            server.stop()


@pytest.fixture
def edge() -> Iterator[Edge]:
    instances = [Dying(), Dying()]
    with edge_before(*(instance.port for instance in instances)) as ports:
        yield Edge(instances, ports)
    for instance in instances:
        instance.close()


@pytest.mark.parametrize("side", ["public", "internal"])
@pytest.mark.parametrize("method", WRITES)
def test_a_change_that_was_sent_is_asked_of_one_instance_only(edge, side, method):
    assert edge.asked(side, method) == 1


@pytest.mark.parametrize("side", ["public", "internal"])
def test_a_read_is_asked_of_another_instance(edge, side):
    assert edge.asked(side, "GET") == 2
