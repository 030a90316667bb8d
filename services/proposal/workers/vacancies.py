"""Watches for queues nobody can decide: a role may end by its date, without any event."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from chassis.process.regions import all_regions, in_region
from chassis.run.worker import Loop
from services.proposal.domain.deciders import Answer
from services.proposal.domain.stages import Stage
from services.proposal.models import Proposal, QueueCount, Unattended, Unit, db
from services.proposal.queries.desks import answer_at, answer_for
from services.proposal.queries.inbox import NO_SCOPE
from services.proposal.queries.region_book import RegionBook, region_book
from services.proposal.usecases import attention

EVERY_SECONDS = 60.0
_AT_ONCE = 100
_NOBODY = UUID(int=0)


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
    book = region_book()
    today = book.moment().today
    waiting = select(Unattended.proposal_id).where(Unattended.cleared_at.is_(None))
    for proposal in db.session.scalars(select(Proposal).where(Proposal.id.in_(waiting))):
        if answer_for(proposal, book, today).alarm is None:
            attention.settle(db.session(), proposal)


def _raise_new() -> None:
    book = region_book()
    alarmed = select(Unattended.proposal_id).where(Unattended.cleared_at.is_(None))
    for condition, answer in _vacant_queues(book):
        statement = select(Proposal).where(condition, Proposal.id.not_in(alarmed))
        for proposal in db.session.scalars(statement.limit(_AT_ONCE)).all():
            attention.watch(db.session(), proposal, answer)


def _vacant_queues(book: RegionBook) -> Iterator[tuple[ColumnElement[bool], Answer]]:
    for queue in db.session.scalars(select(QueueCount).where(QueueCount.waiting > 0)).all():
        usual = _ask(queue, book, _NOBODY)
        if usual.alarm is not None:
            yield _in(queue), usual
        for holder_id in usual.employee_ids:
            without = _ask(queue, book, holder_id)
            if without.alarm is not None:
                yield and_(_in(queue), Proposal.applicant_id == holder_id), without


def _ask(queue: QueueCount, book: RegionBook, applicant_id: UUID) -> Answer:
    return answer_at(
        Stage(queue.stage),
        book.layanan[queue.definition_id],
        book,
        book.moment().today,
        opd_id=_NOBODY if queue.scope == NO_SCOPE else UUID(queue.scope),
        applicant_id=applicant_id,
    )


def _in(queue: QueueCount) -> ColumnElement[bool]:
    opd = () if queue.scope == NO_SCOPE else (Proposal.opd_id == UUID(queue.scope),)
    return and_(Proposal.stage == queue.stage, Proposal.definition_id == queue.definition_id, *opd)
