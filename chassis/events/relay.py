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
from chassis.events.publisher import BATCH, publish
from chassis.events.sequencer import LeadershipLost, sequence
from chassis.process.runtime import Runtime

LEASE = "relay"
EARLY = 4.0  # seconds before it must be, the lease is renewed behind an event, so that none waits


@dataclass
class Relay:
    """Sequencer and publisher of one service, in the one process that holds the lease."""

    runtime: Runtime
    worker: str
    lease: Lease | None = field(default=None, init=False)
    _more: bool = field(default=False, init=False)  # than one batch to publish

    def run(self) -> bool:
        """Number one batch; True when there was something to do. Does nothing while not leading.

        The lease is held while something waits to be published, and let run out while nothing does.
        """
        lease = self._leading()
        try:
            numbered = sequence(self.runtime.db, lease) if lease else 0
        except LeadershipLost:
            self.lease = None
            return False
        if lease and numbered:
            self.runtime.wake("publisher")
            if lease.good_for < EARLY:
                self._take()
        return numbered > 0

    def publish(self) -> bool:
        """Publish one batch of what has its number; True when there was one.

        Does nothing while not leading. Raises `BusUnavailable`.
        """
        lease = self.lease  # the other loop may let go of it meanwhile
        published = publish(self.runtime) if lease is not None and not lease.spent else 0
        if not published:
            self.runtime.bus.keep_alive()
        self._more = published == BATCH
        return published > 0

    def due(self) -> float:
        """At once while something has no number; while it waits for the bus, to keep the lease."""
        unpublished, unnumbered = self._waiting()
        if not unpublished:
            return inf
        return 0.0 if unnumbered or self.lease is None else self.lease.good_for

    def publisher_due(self) -> float:
        """Who numbers or begins to lead wakes the publisher; between, it keeps its connection."""
        return 0.0 if self._more else self.runtime.bus.keep_alive_every

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
        """Return the lease, taken or renewed where something waits; None while another leads."""
        lease = self.lease
        if lease is not None and not lease.half_spent:
            return lease
        unpublished, _ = self._waiting()
        if not unpublished:
            return None
        if lease := self._take():
            # What the last leader numbered may not be published yet.
            self.runtime.wake("publisher")
        return lease

    def _take(self) -> Lease | None:
        self.lease = leases.take(self.runtime.db, LEASE, self.worker)
        return self.lease

    def stop(self) -> None:
        """Give the lease back."""
        if self.lease is not None:
            leases.release(self.runtime.db, self.lease)
            self.lease = None
