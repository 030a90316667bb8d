"""The kept counters of the queues: moved with every proposal, never counted anew."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import Insert
from sqlalchemy.orm import Session

from chassis.data.writing import Writing
from services.proposal.domain.stages import OFFICER_STAGES, Stage
from services.proposal.models import NumberSeries, Proposal, QueueCount
from services.proposal.queries.desks import OPD_STAGES
from services.proposal.queries.waiting import NO_SCOPE


def _counted(insert: Any) -> Insert:
    row = insert(QueueCount)
    key = ["region", "stage", "scope", "definition_id"]
    waiting = QueueCount.waiting + row.excluded.waiting
    return cast("Insert", row.on_conflict_do_update(index_elements=key, set_={"waiting": waiting}))


def _drawn(insert: Any) -> Insert:
    row = insert(NumberSeries).on_conflict_do_update(
        index_elements=["region", "layanan", "year"], set_={"last": NumberSeries.last + 1}
    )
    return cast("Insert", row.returning(NumberSeries.last))


_COUNTED, _DRAWN = Writing(_counted), Writing(_drawn)


def moved(
    session: Session, proposal: Proposal, from_stage: Stage, to_stage: Stage, *, left: UUID
) -> None:
    """Take a proposal out of one queue, of the OPD it `left`, and put it into another."""
    steps = [(from_stage, left, -1), (to_stage, proposal.opd_id, 1)]
    # Always in the same order, so that two moves never wait for each other's counters.
    rows = [
        {
            "stage": str(stage),
            "scope": str(opd_id) if stage in OPD_STAGES else NO_SCOPE,
            "definition_id": proposal.definition_id,
            "waiting": difference,
        }
        for stage, opd_id, difference in sorted(steps)
        if stage in OFFICER_STAGES
    ]
    _COUNTED.run_each(session, rows)


def next_serial(session: Session, layanan: str, year: int) -> int:
    """Draw the next serial number of a layanan's year."""
    return int(_DRAWN.value(session, layanan=layanan, year=year, last=1))
