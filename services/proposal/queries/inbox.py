"""What an officer can decide today, how much of it there is, and what they decided before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
)

from chassis.data.listing import Listing, Wanted
from chassis.data.paging import Page, Source, Total
from chassis.data.reading import derived
from services.proposal.domain.stages import VERIFYING_STAGES, Stage
from services.proposal.models import HistoryEntry, Proposal, db
from services.proposal.queries.desks import Reach, reaches_of
from services.proposal.queries.listing import (
    DECIDED,
    INBOX,
    LINE,
    Listed,
    listed,
    listed_by_id,
    withdrawal_waits,
)
from services.proposal.queries.region_snapshot import RegionSnapshot, region_snapshot
from services.proposal.queries.waiting import waiting

_COUNTED_APART = {"stage", "layanan"}
_DECISIONS = select(
    HistoryEntry.id,
    HistoryEntry.proposal_id,
    HistoryEntry.at,
    HistoryEntry.what.label("what"),
    HistoryEntry.from_stage,
    HistoryEntry.led_to.label("led_to"),
    HistoryEntry.actor_name,
    HistoryEntry.role,
    HistoryEntry.acting,
    HistoryEntry.acting_for,
    HistoryEntry.standing,
    HistoryEntry.note,
).where(HistoryEntry.actor_id == bindparam("person"), HistoryEntry.role != "applicant")


@dataclass(frozen=True)
class Decided(Listed):
    """A decision, with the proposal as it is now."""

    entry: HistoryEntry


@dataclass(frozen=True)
class _Queue:
    """Desks that are read together; without OPDs they are the region's.

    `asked`: not what waits there, but the revisions whose applicant asks it for a withdrawal. In
    its own stage a proposal is in the queue anyway; in a revision it waits for its applicant.
    """

    stage: Stage
    definitions: frozenset[UUID]
    opds: frozenset[UUID]
    left_out: UUID | None
    asked: bool = False

    def source(self, person_id: UUID) -> Source:
        """Return what is in the queue and of others than the person."""
        values = {
            "person": person_id,
            "stage": str(self.stage),
            "definitions": list(self.definitions),
            "opds": list(self.opds),
            "left_out": self.left_out,
        }
        shape = {"opds": bool(self.opds), "left_out": self.left_out is not None}
        return Source(_queue(asked=self.asked, **shape), values)


@cache
def _queue(*, asked: bool, opds: bool, left_out: bool) -> Select[Any]:
    stage: Any = bindparam("stage")
    statement = select(*LINE).where(
        _is_asked(stage) if asked else Proposal.stage == stage,
        Proposal.definition_id.in_(bindparam("definitions", expanding=True)),
        Proposal.applicant_id != bindparam("person"),
    )
    if opds:
        statement = statement.where(Proposal.opd_id.in_(bindparam("opds", expanding=True)))
    if left_out:
        statement = statement.where(Proposal.applicant_id != bindparam("left_out"))
    return statement


def _is_asked(stage: Any) -> ColumnElement[bool]:
    return and_(Proposal.stage == Stage.REVISION, withdrawal_waits(), Proposal.return_to == stage)


def inbox(person_id: UUID, wanted: Wanted) -> Page:
    """Return what a person can decide today, the longest waiting first unless wanted otherwise.

    Each desk is read through its own index and the pages are merged, so that the length of
    a queue does not matter. How much there is tell the kept counters, where they can.
    """
    snapshot, stage = region_snapshot(), wanted.get("stage")
    reaches = _of_layanan(person_id, wanted.get("layanan"), snapshot)
    fitting = [reach for reach in reaches if stage in (None, reach.stage)]
    answering = reaches if stage in (None, Stage.REVISION) else []
    asked = _sources(person_id, answering, asked=True)
    each = (*_sources(person_id, fitting), *asked)
    sources = [INBOX.narrowed(source, wanted) for source in each]
    total = partial(_total, person_id, fitting, asked, sources, wanted)
    found = INBOX.merged(db.session(), sources, wanted, total)
    return listed(found, snapshot)


def counts(person_id: UUID) -> dict[str, int]:
    """Say how much a person can decide today, by stage.

    In `revision` are those whose applicant asks the person for a withdrawal.
    """
    snapshot = region_snapshot()
    reaches = reaches_of(person_id, snapshot, snapshot.moment().today)
    found = dict(waiting(person_id, reaches))
    asked = _counted(_sources(person_id, reaches, asked=True))
    return {**found, str(Stage.REVISION): asked} if asked else found


def _total(
    person_id: UUID,
    reaches: Sequence[Reach],
    asked: Sequence[Source],
    sources: Sequence[Source],
    wanted: Wanted,
    most: int,
) -> Total:
    narrowed_by = {name for name, value in wanted.filters.items() if value is not None}
    if not wanted.q and narrowed_by <= _COUNTED_APART:
        return Total(waiting(person_id, reaches).total() + _counted(asked))
    return _total_of(INBOX, sources, most)


def decided(person_id: UUID, wanted: Wanted) -> Page:
    """Return what a person decided, newest first unless wanted otherwise."""
    decisions = Source(_DECISIONS, {"person": person_id})
    sources = [DECIDED.narrowed(decisions, wanted), *_unnamed(decisions, wanted)]
    rows = DECIDED.merged(db.session(), sources, wanted, partial(_total_of, DECIDED, sources))
    proposals = listed_by_id({entry.proposal_id for entry in rows.items})
    return rows.each(lambda entry: Decided(*proposals[entry.proposal_id], entry))


def _unnamed(decisions: Source, wanted: Wanted) -> list[Source]:
    """Find by its proposal what an earlier release wrote and nobody has named yet: soon nothing."""
    layanan, action = wanted.get("layanan"), wanted.get("action")
    if layanan is None and action is None:
        return []
    unnamed = decisions.statement.where(HistoryEntry.layanan.is_(None))
    if layanan is not None:
        its = select(Proposal.layanan).where(Proposal.id == HistoryEntry.proposal_id)
        unnamed = unnamed.where(its.scalar_subquery() == layanan)
    if action is not None:
        unnamed = unnamed.where(HistoryEntry.what == action)
    rest = {**wanted.filters, "layanan": None, "action": None}
    source = replace(decisions, statement=unnamed)
    return [DECIDED.narrowed(source, replace(wanted, filters=rest))]


def _total_of(listing: Listing, sources: Sequence[Source], most: int) -> Total:
    totals = [listing.total(db.session(), source, most) for source in sources]
    count = sum(total.count for total in totals)
    return Total(min(count, most), exact=count <= most and all(total.exact for total in totals))


def reached_by(reaches: Iterable[Reach]) -> ColumnElement[bool]:
    """Return the condition for what any of the reaches holds."""
    return or_(
        false(), *(and_(Proposal.stage == reach.stage, *_scoped(reach)) for reach in reaches)
    )


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


def _sources(person_id: UUID, reaches: Iterable[Reach], *, asked: bool = False) -> list[Source]:
    """One source per queue, and one for those of single applicants: they are few."""
    able = [reach for reach in reaches if not asked or reach.stage in VERIFYING_STAGES]
    few = [reach for reach in able if reach.applicant_id is not None]
    return [
        *(queue.source(person_id) for queue in _queues(able, asked=asked)),
        *([_of_single_applicants(person_id, few, asked=asked)] if few else []),
    ]


def _queues(reaches: Iterable[Reach], *, asked: bool) -> list[_Queue]:
    scopes: dict[tuple[Stage, frozenset[UUID], UUID | None], set[UUID | None]] = {}
    for reach in reaches:
        if reach.applicant_id is None:
            key = (reach.stage, reach.definitions, reach.left_out)
            scopes.setdefault(key, set()).add(reach.opd_id)
    return [
        _Queue(
            stage,
            definitions,
            frozenset() if None in opds else frozenset(opd for opd in opds if opd),
            left_out,
            asked,
        )
        for (stage, definitions, left_out), opds in scopes.items()
    ]


def _of_single_applicants(person_id: UUID, few: Sequence[Reach], *, asked: bool) -> Source:
    each = (
        and_(_is_asked(str(reach.stage)), *_scoped(reach)) if asked else reached_by([reach])
        for reach in few
    )
    return Source(select(*LINE).where(Proposal.applicant_id != person_id, or_(*each)))


def _counted(sources: Iterable[Source]) -> int:
    """Count what sources have together; nothing is in two of them."""
    return sum(
        derived(source.statement, "count", _counting).value(db.session, **source.values)
        for source in sources
    )


def _counting(statement: Select[Any]) -> Select[Any]:
    return statement.with_only_columns(func.count())


def _scoped(reach: Reach) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = [Proposal.definition_id.in_(reach.definitions)]
    if reach.opd_id is not None:
        parts.append(Proposal.opd_id == reach.opd_id)
    if reach.applicant_id is not None:
        parts.append(Proposal.applicant_id == reach.applicant_id)
    if reach.left_out is not None:
        parts.append(Proposal.applicant_id != reach.left_out)
    return parts
