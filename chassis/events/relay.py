"""The two loops that lead: one numbers what was committed, the other publishes it.

They are apart because publishing waits for the broker, and numbering must not: the feed, which
the others compare with while the broker is away, shows only what has its number.
"""

from dataclasses import dataclass, field
from functools import cached_property
from math import inf

from sqlalchemy import Select, exists, select

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
        """Number one batch; True when there was something to do. Does nothing while not leading.

        The lease is held while something waits to be published, and let run out while nothing does.
        """
        unpublished, unnumbered = self._waiting()
        lease = self._leading() if unpublished else None
        if lease is None or not unnumbered:
            return False
        try:
            numbered = sequence(self.runtime.db, lease)
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
        lease = self.lease  # the other loop may let go of it meanwhile
        if lease is not None and not lease.spent and publish(self.runtime):
            return True
        self.runtime.bus.keep_alive()
        return False

    def due(self) -> float:
        """At once while something waits: the lease must be renewed, or be taken when it is free."""
        unpublished, _ = self._waiting()
        return 0.0 if unpublished else inf

    def publisher_due(self) -> float:
        """Who numbers or begins to lead wakes the publisher; between, it keeps its connection."""
        return self.runtime.bus.keep_alive_every

    def _waiting(self) -> tuple[bool, bool]:
        """Tell whether something is to be published, and whether something has no number yet."""
        unpublished, unnumbered = self.runtime.db.session.execute(self._question).one()
        self.runtime.db.session.rollback()
        return unpublished, unnumbered

    @cached_property
    def _question(self) -> Select[bool, bool]:
        outbox = self.runtime.db.plumbing.outbox
        unpublished = exists().where(outbox.c.published_at.is_(None))
        unnumbered = exists().where(outbox.c.position.is_(None))
        return select(unpublished, unnumbered)

    def _leading(self) -> Lease | None:
        if self.lease is None or self.lease.half_spent:
            self.lease = leases.take(self.runtime.db, LEASE, self.worker)
            if self.lease is not None:
                # What the last leader numbered may not be published yet.
                self.runtime.wake("publisher")
        return self.lease

    def stop(self) -> None:
        """Give the lease back."""
        if self.lease is not None:
            leases.release(self.runtime.db, self.lease)
            self.lease = None
