"""The kept counters of the queues: moved with every proposal, never counted anew."""

from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.proposal.domain.stages import OFFICER_STAGES, Stage
from services.proposal.models import NumberSeries, Proposal, QueueCount
from services.proposal.queries.desks import OPD_STAGES
from services.proposal.queries.inbox import NO_SCOPE

_KEY = ["region", "stage", "scope", "definition_id"]


def moved(
    session: Session, proposal: Proposal, from_stage: Stage, to_stage: Stage, *, left: UUID
) -> None:
    """Take a proposal out of one queue, of the OPD it `left`, and put it into another."""
    steps = [(from_stage, left, -1), (to_stage, proposal.opd_id, 1)]
    # Always in the same order, so that two moves never wait for each other's counters.
    for stage, opd_id, difference in sorted(steps):
        if stage in OFFICER_STAGES:
            _add(session, proposal, stage, opd_id, difference)


def next_serial(session: Session, layanan: str, year: int) -> int:
    """Draw the next serial number of a layanan's year."""
    row = _insert(session, NumberSeries).values(layanan=layanan, year=year, last=1)
    taken = session.scalar(
        row.on_conflict_do_update(
            index_elements=["region", "layanan", "year"], set_={"last": NumberSeries.last + 1}
        ).returning(NumberSeries.last)
    )
    return int(taken or 0)


def _add(session: Session, proposal: Proposal, stage: Stage, opd_id: UUID, difference: int) -> None:
    row = _insert(session, QueueCount).values(
        stage=str(stage),
        scope=str(opd_id) if stage in OPD_STAGES else NO_SCOPE,
        definition_id=proposal.definition_id,
        waiting=difference,
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=_KEY, set_={"waiting": QueueCount.waiting + difference}
        )
    )


def _insert(session: Session, model: type[Any]) -> Any:
    backend = session.connection().dialect.name
    return (sqlite if backend == "sqlite" else postgresql).insert(model)
