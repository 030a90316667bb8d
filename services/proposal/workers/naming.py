"""Completes lines of the history that a process of an earlier release wrote.

What they tell stays as it was written: only what they are found by is added.
"""

from sqlalchemy import func, select, update

from chassis.process.regions import all_regions
from chassis.run.worker import Loop
from services.proposal.models import HistoryEntry, Proposal, db

EVERY_SECONDS = 600.0
_AT_ONCE = 1_000


def loop() -> Loop:
    return Loop("history_lines", name_lines, every=EVERY_SECONDS)


def name_lines() -> bool:
    """Name some lines; True when there may be more."""
    unnamed = (
        select(HistoryEntry.id).where(HistoryEntry.layanan.is_(None)).order_by(HistoryEntry.id)
    )
    layanan = select(Proposal.layanan).where(Proposal.id == HistoryEntry.proposal_id)
    what = func.coalesce(HistoryEntry.happened, HistoryEntry.action)
    with all_regions():
        ids = list(db.session.scalars(unnamed.limit(_AT_ONCE)))
        db.session.rollback()
        if ids:
            with db.transaction() as session:
                session.execute(
                    update(HistoryEntry)
                    .where(HistoryEntry.id.in_(ids))
                    .values(layanan=layanan.scalar_subquery(), happened=what),
                    execution_options={"synchronize_session": False},
                )
    return len(ids) == _AT_ONCE
