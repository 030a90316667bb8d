"""The desk where a role's decisions are handed to a colleague for some dates, and taken back."""

from collections.abc import Iterable
from datetime import date
from typing import TypedDict
from uuid import UUID

from sqlalchemy import or_, select

from chassis.data.versioned import Seen
from chassis.events import outbox
from chassis.events.security import Kind, note
from chassis.kernel.errors import Forbidden
from chassis.kernel.period import Period
from services.identity import events, queries
from services.identity.adapters.machinery import machinery
from services.identity.domain.delegations import (
    DelegatedToOneself,
    Lent,
    Parties,
    check_delegation,
    share_layanan,
    superiors_of,
)
from services.identity.domain.roles import (
    ADMINISTRATORS,
    check_grantor,
    is_above_administrators,
)
from services.identity.models import Delegation, Employee, RoleGrant, db
from services.identity.usecases.hands import check_may_decide
from services.identity.usecases.roles import AlreadyEnded, active_employee
from services.identity.usecases.taking_turns import take_turn


class NewDelegation(TypedDict):
    role: str
    unit_id: UUID | None
    from_employee_id: UUID
    to_employee_id: UUID
    starts_on: date
    ends_on: date
    layanan: list[str] | None


def delegate(new: NewDelegation, *, by: UUID) -> Delegation:
    """Hand a role's decisions over for some dates; both and whoever is above them are told.

    Only the holder or an administrator may who may give the role. Raises `Forbidden`,
    `GrantBeyondOwnRole`, `DecidingBarred`, `NotActive`, `DelegatedToOneself` and what
    `check_delegation` raises.
    """
    with db.transaction() as session:
        take_turn()
        giver, taker = _parties(new, by)
        post = queries.grants_of_post(new["role"], new["unit_id"])
        check_delegation(
            queries.role(new["role"]),
            Parties(giver.id, taker.id, _is_of_opd(new, giver, taker), _is_deputy(new, taker)),
            starts_on=new["starts_on"],
            ends_on=new["ends_on"],
            months=machinery().delegation_months,
            held=[_days(grant) for grant in post if grant.employee_id == giver.id],
            lent=list(_lent(new)),
        )
        row = Delegation(**new, created_by=by)
        session.add(row)
        session.flush()
        outbox.record(events.delegation_changed(row))
        outbox.record(events.delegation_given(row, queries.role(row.role), _told(row)))
        _note(row, "given", by)
    return row


def end_delegation(delegation_id: UUID, *, by: UUID, seen: Seen) -> Delegation:
    """End a delegation at once.

    Raises `NotFound`, `Stale`, `Forbidden`, `GrantBeyondOwnRole` or `AlreadyEnded`.
    """
    with db.transaction():
        row = queries.delegation(delegation_id, by)
        row.check_seen(seen)
        _check_owner_or_administrator(row.role, row.from_employee_id, by)
        if not row.active:
            raise AlreadyEnded
        end(row, "ended", by=by)
    return row


def end(row: Delegation, why: str, *, by: UUID | None) -> None:
    """End a delegation, telling those who were told of its beginning."""
    with db.transaction():
        row.change(active=False)
        outbox.record(events.delegation_changed(row))
        outbox.record(events.delegation_ended(row, queries.role(row.role), _told(row)))
        _note(row, why, by)


def _note(row: Delegation, why: str, by: UUID | None) -> None:
    person, thing = row.to_employee_id, f"{row.role}/{row.id}"
    note(Kind.DELEGATION, why, person=person, thing=thing, actor=by)


def _parties(new: NewDelegation, by: UUID) -> tuple[Employee, Employee]:
    _check_owner_or_administrator(new["role"], new["from_employee_id"], by)
    check_may_decide(by)
    if new["to_employee_id"] == by != new["from_employee_id"]:
        raise DelegatedToOneself.at("/to_employee_id")
    taker = active_employee(new["to_employee_id"])
    return active_employee(new["from_employee_id"]), taker


def _check_owner_or_administrator(role: str, owner_id: UUID, by: UUID) -> None:
    if by == owner_id:
        return
    if not queries.holds(by, ADMINISTRATORS):
        raise Forbidden
    check_grantor(
        is_above=is_above_administrators(queries.role(role)),
        grantor_roles=queries.roles_today(by),
        grantor_is_grantee=False,
    )


def _is_of_opd(new: NewDelegation, giver: Employee, taker: Employee) -> bool:
    """Say whether the delegate works in the OPD that the role is held for."""
    of_role = queries.unit(new["unit_id"]).opd_id if new["unit_id"] else None
    return taker.opd_id == (of_role or giver.opd_id)


def _is_deputy(new: NewDelegation, taker: Employee) -> bool:
    deputies = queries.region().deputies or {}
    return queries.holds(taker.id, deputies.get(new["role"], ()))


def _lent(new: NewDelegation) -> Iterable[Lent]:
    """List what is delegated of the same role and scope, whoever gave it."""
    scope = (
        or_(Delegation.unit_id == new["unit_id"], Delegation.unit_id.is_(None))
        if new["unit_id"]
        else None
    )
    alike = select(Delegation).where(Delegation.active, Delegation.role == new["role"])
    for row in db.session.scalars(alike if scope is None else alike.where(scope)):
        if share_layanan(row.layanan, new["layanan"]):
            name = queries.employee(row.to_employee_id).full_name
            yield Lent(name, Period(row.starts_on, row.ends_on))


def _told(row: Delegation) -> list[UUID]:
    """Return who is told: giver, delegate, and the nearest above them who is neither."""
    both = {row.from_employee_id, row.to_employee_id}
    for role in superiors_of(row.role):
        if above := {grant.employee_id for grant in _holders(role, row.unit_id)} - both:
            return [row.from_employee_id, row.to_employee_id, *sorted(above)]
    return [row.from_employee_id, row.to_employee_id]


def _holders(role: str, unit_id: UUID | None) -> list[RoleGrant]:
    """Return who holds a role today: for the unit or its OPD, or for the whole region."""
    grants = queries.holders_today(role)
    if role in ("sekda", "bkpsdm_head"):
        return grants
    opd_id = queries.unit(unit_id).opd_id if unit_id else None
    return [grant for grant in grants if grant.unit_id in (unit_id, opd_id)]


def _days(grant: RoleGrant) -> Period:
    return Period(grant.starts_on, grant.ends_on)
