"""What an officer can decide today, how much of it there is, and what they decided before."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, tuple_

from chassis.data.listing import Wanted
from chassis.data.paging import Page, Total
from services.proposal.domain.stages import VERIFYING_STAGES, Stage
from services.proposal.models import HistoryEntry, Proposal, QueueCount, db
from services.proposal.queries.desks import Reach, reaches_of
from services.proposal.queries.listing import (
    DECIDED,
    INBOX,
    Listed,
    listed,
    listed_by_id,
    withdrawal_waits,
)
from services.proposal.queries.region_snapshot import RegionSnapshot, region_snapshot

NO_SCOPE = ""
_COUNTED_APART = {"stage", "layanan"}


@dataclass(frozen=True)
class Decided(Listed):
    """A decision, with the proposal as it is now."""

    entry: HistoryEntry


def inbox(person_id: UUID, wanted: Wanted) -> Page:
    """Return what a person can decide today, the longest waiting first unless wanted otherwise.

    Each desk is read through its own index and the pages are merged, so that the length of
    a queue does not matter. How much there is tell the kept counters, where they can.
    """
    snapshot, stage = region_snapshot(), wanted.get("stage")
    reaches = _of_layanan(person_id, wanted.get("layanan"), snapshot)
    fitting = [reach for reach in reaches if stage in (None, reach.stage)]
    asked = _wishes(reaches if stage in (None, Stage.REVISION) else [])
    others = select(Proposal).where(Proposal.applicant_id != person_id)
    conditions = [*_conditions(fitting), *asked]
    queues = [INBOX.narrowed(others.where(each), wanted) for each in conditions]
    found = INBOX.merged(
        db.session(), queues, wanted, partial(_total, person_id, fitting, asked, wanted)
    )
    return listed(found, snapshot)


def counts(person_id: UUID) -> dict[str, int]:
    """Say how much a person can decide today, by stage.

    In `revision` are those whose applicant asks the person for a withdrawal.
    """
    snapshot = region_snapshot()
    reaches = reaches_of(person_id, snapshot, snapshot.moment().today)
    waiting = dict(_waiting(person_id, reaches))
    asked = _asked(person_id, _wishes(reaches))
    return {**waiting, str(Stage.REVISION): asked} if asked else waiting


def _waiting(person_id: UUID, reaches: Sequence[Reach]) -> Counter[str]:
    """Add up the kept counters of desks, by stage.

    A person's own proposals, and those of who lent the role, wait in the same queues but are for
    others to decide (R16); they are few, as are those that come to somebody by R16, so they are
    read one by one.
    """
    usual = [reach for reach in reaches if reach.applicant_id is None]
    special = [reach for reach in reaches if reach.applicant_id]
    total = Counter({str(matter.stage): 0 for matter in (*usual, *special)})
    for stage, scope, definition_id, waiting in _counters(usual):
        if any(_counted(matter, stage, scope, definition_id) for matter in usual):
            total[stage] += waiting
    total.subtract(_stages_of(reached_by(usual), Proposal.applicant_id == person_id))
    total.subtract(_read_one_by_one(_of_givers(usual)))
    total.update(_read_one_by_one(special))
    return total


def _read_one_by_one(reaches: Sequence[Reach]) -> Counter[str]:
    """Most people have none, and then the database is not asked."""
    return _stages_of(reached_by(reaches)) if reaches else Counter()


def _of_givers(reaches: Iterable[Reach]) -> list[Reach]:
    return [
        replace(reach, applicant_id=reach.left_out, left_out=None)
        for reach in reaches
        if reach.left_out is not None
    ]


def _total(
    person_id: UUID,
    reaches: Sequence[Reach],
    asked: Sequence[ColumnElement[bool]],
    wanted: Wanted,
    most: int,
) -> Total:
    narrowed_by = {name for name, value in wanted.filters.items() if value is not None}
    if not wanted.q and narrowed_by <= _COUNTED_APART:
        return Total(_waiting(person_id, reaches).total() + _asked(person_id, asked))
    of_others = select(Proposal).where(
        Proposal.applicant_id != person_id, or_(reached_by(reaches), *asked)
    )
    return INBOX.total(db.session(), INBOX.narrowed(of_others, wanted), most)


def decided(person_id: UUID, wanted: Wanted) -> Page:
    """Return what a person decided, newest first unless wanted otherwise."""
    statement = select(HistoryEntry).where(
        HistoryEntry.actor_id == person_id, HistoryEntry.role != "applicant"
    )
    rows = DECIDED.page(db.session(), statement, wanted)
    proposals = listed_by_id({entry.proposal_id for entry in rows.items})
    return rows.each(lambda entry: Decided(*proposals[entry.proposal_id], entry))


def _of_layanan(person_id: UUID, code: str | None, snapshot: RegionSnapshot) -> list[Reach]:
    """Narrow what a person reaches to a layanan, every version of it; None for all."""
    reaches = reaches_of(person_id, snapshot, snapshot.moment().today)
    if code is None:
        return list(reaches)
    versions = {key for key, layanan in snapshot.layanan.items() if layanan.code == code}
    return [
        replace(reach, definitions=reach.definitions & versions)
        for reach in reaches
        if reach.definitions & versions
    ]


def _wishes(reaches: Iterable[Reach]) -> list[ColumnElement[bool]]:
    """One condition for the revisions whose applicant asks one of the desks for a withdrawal.

    In its own stage a proposal is in the queue anyway; in a revision it waits for its applicant.
    """
    answered = [
        and_(Proposal.return_to == reach.stage, *_scoped(reach))
        for reach in reaches
        if reach.stage in VERIFYING_STAGES
    ]
    if not answered:
        return []
    return [and_(Proposal.stage == Stage.REVISION, withdrawal_waits(), or_(*answered))]


def _asked(person_id: UUID, wishes: Sequence[ColumnElement[bool]]) -> int:
    statement = select(func.count()).where(Proposal.applicant_id != person_id, *wishes)
    return (db.session.scalar(statement) or 0) if wishes else 0


def _conditions(reaches: Iterable[Reach]) -> list[ColumnElement[bool]]:
    """One condition per queue; those of single applicants together, they are few."""
    queues = [reach for reach in reaches if reach.applicant_id is None]
    few = [reach for reach in reaches if reach.applicant_id is not None]
    by_stage = _by_stage_and_definitions(queues)
    return by_stage + ([reached_by(few)] if few else [])


def _by_stage_and_definitions(queues: Sequence[Reach]) -> list[ColumnElement[bool]]:
    scopes: dict[tuple[str, frozenset[UUID], UUID | None], list[UUID | None]] = {}
    for queue in queues:
        key = (queue.stage, queue.definitions, queue.left_out)
        scopes.setdefault(key, []).append(queue.opd_id)
    return [
        and_(
            Proposal.stage == stage,
            Proposal.definition_id.in_(definitions),
            *([] if None in opds else [Proposal.opd_id.in_([opd for opd in opds if opd])]),
            *([] if left_out is None else [Proposal.applicant_id != left_out]),
        )
        for (stage, definitions, left_out), opds in scopes.items()
    ]


def _condition(reach: Reach) -> ColumnElement[bool]:
    return and_(Proposal.stage == reach.stage, *_scoped(reach))


def _scoped(reach: Reach) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = [Proposal.definition_id.in_(reach.definitions)]
    if reach.opd_id is not None:
        parts.append(Proposal.opd_id == reach.opd_id)
    if reach.applicant_id is not None:
        parts.append(Proposal.applicant_id == reach.applicant_id)
    if reach.left_out is not None:
        parts.append(Proposal.applicant_id != reach.left_out)
    return parts


def reached_by(reaches: Iterable[Reach]) -> ColumnElement[bool]:
    """Return the condition for what any of the reaches holds."""
    return or_(false(), *(_condition(reach) for reach in reaches))


def _counters(reaches: Sequence[Reach]) -> Sequence[tuple[str, str, UUID, int]]:
    queues = {(str(reach.stage), _scope(reach)) for reach in reaches}
    statement = select(
        QueueCount.stage, QueueCount.scope, QueueCount.definition_id, QueueCount.waiting
    ).where(tuple_(QueueCount.stage, QueueCount.scope).in_(queues))
    rows = db.session.execute(statement).all() if queues else []
    return [(row.stage, row.scope, row.definition_id, row.waiting) for row in rows]


def _counted(reach: Reach, stage: str, scope: str, definition_id: UUID) -> bool:
    return reach.stage == stage and _scope(reach) == scope and definition_id in reach.definitions


def _scope(reach: Reach) -> str:
    return str(reach.opd_id) if reach.opd_id else NO_SCOPE


def _stages_of(*conditions: ColumnElement[bool]) -> Counter[str]:
    return Counter(db.session.scalars(select(Proposal.stage).where(*conditions)))
