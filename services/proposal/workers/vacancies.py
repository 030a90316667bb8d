"""Watches for queues nobody can decide: a role may end by its date, without any event."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from chassis.process.regions import all_regions, in_region
from chassis.run.worker import Loop
from services.proposal.domain.stages import Stage
from services.proposal.models import Proposal, QueueCount, Unattended, Unit, db
from services.proposal.queries.desks import deciders_at, deciders_for
from services.proposal.queries.inbox import NO_SCOPE
from services.proposal.queries.region_snapshot import RegionSnapshot, region_snapshot
from services.proposal.usecases import attention
from staff.deciders import NOBODY, Deciders, alarms_of

EVERY_SECONDS = 60.0
_AT_ONCE = 100


def loop() -> Loop:
    return Loop("vacancies", look_round, every=EVERY_SECONDS)


def look_round() -> bool:
    """Raise and clear alarms in every region; it never asks to run again."""
    with all_regions():
        regions = set(db.session.scalars(select(Unit.region).where(Unit.kind == "region")))
    for region in sorted(regions):
        with in_region(region), db.transaction():
            _clear_settled()
            _raise_new()
    return False


def _clear_settled() -> None:
    snapshot = region_snapshot()
    today = snapshot.moment().today
    waiting = select(Unattended.proposal_id).where(Unattended.cleared_at.is_(None))
    for proposal in db.session.scalars(select(Proposal).where(Proposal.id.in_(waiting))):
        if deciders_for(proposal, snapshot, today).alarm is None:
            attention.settle(db.session(), proposal)


def _raise_new() -> None:
    snapshot = region_snapshot()
    alarmed = select(Unattended.proposal_id).where(Unattended.cleared_at.is_(None))
    for condition, deciders in _vacant_queues(snapshot):
        statement = select(Proposal).where(condition, Proposal.id.not_in(alarmed))
        for proposal in db.session.scalars(statement.limit(_AT_ONCE)).all():
            attention.watch(db.session(), proposal, deciders)


def _vacant_queues(snapshot: RegionSnapshot) -> Iterator[tuple[ColumnElement[bool], Deciders]]:
    for queue in db.session.scalars(select(QueueCount).where(QueueCount.waiting > 0)).all():
        for applicant_id, deciders in alarms_of(partial(_deciders, queue, snapshot)):
            own = () if applicant_id is None else (Proposal.applicant_id == applicant_id,)
            yield and_(_in(queue), *own), deciders


def _deciders(queue: QueueCount, snapshot: RegionSnapshot, applicant_id: UUID) -> Deciders:
    return deciders_at(
        Stage(queue.stage),
        snapshot.layanan[queue.definition_id],
        snapshot,
        snapshot.moment().today,
        opd_id=NOBODY if queue.scope == NO_SCOPE else UUID(queue.scope),
        applicant_id=applicant_id,
    )


def _in(queue: QueueCount) -> ColumnElement[bool]:
    opd = () if queue.scope == NO_SCOPE else (Proposal.opd_id == UUID(queue.scope),)
    return and_(Proposal.stage == queue.stage, Proposal.definition_id == queue.definition_id, *opd)
