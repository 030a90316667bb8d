"""What of a person's would be left lying if the person went: asked before somebody leaves (R31)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import func, select

from services.proposal.domain.stages import FINAL_STAGES, Stage
from services.proposal.models import Employee, Proposal, db
from services.proposal.queries.desks import deciders_for, reaches_of
from services.proposal.queries.inbox import counts, reached_by
from services.proposal.queries.region_snapshot import RegionSnapshot, region_snapshot

_NOT_OPEN = (Stage.DRAFT, *FINAL_STAGES)
MOST_ASKED = 1000


@dataclass(frozen=True)
class OpenWork:
    """Open cases filed, cases to decide by stage, and those that nobody else could decide."""

    as_applicant: int
    as_decider: dict[str, int]
    without_decider: int


def open_work(person_id: UUID) -> OpenWork:
    """Say how much hangs on a person in this service. Raises `NotFound`."""
    db.one(select(Employee.id).where(Employee.id == person_id))
    filed = select(func.count()).where(
        Proposal.applicant_id == person_id, Proposal.stage.not_in(_NOT_OPEN)
    )
    return OpenWork(
        as_applicant=db.session.scalar(filed) or 0,
        as_decider=counts(person_id),
        without_decider=len(_left_lying(person_id, region_snapshot())),
    )


def _left_lying(person_id: UUID, snapshot: RegionSnapshot) -> list[Proposal]:
    """Ask who would decide each case on the person's desks, as if the person had left."""
    today, without = snapshot.moment().today, _as_if_left(person_id, snapshot)
    waiting: Sequence[Proposal] = db.session.scalars(
        select(Proposal)
        .where(
            reached_by(reaches_of(person_id, snapshot, today)), Proposal.applicant_id != person_id
        )
        .limit(MOST_ASKED)
    ).all()
    return [case for case in waiting if deciders_for(case, without, today).alarm is not None]


def _as_if_left(person_id: UUID, snapshot: RegionSnapshot) -> RegionSnapshot:
    organisation = snapshot.organisation
    left = organisation.inactive | {person_id}
    return replace(snapshot, organisation=replace(organisation, inactive=left), reaches={})
