"""The desk that gives and ends roles and heads' posts."""

from collections.abc import Sequence
from datetime import date
from typing import TypedDict
from uuid import UUID

from chassis.data.versioned import Seen
from chassis.data.writing import add_rows
from chassis.events import outbox
from chassis.events.security import Kind, note
from chassis.kernel.errors import Refused
from services.identity import events, queries
from services.identity.domain import appointments
from services.identity.domain.appointments import Holding
from services.identity.domain.roles import (
    UnitFacts,
    check_grantor,
    check_is_not_last,
    check_unit,
    is_above_administrators,
)
from services.identity.models import Employee, RoleGrant, Unit, db
from services.identity.usecases import passwords
from services.identity.usecases.taking_turns import take_turn


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


def grant(new: NewGrant, *, by: UUID | None) -> RoleGrant:
    """Give a role; `by` None is the installation itself.

    Raises `NotActive`, `SelfGrant`, `GrantBeyondOwnRole`, `RoleUnitMismatch` and what
    `appointments.check_appointment` raises.
    """
    with db.transaction() as session:
        take_turn()
        person = active_employee(new["employee_id"])
        if by is not None:
            check_grantor(
                is_above=is_above_administrators(queries.role(new["role"])),
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
        add_rows(session, row)
        passwords.end_lesser_links(person.id)
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
        take_turn()
        row = _open_grant(grant_id, seen)
        check_grantor(
            is_above=is_above_administrators(queries.role(row.role)),
            grantor_roles=queries.roles_today(by),
            grantor_is_grantee=False,
        )
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
        take_turn()
        row = _open_grant(grant_id, seen)
        check_grantor(
            is_above=is_above_administrators(queries.role(row.role)),
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


def tell(row: RoleGrant, why: str, by: UUID | None) -> None:
    outbox.record(events.role_changed(row))
    note(Kind.ROLE, why, person=row.employee_id, thing=f"{row.role}/{row.id}", actor=by)


def active_employee(employee_id: UUID) -> Employee:
    """Return an employee who has not left. Raises `NotFound` or `NotActive`."""
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


def _unit_facts(unit_id: UUID | None) -> UnitFacts | None:
    if unit_id is None:
        return None
    unit: Unit = queries.unit(unit_id)
    return UnitFacts(kind=unit.kind, bkpsdm=unit.bkpsdm, active=unit.active)


def _holding(new: NewGrant) -> Holding:
    return Holding(new["employee_id"], new["acting"], new["starts_on"], new["ends_on"])


def _holdings(rows: Sequence[RoleGrant]) -> list[Holding]:
    return [Holding(row.employee_id, row.acting, row.starts_on, row.ends_on) for row in rows]
