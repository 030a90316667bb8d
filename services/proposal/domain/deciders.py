"""Who decides today (ruling R16): a question, not a field.

Holders of the role come from grants (definitive, Plt, Plh, Pj, additional duty), then from
dated delegations of such a holder, then from the chain of R16. Nobody decides an own proposal.
When nobody is left the answer carries an `Alarm`; a stage is never skipped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.proposal.domain.layanan import ACTING_KINDS
from services.proposal.domain.organisation import Delegation, Grant, Organisation
from services.proposal.domain.stages import Role, Stage


@dataclass(frozen=True)
class Question:
    """Who may decide a stage of one proposal?

    `unit_ids` are the units the role must be held for: the applicant's OPD, or the divisions
    that handle the layanan (see `organisation.scope_of`). None: the role of the whole region.
    """

    role: str
    applicant_id: UUID
    opd_id: UUID
    layanan: str
    unit_ids: frozenset[UUID] | None = None
    acting: frozenset[str] = frozenset(ACTING_KINDS)
    stage: Stage | None = None


@dataclass(frozen=True)
class Holder:
    """Somebody who may decide. `acting_for` is the person who delegated, `role` the own role."""

    employee_id: UUID
    role: str
    acting: str
    unit_id: UUID | None = None
    acting_for: UUID | None = None


@dataclass(frozen=True)
class Alarm:
    """Nobody is left to decide: somebody must be told."""

    role: str
    unit_ids: frozenset[UUID] | None
    stage: Stage | None = None


@dataclass(frozen=True)
class Answer:
    holders: tuple[Holder, ...]
    alarm: Alarm | None = None

    @property
    def employee_ids(self) -> tuple[UUID, ...]:
        return tuple(dict.fromkeys(holder.employee_id for holder in self.holders))

    def held_by(self, employee_id: UUID) -> Holder | None:
        return next((one for one in self.holders if one.employee_id == employee_id), None)


@dataclass(frozen=True)
class Desk:
    """A role somebody could exercise.

    A `fallback` desk decides only where the chain reaches it: ask `who_decides` for each
    proposal found through one.
    """

    role: str
    unit_id: UUID | None
    layanan: frozenset[str] | None = None
    fallback: bool = False


def who_decides(question: Question, organisation: Organisation, today: date) -> Answer:
    """Answer with the first group of people that is not empty."""
    for role, unit_ids in _chain(question):
        holders = _holders(question, role, unit_ids, organisation, today)
        if holders:
            return Answer(holders)
    return Answer((), Alarm(question.role, question.unit_ids, question.stage))


def desks_of(employee_id: UUID, organisation: Organisation, today: date) -> tuple[Desk, ...]:
    """List every role a person could exercise today, for the inbox query."""
    own = [
        Desk(grant.role, grant.unit_id)
        for grant in organisation.grants
        if grant.employee_id == employee_id and grant.runs(today)
    ]
    lent = [
        Desk(one.role, one.unit_id, one.layanan)
        for one in organisation.delegations
        if one.to_employee_id == employee_id and one.runs(today)
    ]
    desks = dict.fromkeys(own + lent)
    for desk in (*own, *lent):
        desks.update(dict.fromkeys(_fallbacks(desk)))
    return tuple(desks)


def _chain(question: Question) -> list[tuple[str, frozenset[UUID] | None]]:
    """Each step: a role and the units it must be held for (None = the region)."""
    chain: list[tuple[str, frozenset[UUID] | None]] = [(question.role, question.unit_ids)]
    if question.role == Role.UMPEG:
        chain.append((Role.OPD_SECRETARY, question.unit_ids))
    elif question.role == Role.BKPSDM_ADMIN:
        chain.append((Role.DIVISION_HEAD, question.unit_ids))
    elif question.role in (Role.OPD_HEAD, Role.BKPSDM_HEAD):
        chain.append((Role.SEKDA, None))
    return chain


def _fallbacks(desk: Desk) -> Iterable[Desk]:
    if desk.role == Role.OPD_SECRETARY:
        yield Desk(Role.UMPEG, desk.unit_id, desk.layanan, fallback=True)
    if desk.role == Role.DIVISION_HEAD:
        yield Desk(Role.BKPSDM_ADMIN, desk.unit_id, desk.layanan, fallback=True)
    if desk.role == Role.SEKDA:
        yield Desk(Role.OPD_HEAD, None, desk.layanan, fallback=True)
        yield Desk(Role.BKPSDM_HEAD, None, desk.layanan, fallback=True)


def _holders(
    question: Question,
    role: str,
    unit_ids: frozenset[UUID] | None,
    organisation: Organisation,
    today: date,
) -> tuple[Holder, ...]:
    grants = [
        grant
        for grant in organisation.grants
        if grant.role == role
        and grant.runs(today)
        and grant.acting in question.acting
        and _covers(grant, unit_ids, organisation)
    ]
    own = [Holder(g.employee_id, role, g.acting, g.unit_id) for g in grants]
    lent = [
        Holder(one.to_employee_id, role, grant.acting, grant.unit_id, acting_for=grant.employee_id)
        for grant in grants
        for one in _lent_by(grant, organisation.delegations, question.layanan, today)
    ]
    return _once_each(one for one in own + lent if one.employee_id != question.applicant_id)


def _once_each(holders: Iterable[Holder]) -> tuple[Holder, ...]:
    """Who holds the role and also stands in for somebody acts in the own right."""
    first: dict[UUID, Holder] = {}
    for holder in holders:
        first.setdefault(holder.employee_id, holder)
    return tuple(first.values())


def _lent_by(
    grant: Grant,
    delegations: Sequence[Delegation],
    layanan: str,
    today: date,
) -> list[Delegation]:
    return [
        one
        for one in delegations
        if one.from_employee_id == grant.employee_id
        and one.role == grant.role
        and one.unit_id in (None, grant.unit_id)
        and one.runs(today)
        and (one.layanan is None or layanan in one.layanan)
    ]


def _covers(grant: Grant, unit_ids: frozenset[UUID] | None, organisation: Organisation) -> bool:
    """A role of the region is held without a unit, for BKPSDM or for the region itself."""
    if unit_ids is None:
        return grant.unit_id is None or grant.unit_id in organisation.region_wide_ids
    return grant.unit_id in unit_ids
