"""In the distributed form what a worker does is counted where it does it, and can be read there."""

import pytest
import urllib3

from tests.builders.distributed import Distributed
from tests.builders.shared import ON_THE_SHARED_CLUSTER

pytestmark = ON_THE_SHARED_CLUSTER


def told(port: int, metric: str) -> float:
    """Add up a metric's samples as a Prometheus reads them."""
    answer = urllib3.request("GET", f"http://127.0.0.1:{port}/metrics", timeout=10)
    assert answer.status == 200
    lines = [line for line in answer.data.decode().splitlines() if line.startswith(metric)]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def port_of(system: Distributed, name: str, kind: str) -> int:
    """Find a process's port as an operator does, in the status."""
    ports = {(row["name"], row["kind"]): row["port"] for row in system.supervisor.status()}
    port: int = ports[name, kind]
    return port


@pytest.mark.parametrize(
    ("service", "metric"),
    [
        ("identity", "simpul_events_published_total"),
        ("proposal", "simpul_events_handled_total"),
        ("notification", "simpul_events_handled_total"),
        ("documents", "simpul_database_connections"),
    ],
)
def test_what_a_worker_does_is_counted_in_the_worker(shared_cluster, service, metric):
    assert told(port_of(shared_cluster, service, "worker"), metric) > 0


def test_a_workers_depth_of_queue_is_known(shared_cluster):
    metric = 'simpul_queue_messages{service="proposal"}'
    port = port_of(shared_cluster, "proposal", "worker")
    answer = urllib3.request("GET", f"http://127.0.0.1:{port}/metrics", timeout=10)

    assert f"{metric} 0.0" in answer.data.decode()


def test_the_edge_is_counted_by_the_gateway(shared_cluster):
    port = port_of(shared_cluster, "gateway", "web")
    before = told(port, "simpul_edge_requests_total")
    for _ in range(3):
        shared_cluster.web.call("GET", "/livez")

    assert told(port, "simpul_edge_requests_total") >= before + 3
