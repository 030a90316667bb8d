"""What an officer can decide today, how much of it there is, and what they decided before."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, tuple_

from chassis.data.paging import Page, page
from services.proposal.models import HistoryEntry, Proposal, QueueCount, db
from services.proposal.queries.desks import Reach, reaches_of
from services.proposal.queries.listing import Listed, Wanted, listed, listed_by_id
from services.proposal.queries.region_snapshot import RegionSnapshot, region_snapshot

NO_SCOPE = ""
_OLDEST_FIRST = (Proposal.stage_since, Proposal.id)


@dataclass(frozen=True)
class Decided(Listed):
    """A decision, with the proposal as it is now."""

    entry: HistoryEntry


def inbox(person_id: UUID, wanted: Wanted) -> Page:
    """Return what a person can decide today, the longest waiting first.

    Each desk is read through its own index and the pages are merged, so that the length of
    a queue does not matter; everything else is sorted once among the few rows found.
    """
    snapshot = region_snapshot()
    reaches = reaches_of(person_id, snapshot, snapshot.moment().today)
    fitting = [reach for reach in reaches if _fits(reach, wanted, snapshot)]
    narrowed = [*wanted.conditions(), Proposal.applicant_id != person_id]
    queues = [select(Proposal).where(queue, *narrowed) for queue in _conditions(fitting)]
    return listed(_merged(queues, wanted), snapshot)


def _merged(queues: Sequence[Select[Any]], wanted: Wanted) -> Page:
    if len(queues) == 1:
        return _page(queues[0], wanted.limit, wanted.cursor)
    found: list[UUID] = []
    for queue in queues:
        found += [row.id for row in _page(queue, wanted.limit + 1, wanted.cursor).items]
    if not found:
        return Page([])
    return _page(select(Proposal).where(Proposal.id.in_(found)), wanted.limit, None)


def counts(person_id: UUID) -> dict[str, int]:
    """Add up the kept counters of a person's desks, by stage.

    A person's own proposals wait in the same queues but are for others to decide (R16); they
    are few, as are those that come to somebody by R16, so they are read one by one.
    """
    snapshot = region_snapshot()
    reaches = reaches_of(person_id, snapshot, snapshot.moment().today)
    usual = [reach for reach in reaches if reach.applicant_id is None]
    special = [reach for reach in reaches if reach.applicant_id]
    total = Counter({str(matter.stage): 0 for matter in (*usual, *special)})
    for stage, scope, definition_id, waiting in _counters(usual):
        if any(_counted(matter, stage, scope, definition_id) for matter in usual):
            total[stage] += waiting
    total.subtract(_stages_of(_any(usual), Proposal.applicant_id == person_id))
    total.update(_stages_of(_any(special)))
    return dict(total)


def decided(person_id: UUID, wanted: Wanted) -> Page:
    """Return what a person decided, newest first."""
    statement = select(HistoryEntry).where(
        HistoryEntry.actor_id == person_id, HistoryEntry.role != "applicant"
    )
    if wanted.q or wanted.layanan:
        about = select(Proposal.id).where(*wanted.conditions())
        statement = statement.where(HistoryEntry.proposal_id.in_(about))
    by = (HistoryEntry.at, HistoryEntry.id)
    rows = page(db.session(), statement, by=by, limit=wanted.limit, cursor=wanted.cursor)
    proposals = listed_by_id({entry.proposal_id for entry in rows.items})
    return rows.each(lambda entry: Decided(*proposals[entry.proposal_id], entry))


def _page(statement: Select[Any], limit: int, cursor: str | None) -> Page:
    return page(
        db.session(), statement, by=_OLDEST_FIRST, limit=limit, cursor=cursor, descending=False
    )


def _fits(reach: Reach, wanted: Wanted, snapshot: RegionSnapshot) -> bool:
    if wanted.stage is not None and reach.stage != wanted.stage:
        return False
    codes = {snapshot.layanan[definition].code for definition in reach.definitions}
    return wanted.layanan is None or wanted.layanan in codes


def _conditions(reaches: Iterable[Reach]) -> list[ColumnElement[bool]]:
    """One condition per queue; those of single applicants together, they are few."""
    queues = [reach for reach in reaches if reach.applicant_id is None]
    few = [reach for reach in reaches if reach.applicant_id is not None]
    by_stage = _by_stage_and_definitions(queues)
    return by_stage + ([_any(few)] if few else [])


def _by_stage_and_definitions(queues: Sequence[Reach]) -> list[ColumnElement[bool]]:
    scopes: dict[tuple[str, frozenset[UUID]], list[UUID | None]] = {}
    for queue in queues:
        scopes.setdefault((queue.stage, queue.definitions), []).append(queue.opd_id)
    return [
        and_(
            Proposal.stage == stage,
            Proposal.definition_id.in_(definitions),
            *([] if None in opds else [Proposal.opd_id.in_([opd for opd in opds if opd])]),
        )
        for (stage, definitions), opds in scopes.items()
    ]


def _condition(reach: Reach) -> ColumnElement[bool]:
    parts = [Proposal.stage == reach.stage, Proposal.definition_id.in_(reach.definitions)]
    if reach.opd_id is not None:
        parts.append(Proposal.opd_id == reach.opd_id)
    if reach.applicant_id is not None:
        parts.append(Proposal.applicant_id == reach.applicant_id)
    return and_(*parts)


def _any(reaches: Iterable[Reach]) -> ColumnElement[bool]:
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
