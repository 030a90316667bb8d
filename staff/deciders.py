"""Who decides today (ruling R16): a question, not a field.

It is decided by those who hold the role (definitive, Plt, Plh, Pj, additional duty) and by those
to whom such a holder lent it for some dates, else by the chain of R16. Nobody decides an own
proposal, nor does one's own delegate unless R16 names the delegate; whoever left decides nothing
and lends nothing (R31). When nobody is left there is an `Alarm`; a stage is never skipped.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from staff.organisation import ACTING_KINDS, Delegation, HeldRole, Organisation, Role

# Asks about everybody: an applicant who holds no role and lends none.
NOBODY = UUID(int=0)
# R16 sends the holder's own matter to the holder's delegate; of every other role to somebody else.
_OWN_DELEGATE_DECIDES = frozenset({Role.OPD_HEAD, Role.OPD_SECRETARY, Role.BKPSDM_SECRETARY})


@dataclass(frozen=True)
class Question:
    """Who may decide a stage of what one applicant filed?

    `unit_ids` are the units the role must be held for: the applicant's OPD, or the divisions
    that handle the layanan (see `organisation.scope_of`). None: the role of the whole region.
    `acting` and `delegates` say who else than the appointed holder may decide (R42).
    `stage` is only handed on to the alarm; what stages there are is the asking service's own.
    """

    role: str
    applicant_id: UUID
    layanan: str
    unit_ids: frozenset[UUID] | None = None
    acting: frozenset[str] = frozenset(ACTING_KINDS)
    stage: str | None = None
    delegates: bool = True


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
    stage: str | None = None


@dataclass(frozen=True)
class Deciders:
    """Who may decide; when that is nobody, an alarm, unless no person was asked for."""

    holders: tuple[Holder, ...]
    alarm: Alarm | None = None

    @property
    def employee_ids(self) -> tuple[UUID, ...]:
        return tuple(dict.fromkeys(holder.employee_id for holder in self.holders))

    def held_by(self, employee_id: UUID) -> Holder | None:
        return next((each for each in self.holders if each.employee_id == employee_id), None)


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


def who_decides(question: Question, organisation: Organisation, today: date) -> Deciders:
    """Deciders with the first group of people that is not empty."""
    for role, unit_ids in _chain(question):
        holders = _holders(question, role, unit_ids, organisation, today)
        if holders:
            return Deciders(holders)
    return Deciders((), Alarm(question.role, question.unit_ids, question.stage))


def desks_of(employee_id: UUID, organisation: Organisation, today: date) -> tuple[Desk, ...]:
    """List every role a person could exercise today, for the inbox query."""
    own = [Desk(held.role, held.unit_id) for held in organisation.roles_of(employee_id, today)]
    lent = [
        Desk(delegation.role, delegation.unit_id, delegation.layanan)
        for delegation in organisation.delegations
        if delegation.to_employee_id == employee_id and organisation.counts(delegation, today)
    ]
    desks = dict.fromkeys(own + lent)
    for desk in (*own, *lent):
        desks.update(dict.fromkeys(_fallbacks(desk)))
    return tuple(desks)


def opds_of(desk: Desk, organisation: Organisation) -> tuple[UUID, ...]:
    """List the OPDs whose matters come to a desk: its own, or each for one of the region."""
    return organisation.opd_ids if desk.unit_id is None else (desk.unit_id,)


def applicants_of(
    person_id: UUID, deciders_of: Callable[[UUID], Deciders]
) -> Iterator[UUID | None]:
    """Say whose matters a person decides: None for everybody's, else each applicant's.

    `deciders_of` answers for one applicant. R16 moves the matters of a decider to somebody else
    than those of the rest.
    """
    usual = deciders_of(NOBODY)
    if usual.held_by(person_id):
        yield None
        return
    for holder_id in usual.employee_ids:
        if deciders_of(holder_id).held_by(person_id):
            yield holder_id


def left_out(person_id: UUID, deciders_of: Callable[[UUID], Deciders]) -> UUID | None:
    """Name the giver of a role whose own matters the delegate does not decide with the rest."""
    usual = deciders_of(NOBODY).held_by(person_id)
    giver_id = usual.acting_for if usual else None
    if giver_id is None or deciders_of(giver_id).held_by(person_id):
        return None
    return giver_id


def alarms_of(
    deciders_of: Callable[[UUID], Deciders],
) -> Iterator[tuple[UUID | None, Deciders]]:
    """Find where nobody is left: None for everybody's matters, else each applicant's."""
    usual = deciders_of(NOBODY)
    if usual.alarm is not None:
        yield None, usual
    for holder_id in usual.employee_ids:
        without = deciders_of(holder_id)
        if without.alarm is not None:
            yield holder_id, without


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
    roles = [
        held
        for held in organisation.roles
        if held.role == role
        and organisation.counts(held, today)
        and held.acting in question.acting
        and _covers(held, unit_ids, organisation)
    ]
    own = [Holder(held.employee_id, role, held.acting, held.unit_id) for held in roles]
    lending = [each for each in organisation.delegations if organisation.counts(each, today)]
    lent = [
        Holder(lent.to_employee_id, role, held.acting, held.unit_id, acting_for=held.employee_id)
        for held in roles
        if held.employee_id != question.applicant_id or role in _OWN_DELEGATE_DECIDES
        for lent in _lent_by(held, lending, question.layanan)
    ]
    able = own + lent if question.delegates else own
    return _once_each(each for each in able if each.employee_id != question.applicant_id)


def _once_each(holders: Iterable[Holder]) -> tuple[Holder, ...]:
    """Who holds the role and also stands in for somebody acts in the own right."""
    first: dict[UUID, Holder] = {}
    for holder in holders:
        first.setdefault(holder.employee_id, holder)
    return tuple(first.values())


def _lent_by(held: HeldRole, delegations: Sequence[Delegation], layanan: str) -> list[Delegation]:
    return [
        lent
        for lent in delegations
        if lent.from_employee_id == held.employee_id
        and lent.role == held.role
        and lent.unit_id in (None, held.unit_id)
        and (lent.layanan is None or layanan in lent.layanan)
    ]


def _covers(held: HeldRole, unit_ids: frozenset[UUID] | None, organisation: Organisation) -> bool:
    """A role of the region is held without a unit, for BKPSDM or for the region itself."""
    if unit_ids is None:
        return held.unit_id is None or held.unit_id in organisation.region_wide_ids
    return held.unit_id in unit_ids
