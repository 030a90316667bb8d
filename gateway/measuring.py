"""What nginx counts, told in the words of our own processes."""

import re
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from chassis.http.peers import PeerUnavailable, Transport
from chassis.process.telemetry import counter, gauge
from gateway.routes import EDGE_STATUS

REQUESTS = counter("edge_requests", "Requests that reached the edge, also those it refused")
CONNECTIONS = gauge("edge_connections", "Connections open at the edge", "state")
_STATUS = re.compile(
    r"\s(?P<requests>\d+)\s+Reading: (?P<reading>\d+) Writing: (?P<writing>\d+)"
    r" Waiting: (?P<waiting>\d+)"
)


@dataclass
class Edge:
    """The edge as its own status page tells of it; silent where it has none."""

    transport: Transport
    _counted: int = field(default=0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def measure(self) -> None:
        """Bring the metrics up to date; an edge that does not answer leaves them as they are."""
        with suppress(PeerUnavailable):
            answer = self.transport.send("edge", "GET", EDGE_STATUS, {}, None)
            if told := _STATUS.search(answer.body.decode(errors="replace")):
                self._take({name: int(number) for name, number in told.groupdict().items()})

    def _take(self, numbers: dict[str, int]) -> None:
        total = numbers.pop("requests")
        with self._lock:
            # An edge that was started anew counts from nothing.
            REQUESTS.inc(total - self._counted if total >= self._counted else total)
            self._counted = total
        for state, number in numbers.items():
            CONNECTIONS.labels(state).set(number)
