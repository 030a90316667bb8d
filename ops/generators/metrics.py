"""docs/metrics.md, from the metrics the parts declare."""

from collections.abc import Mapping

from chassis.process.manifest import Manifest, load
from chassis.process.telemetry import DECLARED
from ops.parts import factories

INTRO = """# Metrics

Made by `./simpul generate` from the code.

Every process of the distributed form answers Prometheus at `/metrics` and counts what happens in
it: requests in a web process; events, loops, timers, jobs and notices in a worker. What is read
from the database or the broker (the gauges of events and of the queue) every process of a service
tells alike: take the highest, not the sum. When to sound an alarm is in
[delivery guarantees](delivery-guarantees.md#what-to-watch).

| form | where |
|---|---|
| containers | port 8000 of every part and worker, in `deploy/prometheus.yaml` |
| systemd | the `PORT` of a web process, the `WORKER_ADDRESS` of a worker |
| `./simpul cluster` | on 127.0.0.1, at the ports that `./simpul cluster status` shows |
| `./simpul up` | nowhere: its edge lets nobody at them |

The edge has no route to any of them. nginx itself is counted by the gateway, which asks it at
each scrape. RabbitMQ and PostgreSQL have exporters of their own.

| metric | kind | labels | meaning |
|---|---|---|---|
"""
_SUFFIXES = {"counter": "_total"}


def page(manifests: Mapping[str, Manifest]) -> str:
    """Render the whole page; the same declarations always give the same bytes."""
    for factory in factories(manifests).values():
        load(factory)  # a metric is declared where it is counted
    rows = sorted(
        f"| `simpul_{name}{_SUFFIXES.get(kind, '')}` | {kind} | {_labels(labels)} | {text} |"
        for (kind, name), (text, labels) in DECLARED.items()
    )
    return INTRO + "\n".join(rows) + "\n"


def _labels(labels: tuple[str, ...]) -> str:
    return ", ".join(f"`{label}`" for label in labels)
