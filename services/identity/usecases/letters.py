"""Letters that notification hands over: sealed here, opened for it while they live, then gone.

Events carry ids only. Which of them a letter belongs to is the event's subject.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from chassis.kernel.errors import NotFound
from chassis.process.clock import now
from services.identity.adapters.machinery import machinery
from services.identity.models import SealedLetter, db

_PURPOSE = "letters"


@dataclass(frozen=True)
class Opened:
    """What a message says; with a channel it goes to that address and nowhere else."""

    secret: str
    channel: str | None
    address: str | None


def seal(
    letter_id: UUID,
    employee_id: UUID,
    secret: str,
    *,
    until: datetime,
    channel: str | None = None,
    address: str | None = None,
) -> None:
    """Keep what a message will say; without a channel it goes to every address of the person."""
    row = SealedLetter(
        id=letter_id,
        employee_id=employee_id,
        channel=channel,
        address=address,
        sealed=machinery().sealer.seal(_PURPOSE, secret),
        expires_at=until,
    )
    db.session.add(row)
    db.session.flush()


def opened(letter_id: UUID) -> Opened:
    """Return a letter. Raises `NotFound` for one that has expired or was done away with."""
    row = db.session.scalar(select(SealedLetter).where(SealedLetter.id == letter_id))
    if row is None or row.expires_at <= now():
        raise NotFound
    return Opened(machinery().sealer.open(_PURPOSE, row.sealed), row.channel, row.address)


def burn(letter_id: UUID) -> None:
    """Do away with a letter that has done its work."""
    db.session.execute(delete(SealedLetter).where(SealedLetter.id == letter_id))
