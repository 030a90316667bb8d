"""Leadership of a job, held by a row with an epoch; the same on SQLite and PostgreSQL."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from chassis.process.clock import now
from chassis.process.parts import Database

TERM = timedelta(seconds=15)
# One that ends later was written by a clock that ran ahead, and holds nobody up.
LONGEST = 2 * TERM


@dataclass(frozen=True)
class Lease:
    """A term of leadership. Work done under it is fenced by holder and epoch."""

    name: str
    holder: str
    epoch: int
    expires_at: datetime

    @property
    def half_spent(self) -> bool:
        """Tell whether to renew it; also where the clock was set back since it was taken."""
        return not TERM / 2 <= self.expires_at - now() <= LONGEST

    @property
    def good_for(self) -> float:
        """Return the seconds until it is to be renewed."""
        return 0.0 if self.half_spent else (self.expires_at - now() - TERM / 2).total_seconds()

    @property
    def spent(self) -> bool:
        return now() > self.expires_at


def take(db: Database, name: str, holder: str) -> Lease | None:
    """Take or renew the lease, or return None while another holds it."""
    leases = db.plumbing.leases
    at, expires_at = now(), now() + TERM
    with db.transaction() as session:
        row = session.execute(
            select(leases).where(leases.c.name == name).with_for_update()
        ).one_or_none()
        if row is None:
            return _found(db, name, holder, expires_at)
        if row.holder != holder and at < row.expires_at <= at + LONGEST:
            return None
        epoch = row.epoch if row.holder == holder else row.epoch + 1
        session.execute(
            update(leases)
            .where(leases.c.name == name)
            .values(holder=holder, epoch=epoch, expires_at=expires_at)
        )
    return Lease(name, holder, epoch, expires_at)


def _found(db: Database, name: str, holder: str, expires_at: datetime) -> Lease | None:
    session = db.session()
    try:
        with session.begin_nested():
            session.execute(
                insert(db.plumbing.leases).values(
                    name=name, holder=holder, epoch=1, expires_at=expires_at
                )
            )
    except IntegrityError:
        return None
    return Lease(name, holder, 1, expires_at)


def release(db: Database, lease: Lease) -> None:
    """End the term at once, so that a successor need not wait."""
    leases = db.plumbing.leases
    with db.transaction() as session:
        session.execute(
            update(leases)
            .where(leases.c.name == lease.name, leases.c.holder == lease.holder)
            .where(leases.c.epoch == lease.epoch)
            .values(expires_at=now())
        )
