"""Wrong tries at what nobody can guess, counted in the database of the service that asks for it.

For secrets and codes so long that trying them all takes ages. The right one passes at any time,
so no stranger keeps its owner out; whoever is wrong again and again waits ever longer for the
next answer, and it is noted. (What can be guessed, passwords and one-time codes, has stricter
rules of its own in identity.)
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, delete, select
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from chassis.data.tallies import hold
from chassis.kernel.errors import Refused
from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.process.parts import Database

WINDOW = timedelta(hours=1)
FREE_TRIES = 5
ADDRESS_TRIES = 200  # a whole office may share it
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(minutes=15)
_MOST_DOUBLINGS = 5
_SKEW = timedelta(minutes=1)


class TooManyWrong(Refused):
    """Too many wrong tries; `retry_after` seconds are left until the next one is answered."""

    kind = "too_many"
    code = "too_many_attempts"
    text = {
        "id": "Terlalu banyak percobaan yang salah. Coba lagi dalam {retry_after} detik.",
        "en": "Too many wrong attempts. Try again in {retry_after} seconds.",
    }

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class WrongTry:
    """One wrong try: a digest of what was tried, and from where. No region: it found nothing."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    mark: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    tried_at: Mapped[datetime] = mapped_column(default=now)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 - it is called with the class
        name = cls.__tablename__  # type: ignore[attr-defined]
        return (
            Index(f"ix_{name}_address", "address", "tried_at"),
            Index(f"ix_{name}_tried_at", "tried_at"),
        )


def count_wrong(
    db: Database,
    table: Any,
    thing: str,
    *,
    address: str,
    note: Callable[[int], Any],
) -> None:
    """Count a wrong try at `thing` in a transaction of its own.

    `note` is called inside it, with the number of tries, when the last free one of the thing or
    of the address was made. Raises `TooManyWrong` for one that comes too early, which does not
    count.
    """
    mark = hashlib.sha256(thing.encode("utf-8", "backslashreplace")).hexdigest()
    with db.transaction() as session:
        hold(db, f"{table.__tablename__}/{address}")
        at = now()
        session.execute(delete(table).where(table.tried_at < at - WINDOW))
        rows = session.execute(
            select(table.mark, table.tried_at)
            .where(table.address == address, table.tried_at <= at + _SKEW)
            .order_by(table.tried_at)
        ).all()
        of_thing = [row.tried_at for row in rows if row.mark == mark]
        wait = _free_at(of_thing, [row.tried_at for row in rows]) - at
        if wait <= timedelta(0):
            session.add(table(mark=mark, address=address, tried_at=at))
            if len(of_thing) + 1 == FREE_TRIES:
                note(FREE_TRIES)
            if len(rows) + 1 == ADDRESS_TRIES:
                note(ADDRESS_TRIES)
    if wait > timedelta(0):
        raise TooManyWrong(retry_after=ceil(wait.total_seconds()))


def _free_at(of_thing: Sequence[datetime], of_address: Sequence[datetime]) -> datetime:
    moments = [datetime.min.replace(tzinfo=now().tzinfo)]
    if (excess := len(of_thing) - FREE_TRIES) >= 0:
        wait = _FIRST_WAIT * (1 << min(excess, _MOST_DOUBLINGS))
        moments.append(of_thing[-1] + min(wait, _LONGEST_WAIT))
    if len(of_address) >= ADDRESS_TRIES:
        moments.append(of_address[-ADDRESS_TRIES] + WINDOW)
    return max(moments)
