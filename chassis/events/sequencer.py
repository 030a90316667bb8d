"""Gives committed events their place in the log.

One leader per service numbers them; positions have no holes and never wait for a broker. Within
a batch, events of one subject stand in the order of the subject's own versions, whatever the
clocks of the processes that wrote them say.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Table, bindparam, select, update
from sqlalchemy.orm import Session

from chassis.data.leases import Lease
from chassis.process.failpoints import failpoint
from chassis.process.parts import Database

BATCH = 200


class LeadershipLost(Exception):
    """Another process leads now; nothing was written."""


def sequence(db: Database, lease: Lease) -> int:
    """Number up to `BATCH` committed events and return how many it did.

    Raises `LeadershipLost` when the lease is no longer this holder's.
    """
    outbox, leases = db.plumbing.outbox, db.plumbing.leases
    # Only who holds the lease numbers them, so they still have none when it is sure of that.
    rows = db.session.execute(
        select(outbox.c.id, outbox.c.subject, outbox.c.body)
        .where(outbox.c.position.is_(None))
        .order_by(outbox.c.recorded_at, outbox.c.id)
        .limit(BATCH)
    ).all()
    db.session.rollback()
    if not rows:
        return 0
    with db.transaction() as session:
        last = session.scalar(
            update(leases)
            .where(leases.c.name == lease.name, leases.c.holder == lease.holder)
            .where(leases.c.epoch == lease.epoch)
            .values(last_position=leases.c.last_position + len(rows))
            .returning(leases.c.last_position)
        )
        if last is None:
            raise LeadershipLost(lease.name)
        _number(session, outbox, _in_subject_order(rows), first=last - len(rows) + 1)
        failpoint("sequencer.before_commit")
    return len(rows)


def _number(session: Session, outbox: Table, rows: Sequence[Any], *, first: int) -> None:
    numbered = session.execute(
        update(outbox).where(outbox.c.id == bindparam("event"), outbox.c.position.is_(None)),
        [{"event": row.id, "position": place} for place, row in enumerate(rows, first)],
        execution_options={"synchronize_session": None},
    )
    if cast("CursorResult[Any]", numbered).rowcount != len(rows):
        raise LeadershipLost("somebody else numbered them under the same lease")


def _in_subject_order(rows: Sequence[Any]) -> list[Any]:
    places = defaultdict(list)
    for place, row in enumerate(rows):
        places[row.subject].append(place)
    ordered = list(rows)
    for taken in places.values():
        if len(taken) > 1:
            by_version = sorted((rows[place] for place in taken), key=_version)
            for place, row in zip(taken, by_version, strict=True):
                ordered[place] = row
    return ordered


def _version(row: Any) -> int:
    return int(json.loads(row.body)["aggregateversion"])
