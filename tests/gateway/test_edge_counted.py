"""nginx's own numbers, told by the gateway."""

from dataclasses import dataclass
from typing import Any

import pytest

from chassis.http.peers import Answer, PeerUnavailable
from gateway.measuring import Edge
from gateway.routes import EDGE_STATUS
from tests.builders.metrics import moved, value_of

STATUS = """Active connections: 3
server accepts handled requests
 {accepted} {accepted} {requests}
Reading: 1 Writing: 2 Waiting: {waiting}
"""


@dataclass
class Nginx:
    """Answers with a status page, or nothing."""

    requests: int | None = 10
    waiting: int = 5

    def send(self, _peer: str, _method: str, path: str, *_: Any, **__: Any) -> Answer:
        assert path == EDGE_STATUS
        if self.requests is None:
            raise PeerUnavailable(peer="edge")
        text = STATUS.format(accepted=3, requests=self.requests, waiting=self.waiting)
        return Answer(200, {}, text.encode())


def counted(edge: Edge) -> float:
    before = value_of("edge_requests")
    edge.measure()
    return value_of("edge_requests") - before


def test_requests_and_connections_of_the_edge_are_shown():
    nginx = Nginx(waiting=int(value_of("edge_connections", state="waiting")) + 1)
    with moved("edge_requests"), moved("edge_connections", state="waiting"):
        Edge(nginx).measure()


@pytest.mark.parametrize(
    ("then", "more"), [(25, 15), (10, 0), (4, 4), (None, 0)], ids=["more", "same", "anew", "away"]
)
def test_each_request_is_counted_once_also_when_the_edge_began_anew(then, more):
    nginx = Nginx(requests=10)
    edge = Edge(nginx)
    counted(edge)
    nginx.requests = then

    assert counted(edge) == more
