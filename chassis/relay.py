"""The loop that leads: numbers what was committed, then publishes it."""

from dataclasses import dataclass, field

from chassis import leases
from chassis.leases import Lease
from chassis.publisher import publish
from chassis.runtime import Runtime
from chassis.sequencer import LeadershipLost, sequence

LEASE = "relay"


@dataclass
class Relay:
    """Sequencer and publisher of one service, in the one process that holds the lease."""

    runtime: Runtime
    worker: str
    lease: Lease | None = field(default=None, init=False)

    def run(self) -> bool:
        """Work one batch; True when there was something to do. Does nothing while not leading."""
        if self.lease is None or self.lease.half_spent:
            self.lease = leases.take(self.runtime.db, LEASE, self.worker)
        if self.lease is None:
            return False
        try:
            numbered = sequence(self.runtime.db, self.lease)
        except LeadershipLost:
            self.lease = None
            return False
        return publish(self.runtime) + numbered > 0

    def stop(self) -> None:
        """Give the lease back."""
        if self.lease is not None:
            leases.release(self.runtime.db, self.lease)
            self.lease = None
