"""What hangs on a person, and what of it ends when they leave or move (R31, R32).

Roles and delegations end in the transaction that changes the person, each by its own event. Cases
on the person's desks are proposal's: they go on to the next by R16.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import not_, or_, select

from chassis.kernel.errors import FieldError, Invalid
from chassis.process.regions import all_regions, in_region
from services.identity import queries
from services.identity.domain.leaving import Place, stays_behind
from services.identity.models import Delegation, Employee, RoleGrant, db
from services.identity.usecases import delegating, roles


@dataclass(frozen=True)
class Offices:
    """Roles that somebody holds, and delegations from or to them, today or later."""

    grants: tuple[RoleGrant, ...] = ()
    delegations: tuple[Delegation, ...] = ()


@dataclass(frozen=True)
class Successor:
    """Who takes over a role that ends."""

    role_grant_id: UUID
    employee_id: UUID


def offices_of(employee_id: UUID) -> Offices:
    """Return everything that hangs on a person."""
    today = queries.today()
    grants = select(RoleGrant).where(
        RoleGrant.employee_id == employee_id,
        RoleGrant.active,
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= today),
    )
    lent = select(Delegation).where(
        or_(Delegation.from_employee_id == employee_id, Delegation.to_employee_id == employee_id),
        Delegation.active,
        Delegation.ends_on >= today,
    )
    return Offices(
        tuple(db.session.scalars(grants.order_by(RoleGrant.id))),
        tuple(db.session.scalars(lent.order_by(Delegation.id))),
    )


def left_behind(person: Employee, unit_id: UUID) -> Offices:
    """Return what a person would lose by moving to a unit."""
    old, new = _place(person.unit_id), _place(unit_id)
    offices = offices_of(person.id)

    def lost(units: Collection[UUID | None]) -> bool:
        tied = [unit for unit in units if unit is not None]
        return bool(tied) and all(stays_behind(_place(u), old=old, new=new) for u in tied)

    return Offices(
        tuple(grant for grant in offices.grants if lost([grant.unit_id])),
        tuple(each for each in offices.delegations if lost(_units_of(each))),
    )


def ending(person: Employee, values: Mapping[str, Any]) -> Offices:
    """Say what ends when a person's values become these.

    All of it when the person leaves. Coming back brings nothing back: what an earlier release
    left in force ends then.
    """
    if values.get("active", person.active) != person.active or not person.active:
        return offices_of(person.id)
    return left_behind(person, values["unit_id"]) if "unit_id" in values else Offices()


def end(offices: Offices, *, successors: Collection[Successor], by: UUID) -> None:
    """End roles and delegations at once, and give the roles on to whoever is named.

    Raises `Invalid` for a successor to what does not end, and what `roles.grant` raises.
    """
    passed_on = _passed_on(offices, successors)
    with db.transaction():
        _end_all(offices)
        for new in passed_on:
            if not roles.is_held(new):
                roles.grant(new, by=by)


def end_what_is_left() -> bool:
    """End what people who left still hold: an earlier release beside this one ends nothing."""
    held = select(RoleGrant.employee_id).where(RoleGrant.active)
    given = select(Delegation.from_employee_id).where(Delegation.active)
    taken = select(Delegation.to_employee_id).where(Delegation.active)
    named = or_(*(Employee.id.in_(people) for people in (held, given, taken)))
    with all_regions():
        left = list(
            db.session.execute(
                select(Employee.region, Employee.id).where(not_(Employee.active), named)
            )
        )
    for region, employee_id in left:
        with in_region(region), db.transaction():
            _end_all(offices_of(employee_id))
    return False


def is_alone(grant: RoleGrant) -> bool:
    """Say whether nobody else holds a role for its unit: a successor is needed."""
    others = queries.grants_of_post(grant.role, grant.unit_id)
    return not any(other.employee_id != grant.employee_id for other in others)


def _end_all(offices: Offices) -> None:
    for grant in offices.grants:
        grant.change(active=False, ends_on=max(queries.today(), grant.starts_on))
        roles.tell(grant, "ended_by_leaving", None)
    for delegation in offices.delegations:
        delegating.end(delegation, "ended_by_leaving", by=None)


def _passed_on(offices: Offices, successors: Collection[Successor]) -> list[roles.NewGrant]:
    ending_grants = {grant.id: grant for grant in offices.grants}
    new: list[roles.NewGrant] = []
    for number, successor in enumerate(successors):
        grant = ending_grants.get(successor.role_grant_id)
        if grant is None:
            pointer = f"/successors/{number}/role_grant_id"
            words = ("Peran ini tidak berakhir.", "This role does not end.")
            raise Invalid(errors=[FieldError(pointer, "role_goes_on", *words)])
        new.append(
            {
                "employee_id": successor.employee_id,
                "role": grant.role,
                "unit_id": grant.unit_id,
                "acting": grant.acting,
                "starts_on": max(queries.today(), grant.starts_on),
                "ends_on": grant.ends_on,
            }
        )
    return new


def _units_of(delegation: Delegation) -> list[UUID | None]:
    """Return the unit a delegation is for: without one, those for which the giver has the role."""
    if delegation.unit_id is not None:
        return [delegation.unit_id]
    held = select(RoleGrant.unit_id).where(
        RoleGrant.employee_id == delegation.from_employee_id,
        RoleGrant.role == delegation.role,
        RoleGrant.active,
    )
    return list(db.session.scalars(held))


def _place(unit_id: UUID) -> Place:
    unit = queries.unit(unit_id)
    path, above = [unit.id], unit.parent_id
    while above is not None:
        path.append(above)
        above = queries.unit(above).parent_id
    return Place(tuple(path), unit.opd_id)
