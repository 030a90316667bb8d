"""The two loops that lead: one numbers what was committed, the other publishes it.

They are apart because publishing waits for the broker, and numbering must not: the feed, which
the others compare with while the broker is away, shows only what has its number.
"""

from dataclasses import dataclass, field

from chassis.data import leases
from chassis.data.leases import Lease
from chassis.events.publisher import publish
from chassis.events.sequencer import LeadershipLost, sequence
from chassis.process.runtime import Runtime

LEASE = "relay"


@dataclass
class Relay:
    """Sequencer and publisher of one service, in the one process that holds the lease."""

    runtime: Runtime
    worker: str
    lease: Lease | None = field(default=None, init=False)

    def run(self) -> bool:
        """Number one batch; True when there was something to do. Does nothing while not leading."""
        if self.lease is None or self.lease.half_spent:
            self.lease = leases.take(self.runtime.db, LEASE, self.worker)
        if self.lease is None:
            return False
        try:
            numbered = sequence(self.runtime.db, self.lease)
        except LeadershipLost:
            self.lease = None
            return False
        if numbered:
            self.runtime.wake("publisher")
        return numbered > 0

    def publish(self) -> bool:
        """Publish one batch of what has its number; True when there was one.

        Does nothing while not leading. Raises `BusUnavailable`.
        """
        if self.lease is not None and publish(self.runtime):
            return True
        self.runtime.bus.keep_alive()
        return False

    def stop(self) -> None:
        """Give the lease back."""
        if self.lease is not None:
            leases.release(self.runtime.db, self.lease)
            self.lease = None
