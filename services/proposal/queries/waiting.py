"""How much waits at desks, by the kept counters and one question of the database."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, cast, literal, null, select, tuple_, union_all

from chassis.data.reading import Reading
from services.proposal.domain.stages import OFFICER_STAGES
from services.proposal.models import Proposal, QueueCount, db
from services.proposal.queries.desks import Reach

NO_SCOPE = ""
_NOBODY = cast(null(), Uuid)
_COUNTERS = select(
    QueueCount.stage,
    QueueCount.definition_id,
    QueueCount.scope,
    QueueCount.waiting,
    _NOBODY.label("opd_id"),
    _NOBODY.label("applicant_id"),
).where(tuple_(QueueCount.stage, QueueCount.scope).in_(bindparam("queues", expanding=True)))
_OF_PEOPLE = select(
    Proposal.stage,
    Proposal.definition_id,
    literal(NO_SCOPE).label("scope"),
    literal(1).label("waiting"),
    Proposal.opd_id,
    Proposal.applicant_id,
).where(
    Proposal.applicant_id.in_(bindparam("people", expanding=True)),
    Proposal.stage.in_(OFFICER_STAGES),
)
# Counters of queues, and proposals of some people: those have an applicant.
_WAITING = Reading(select(union_all(_COUNTERS, _OF_PEOPLE).subquery()))


def waiting(person_id: UUID, reaches: Sequence[Reach]) -> Counter[str]:
    """Add up the kept counters of desks, by stage.

    A person's own proposals, and those of who lent the role, wait in the same queues but are for
    others to decide (R16); they are few, as are those that come to somebody by R16, so they are
    read one by one.
    """
    usual = [reach for reach in reaches if reach.applicant_id is None]
    special = [reach for reach in reaches if reach.applicant_id]
    total = Counter({str(matter.stage): 0 for matter in (*usual, *special)})
    for row in _counted(person_id, reaches, usual):
        if row.applicant_id is None:
            if any(_counts(matter, row) for matter in usual):
                total[row.stage] += row.waiting
            continue
        if any(_left_to_others(matter, row, person_id) for matter in usual):
            total[row.stage] -= 1
        if any(_of_applicant(matter, row) for matter in special):
            total[row.stage] += 1
    return total


def _counted(person_id: UUID, reaches: Sequence[Reach], usual: Sequence[Reach]) -> Sequence[Any]:
    """Read the counters of desks, and what waits of the person and of exceptions to a reach."""
    if not reaches:
        return []
    named = {named for reach in reaches for named in (reach.applicant_id, reach.left_out) if named}
    queues = {(str(reach.stage), _scope(reach)) for reach in usual}
    return _WAITING.rows(db.session, queues=list(queues), people=[person_id, *named])


def _counts(reach: Reach, counter: Any) -> bool:
    place = (str(reach.stage), _scope(reach))
    return place == (counter.stage, counter.scope) and counter.definition_id in reach.definitions


def _scope(reach: Reach) -> str:
    return str(reach.opd_id) if reach.opd_id else NO_SCOPE


def _of_applicant(reach: Reach, row: Any) -> bool:
    return bool(row.applicant_id == reach.applicant_id) and _holds(reach, row)


def _left_to_others(reach: Reach, row: Any, person_id: UUID) -> bool:
    """Say whether a proposal of a queue is its reader's own, or of who lent the role."""
    return row.applicant_id in (person_id, reach.left_out) and _holds(reach, row)


def _holds(reach: Reach, row: Any) -> bool:
    return (
        row.stage == reach.stage
        and row.definition_id in reach.definitions
        and reach.opd_id in (None, row.opd_id)
    )
