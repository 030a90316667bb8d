"""One plain cluster for every test of a run that wants no more, found by each module as it began.

A module that leaves it otherwise fails by its name, and the next one gets a new cluster.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

import pika
import pytest
from flask import Flask
from sqlalchemy import select

from chassis.events.bus.amqp import queue_of
from chassis.process import runtime as runtimes
from chassis.process.regions import all_regions
from tests.builders.distributed import Distributed, distributed_system
from tests.builders.settling import under_way

GROUP = "shared-cluster"
_PATIENCE = 15.0
# One worker of xdist runs all that share the cluster; the other runs something else meanwhile.
ON_THE_SHARED_CLUSTER = [
    pytest.mark.live,
    pytest.mark.xdist_group(GROUP),
]


def shares_the_cluster(item: pytest.Item) -> bool:
    """Tell it from those that only follow it at the same worker, with a cluster of their own."""
    if item.get_closest_marker("alone"):
        return False
    return any(GROUP in mark.args for mark in item.iter_markers("xdist_group"))


@dataclass
class SharedCluster:
    """The cluster of this process, started when it is first lent."""

    is_lent: bool = False
    _system: Distributed | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    @contextmanager
    def lent_to(self, module: str) -> Iterator[Distributed]:
        """Lend the cluster; afterwards fail unless it is as it was, and end it if it is not."""
        if self._system is None:
            self._system = self._stack.enter_context(distributed_system())
        before = state_of(self._system)
        self.is_lent = True
        try:
            yield self._system
        finally:
            self.is_lent = False
        if changes := lasting_changes(self._system, before):
            self.close()
            told = "\n".join(changes)
            pytest.fail(
                f"{module} left the shared cluster otherwise than it was:\n{told}", pytrace=False
            )

    def close(self) -> None:
        self._system = None
        self._stack.close()


def lasting_changes(system: Distributed, before: set[str]) -> list[str]:
    """Return what differs once all has settled; a busy machine may need a moment to answer."""
    with suppress(AssertionError):  # what does not settle is told as a change
        system.settle()
    deadline = time.monotonic() + _PATIENCE
    while (changes := before ^ state_of(system)) and time.monotonic() < deadline:
        time.sleep(0.5)
    return sorted(changes)


def state_of(system: Distributed) -> set[str]:
    """Describe what no module may change: processes, settings, who decides, what waits or failed."""
    supervisor = system.supervisor
    lines = {
        f"process {row['name']} {row['kind']} pid {row['pid']} ready {row['ready']}"
        for row in supervisor.status()
    }
    for part in supervisor.parts.values():
        lines |= {f"setting of {part.name}: {name}={told}" for name, told in part.settings.items()}
    lines |= {f"under way: {what}" for what in under_way(system.apps)}
    for name, app in system.apps.items():
        lines |= {f"{name} gave up on {what}" for what in _given_up(app)}
        lines |= {f"queue of {name}: {count} waiting" for count in _waiting(system, name)}
    return lines | _who_decides(system.apps["identity"])


def _given_up(app: Flask) -> list[str]:
    inbox = runtimes.of(app).db.plumbing.inbox
    parked = select(inbox).where(inbox.c.status == "parked")
    with app.app_context(), all_regions():
        rows = runtimes.of(app).db.session.execute(parked).all()
        runtimes.of(app).db.session.rollback()
    return [f"{row.type} {row.event_id}: {row.error}" for row in rows]


def _waiting(system: Distributed, name: str) -> list[int]:
    """The number of messages nobody has taken yet, unless there are none."""
    url = system.supervisor.engines["rabbit"].url(name)
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        told = connection.channel().queue_declare(queue_of(name), passive=True)
    finally:
        connection.close()
    return [told.method.message_count] if told.method.message_count else []


def _who_decides(identity: Flask) -> set[str]:
    lines = set()
    with identity.app_context(), all_regions():
        runtime = runtimes.of(identity)
        for name in ("role_grants", "delegations"):
            table = runtime.db.metadata.tables[name]
            rows = runtime.db.session.execute(select(table).where(table.c.active)).mappings()
            lines |= {f"{name}: {row['role']} {row['id']} until {row['ends_on']}" for row in rows}
        runtime.db.session.rollback()
    return lines
