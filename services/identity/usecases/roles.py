"""The desk that gives and ends roles, heads' posts and delegations."""

from collections.abc import Sequence
from datetime import date
from typing import TypedDict
from uuid import UUID

from sqlalchemy import select

from chassis.data.versioned import Seen
from chassis.events import outbox
from chassis.events.security import Kind, note
from chassis.kernel.errors import Forbidden, Refused
from chassis.kernel.period import Period
from services.identity import events, queries
from services.identity.domain import appointments
from services.identity.domain.appointments import Holding
from services.identity.domain.delegations import check_delegation
from services.identity.domain.roles import (
    ADMINISTRATORS,
    UnitFacts,
    check_grantor,
    check_is_not_last,
    check_unit,
)
from services.identity.models import Delegation, Employee, RoleGrant, Unit, db
from services.identity.usecases.hands import check_may_decide


class AlreadyEnded(Refused):
    code = "already_ended"
    text = {"id": "Sudah diakhiri.", "en": "It has already been ended."}


class NotActive(Refused):
    """Whoever left gets no role, and lends or is lent none (R31)."""

    code = "employee_not_active"
    text = {
        "id": "{name} tidak aktif, sehingga tidak dapat memegang peran atau delegasi.",
        "en": "{name} is not active, so they hold no role and no delegation.",
    }


class NewGrant(TypedDict):
    employee_id: UUID
    role: str
    unit_id: UUID | None
    acting: str
    starts_on: date
    ends_on: date | None


class NewDelegation(TypedDict):
    role: str
    unit_id: UUID | None
    from_employee_id: UUID
    to_employee_id: UUID
    starts_on: date
    ends_on: date
    layanan: list[str] | None


def grant(new: NewGrant, *, by: UUID | None) -> RoleGrant:
    """Give a role; `by` None is the installation itself.

    Raises `NotActive`, `SelfGrant`, `GrantBeyondOwnRole`, `RoleUnitMismatch` and what
    `appointments.check_appointment` raises.
    """
    with db.transaction() as session:
        person = _active(new["employee_id"])
        if by is not None:
            check_grantor(
                new["role"],
                grantor_roles=queries.roles_today(by),
                grantor_is_grantee=by == person.id,
            )
        role = queries.role(new["role"])
        check_unit(role, _unit_facts(new["unit_id"]))
        holders = queries.grants_of_post(new["role"], new["unit_id"])
        appointments.check_appointment(
            role,
            _holding(new),
            others=_holdings(holders),
        )
        row = RoleGrant(**new, granted_by=by)
        session.add(row)
        session.flush()
        tell(row, "granted", by)
    return row


def is_held(new: NewGrant) -> bool:
    """Tell whether the person holds this role for this unit in a day of the grant already."""
    holders = queries.grants_of_post(new["role"], new["unit_id"])
    return appointments.holds_already(_holding(new), _holdings(holders))


def end_grant(grant_id: UUID, *, by: UUID, seen: Seen, last_day: date | None) -> RoleGrant:
    """End a role at once, or after `last_day`.

    Raises `NotFound`, `Stale`, `AlreadyEnded`, `GrantBeyondOwnRole`, `LastSysadmin` or
    `EndBeforeStart`.
    """
    with db.transaction():
        row = _open_grant(grant_id, seen)
        check_grantor(row.role, grantor_roles=queries.roles_today(by), grantor_is_grantee=False)
        others = [grant for grant in queries.grants_of_post(row.role, None) if grant is not row]
        check_is_not_last(row.role, others=len(others))
        if last_day is not None and last_day < row.starts_on:
            raise appointments.EndBeforeStart.at("/ends_on")
        ends_on = last_day or max(queries.today(), row.starts_on)
        if row.change_if_different(active=last_day is not None, ends_on=ends_on):
            tell(row, "ended", by)
    return row


