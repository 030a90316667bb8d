"""Watches for what nobody can go on with: a role may end by its date, without any event, and an
applicant may leave while a revision waits for them.
"""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select

from chassis.process.regions import all_regions, in_region
from chassis.run.worker import Loop
from services.proposal.domain.stages import APPLICANT, Stage
from services.proposal.models import Employee, Proposal, QueueCount, Unattended, Unit, db
from services.proposal.queries.desks import deciders_at, deciders_for
from services.proposal.queries.region_snapshot import RegionSnapshot, region_snapshot
from services.proposal.queries.waiting import NO_SCOPE
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
    left = set(db.session.scalars(_left_in_revision().with_only_columns(Proposal.id)))
    waiting = select(Unattended.proposal_id).where(Unattended.cleared_at.is_(None))
    for proposal in db.session.scalars(select(Proposal).where(Proposal.id.in_(waiting))):
        if proposal.id not in left and deciders_for(proposal, snapshot, today).alarm is None:
            attention.settle(db.session(), proposal)


def _raise_new() -> None:
    snapshot = region_snapshot()
    alarmed = select(Unattended.proposal_id).where(Unattended.cleared_at.is_(None))
    for condition, deciders in _vacant_queues(snapshot):
        statement = select(Proposal).where(condition, Proposal.id.not_in(alarmed))
        for proposal in db.session.scalars(statement.limit(_AT_ONCE)).all():
            attention.watch(db.session(), proposal, deciders)
    newly_left = _left_in_revision().where(Proposal.id.not_in(alarmed)).limit(_AT_ONCE)
    for proposal in db.session.scalars(newly_left).all():
        attention.sound(db.session(), proposal, APPLICANT)


def _left_in_revision() -> Select[Proposal]:
    """What waits for an applicant who left: an officer can close it, if told of it (R34)."""
    waiting = select(Proposal).join(Employee, Employee.id == Proposal.applicant_id)
    return waiting.where(Proposal.stage == Stage.REVISION, Employee.active.is_(False))


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