def prolong(grant_id: UUID, *, by: UUID, seen: Seen, until: date) -> RoleGrant:
    """Move the end of an acting post; a Plt once more by three months.

    Raises `NotFound`, `Stale`, `AlreadyEnded`, `SelfGrant` and what `check_prolongation` raises.
    """
    with db.transaction():
        row = _open_grant(grant_id, seen)
        check_grantor(
            row.role,
            grantor_roles=queries.roles_today(by),
            grantor_is_grantee=by == row.employee_id,
        )
        held = Holding(row.employee_id, row.acting, row.starts_on, row.ends_on)
        others = [
            other for other in queries.grants_of_post(row.role, row.unit_id) if other is not row
        ]
        role = queries.role(row.role)
        appointments.check_prolongation(role, held, until=until, others=_holdings(others))
        if row.change_if_different(ends_on=until):
            tell(row, "prolonged", by)
    return row


def delegate(new: NewDelegation, *, by: UUID) -> Delegation:
    """Hand a role's decisions over for some dates.

    Only the holder or an administrator may. Raises `Forbidden`, `DecidingBarred`, `NotActive` and
    what `check_delegation` raises.
    """
    with db.transaction() as session:
        _check_owner_or_administrator(new["from_employee_id"], by)
        check_may_decide(by)
        _active(new["to_employee_id"])
        _active(new["from_employee_id"])
        check_delegation(
            queries.role(new["role"]),
            from_id=new["from_employee_id"],
            to_id=new["to_employee_id"],
            starts_on=new["starts_on"],
            ends_on=new["ends_on"],
            held=[
                held.period
                for held in _holdings(queries.grants_of_post(new["role"], new["unit_id"]))
                if held.employee_id == new["from_employee_id"]
            ],
            lent=_lent(new),
        )
        row = Delegation(**new, created_by=by)
        session.add(row)
        session.flush()
        tell_delegation(row, "given", by)
    return row


def end_delegation(delegation_id: UUID, *, by: UUID, seen: Seen) -> Delegation:
    """End a delegation at once. Raises `NotFound`, `Stale`, `Forbidden` or `AlreadyEnded`."""
    with db.transaction():
        row = queries.delegation(delegation_id, by)
        row.check_seen(seen)
        _check_owner_or_administrator(row.from_employee_id, by)
        if not row.active:
            raise AlreadyEnded
        row.change(active=False)
        tell_delegation(row, "ended", by)
    return row


def tell(row: RoleGrant, why: str, by: UUID | None) -> None:
    outbox.record(events.role_changed(row))
    note(Kind.ROLE, why, person=row.employee_id, thing=f"{row.role}/{row.id}", actor=by)


def tell_delegation(row: Delegation, why: str, by: UUID | None) -> None:
    outbox.record(events.delegation_changed(row))
    person, thing = row.to_employee_id, f"{row.role}/{row.id}"
    note(Kind.DELEGATION, why, person=person, thing=thing, actor=by)


def _active(employee_id: UUID) -> Employee:
    person = queries.employee(employee_id)
    if not person.active:
        raise NotActive(name=person.full_name)
    return person


def _open_grant(grant_id: UUID, seen: Seen) -> RoleGrant:
    row = queries.role_grant(grant_id)
    row.check_seen(seen)
    if not row.active:
        raise AlreadyEnded
    return row


def _check_owner_or_administrator(owner_id: UUID, by: UUID) -> None:
    if by != owner_id and not queries.holds(by, ADMINISTRATORS):
        raise Forbidden


def _unit_facts(unit_id: UUID | None) -> UnitFacts | None:
    if unit_id is None:
        return None
    unit: Unit = queries.unit(unit_id)
    return UnitFacts(kind=unit.kind, bkpsdm=unit.bkpsdm, active=unit.active)


def _lent(new: NewDelegation) -> list[Period]:
    """Return when the same person has the same from the same already, for one of the layanan."""
    names = ("role", "unit_id", "from_employee_id", "to_employee_id")
    alike = select(Delegation).where(
        Delegation.active, *(getattr(Delegation, name) == dict(new)[name] for name in names)
    )
    return [
        Period(row.starts_on, row.ends_on)
        for row in db.session.scalars(alike)
        if not (row.layanan and new["layanan"]) or set(row.layanan) & set(new["layanan"])
    ]


def _holding(new: NewGrant) -> Holding:
    return Holding(new["employee_id"], new["acting"], new["starts_on"], new["ends_on"])


def _holdings(rows: Sequence[RoleGrant]) -> list[Holding]:
    return [Holding(row.employee_id, row.acting, row.starts_on, row.ends_on) for row in rows]
