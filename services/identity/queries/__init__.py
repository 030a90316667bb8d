"""What identity can tell: read-only, within the bound region unless said otherwise."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, func, or_, select

from chassis.data.listing import Column, Filter, Listing, Wanted
from chassis.data.paging import Page, Source, page
from chassis.data.reading import Reading
from chassis.kernel.errors import NotFound
from chassis.kernel.languages import DEFAULT_LANGUAGE
from chassis.kernel.roles import Role
from chassis.process.clock import now
from chassis.process.regions import current_region
from services.identity.adapters.machinery import machinery
from services.identity.domain.renumbering import CORRECTION
from services.identity.domain.roles import ADMINISTRATORS
from services.identity.domain.sign_in import roles_of_second_factor
from services.identity.models import (
    EMPLOYEE_WORDS,
    Account,
    Contact,
    Delegation,
    Employee,
    EmployeeFact,
    FormerNip,
    OAuthClient,
    Region,
    RoleGrant,
    SignInSession,
    Unit,
    db,
)
from staff.organisation import within


def _in_unit(unit_id: UUID) -> ColumnElement[bool]:
    """Match an OPD's people by the OPD, which those of all its units have; others by their unit."""
    kind = db.session.scalar(select(Unit.kind).where(Unit.id == unit_id))
    return (Employee.opd_id if kind == "opd" else Employee.unit_id) == unit_id


EMPLOYEES = Listing(
    title="pegawai",
    sort="name",
    words=EMPLOYEE_WORDS.narrowed,
    columns=(
        Column("nip", {"id": "NIP", "en": "NIP"}, "nip", sort=(Employee.nip,)),
        Column(
            "name",
            {"id": "Nama", "en": "Name"},
            read="full_name",
            sort=(Employee.name, Employee.id),
        ),
        Column("kind", {"id": "Jenis", "en": "Kind"}, "code", filter=Employee.kind),
        Column("jabatan", {"id": "Jabatan", "en": "Post"}),
        Column(
            "golongan",
            {"id": "Golongan", "en": "Rank"},
            sort=(Employee.golongan, Employee.name, Employee.id),
        ),
        Column("unit_name", {"id": "Unit kerja", "en": "Unit"}),
        Column("opd_name", {"id": "Perangkat daerah", "en": "OPD"}),
        Column("active", {"id": "Aktif", "en": "Active"}, "flag", filter=Employee.active),
    ),
    further=(Filter("unit_id", _in_unit, "id", words="A unit, or an OPD with all its units"),),
)


_ZONE = Reading(select(Region.zone).where(Region.code == bindparam("code")))
_ROLES = Reading(
    select(RoleGrant.role, RoleGrant.starts_on, RoleGrant.ends_on, Region.zone)
    .join(Region, Region.code == RoleGrant.region)
    .where(RoleGrant.employee_id == bindparam("person"), RoleGrant.active)
)


def region(code: str | None = None) -> Region:
    """Return a region, by default the bound one. Raises `NotFound`."""
    return db.one(select(Region).where(Region.code == (code or current_region())))


def zone() -> ZoneInfo:
    """Return the zone of the bound region. Raises `NotFound`."""
    found: str | None = _ZONE.value(db.session, code=current_region())
    if found is None:
        raise NotFound
    return ZoneInfo(found)


def today(of: Region | None = None) -> date:
    """Return the date it is now in the region."""
    return now().astimezone(ZoneInfo(of.zone) if of else zone()).date()


def employee(employee_id: UUID) -> Employee:
    """Return an employee of the bound region. Raises `NotFound`."""
    return db.one(select(Employee).where(Employee.id == employee_id))


def employee_by_nip(nip: str) -> Employee:
    """Return the employee with this NIP, else the last one who had it. Raises `NotFound`."""
    present = db.session.scalar(select(Employee).where(Employee.nip == nip))
    person = present or last_with_nip(nip)
    if person is None:
        raise NotFound
    return person


def present_nip(nip: str) -> str:
    """Return the NIP that replaced this one, or this one where it is somebody's or nobody's."""
    is_held = db.session.scalar(select(Employee.id).where(Employee.nip == nip).limit(1))
    former = None if is_held else last_with_nip(nip)
    return former.nip if former else nip


def last_with_nip(nip: str) -> Employee | None:
    """Return the employee who had this NIP last, before it was replaced."""
    return db.session.scalar(
        select(Employee)
        .join(FormerNip, FormerNip.employee_id == Employee.id)
        .where(FormerNip.nip == nip)
        .order_by(FormerNip.id.desc())
        .limit(1)
    )


def outlived_nips(nip: str) -> Sequence[FormerNip]:
    """Return who had this NIP rightly, until an appointment gave another."""
    return db.session.scalars(
        select(FormerNip).where(FormerNip.nip == nip, FormerNip.reason != CORRECTION)
    ).all()


@dataclass(frozen=True)
class Listed:
    """An employee in a list, with the names of unit and OPD."""

    employee: Employee
    unit_name: str | None
    opd_name: str | None


def employees(wanted: Wanted) -> Page:
    """List employees, by name unless wanted otherwise."""
    found = EMPLOYEES.page(db.session(), Source(select(Employee)), wanted)
    names = _unit_names({unit for row in found.items for unit in (row.unit_id, row.opd_id)})
    return found.each(lambda row: Listed(row, names.get(row.unit_id), names.get(row.opd_id)))


def facts_of(employee_id: UUID) -> dict[str, dict[str, Any]]:
    """Return the source and date of each fact last recorded."""
    rows = db.session.scalars(
        select(EmployeeFact)
        .where(EmployeeFact.employee_id == employee_id)
        .order_by(EmployeeFact.id)
    )
    return {row.fact: {"source": row.source, "as_of": row.as_of} for row in rows}


def unit(unit_id: UUID) -> Unit:
    """Return a unit of the bound region. Raises `NotFound`."""
    return db.one(select(Unit).where(Unit.id == unit_id))


def units(*, q: str | None, limit: int, cursor: str | None, **equal: Any) -> Page:
    """List units by name; by part of it, and by kind, parent_id and active."""
    statement = select(Unit).where(*_named(q), *_equal(Unit, **equal))
    by = (Unit.name, Unit.id)
    found = Source(statement)
    return page(db.session(), found, by=by, limit=limit, cursor=cursor, descending=False)


def roles() -> list[Role]:
    """List every role that the installed services bring."""
    return list(machinery().roles.values())


def totp_roles(of: Region) -> set[str]:
    """Return the roles whose holders need a second factor in a region."""
    return roles_of_second_factor(
        chosen=of.totp_roles,
        decided=of.totp_decided,
        by_default=[role.code for role in roles() if role.second_factor],
    )


def roles_by_password(region_code: str) -> list[str]:
    """Return the roles whose holders need no second factor in a region."""
    return sorted({each.code for each in roles()} - totp_roles(region(region_code)))


def role(code: str) -> Role:
    """Return a role; one whose service is gone is known by its code only."""
    return machinery().roles.get(code) or Role(code, {"id": code, "en": code})


def role_grant(grant_id: UUID) -> RoleGrant:
    """Return a role grant of the bound region. Raises `NotFound`."""
    return db.one(select(RoleGrant).where(RoleGrant.id == grant_id))


def role_grants(*, limit: int, cursor: str | None, **equal: Any) -> Page:
    """List roles given, newest first; by employee_id, role, unit_id and active."""
    statement = select(RoleGrant).where(*_equal(RoleGrant, **equal))
    return page(db.session(), Source(statement), by=(RoleGrant.id,), limit=limit, cursor=cursor)


def grants_today(employee_id: UUID) -> Sequence[RoleGrant]:
    """Return the roles a person holds today."""
    day = today()
    return db.session.scalars(
        select(RoleGrant)
        .where(
            RoleGrant.employee_id == employee_id,
            RoleGrant.active,
            RoleGrant.starts_on <= day,
            or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day),
        )
        .order_by(RoleGrant.starts_on, RoleGrant.id)
    ).all()


def roles_today(employee_id: UUID) -> set[str]:
    rows = _ROLES.rows(db.session, person=employee_id)
    day = now().astimezone(ZoneInfo(rows[0].zone)).date() if rows else date.min
    return {row.role for row in rows if within(row.starts_on, row.ends_on, day)}


def roles_exercised(employee_id: UUID) -> set[str]:
    """Return the roles a person holds or stands in for today."""
    day = today()
    delegated = db.session.scalars(
        select(Delegation.role).where(
            Delegation.to_employee_id == employee_id,
            Delegation.active,
            Delegation.starts_on <= day,
            Delegation.ends_on >= day,
        )
    )
    return roles_today(employee_id) | set(delegated)


def grants_of_post(role: str, unit_id: UUID | None) -> Sequence[RoleGrant]:
    """Return the active grants of one role for one unit, but for those of people who left."""
    return db.session.scalars(
        select(RoleGrant)
        .join(Employee, Employee.id == RoleGrant.employee_id)
        .where(
            RoleGrant.role == role,
            RoleGrant.unit_id == unit_id,
            RoleGrant.active,
            Employee.active,
        )
    ).all()


def holders_today(role: str) -> list[RoleGrant]:
    """Return who holds a role today, for whatever unit, but for people who left."""
    day = today()
    rows = db.session.scalars(
        select(RoleGrant)
        .join(Employee, Employee.id == RoleGrant.employee_id)
        .where(
            RoleGrant.role == role,
            RoleGrant.active,
            RoleGrant.starts_on <= day,
            or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day),
            Employee.active,
        )
    )
    return list(rows)


def holds(employee_id: UUID, roles: Collection[str]) -> bool:
    """Tell whether a person holds one of the roles today."""
    return not roles_today(employee_id).isdisjoint(roles)


def delegation(delegation_id: UUID, person_id: UUID) -> Delegation:
    """Return a delegation for whom it concerns, or an administrator. Raises `NotFound`."""
    delegation_row = db.one(select(Delegation).where(Delegation.id == delegation_id))
    concerned = (delegation_row.from_employee_id, delegation_row.to_employee_id)
    if person_id not in concerned and not holds(person_id, ADMINISTRATORS):
        raise NotFound
    return delegation_row


def delegations(
    person_id: UUID, *, involving: UUID | None, limit: int, cursor: str | None, **equal: Any
) -> Page:
    """List delegations, newest first: one's own, or all for an administrator."""
    if not holds(person_id, ADMINISTRATORS):
        involving = person_id
    statement = select(Delegation).where(*_equal(Delegation, **equal))
    if involving:
        statement = statement.where(
            or_(Delegation.from_employee_id == involving, Delegation.to_employee_id == involving)
        )
    return page(db.session(), Source(statement), by=(Delegation.id,), limit=limit, cursor=cursor)


def contact(employee_id: UUID) -> Contact:
    """Return a person's contacts. Raises `NotFound`."""
    return db.one(select(Contact).where(Contact.employee_id == employee_id))


def own_contact(employee_id: UUID) -> Contact:
    """Return a person's contacts; who never had any begins with a version 1 that says nothing."""
    present = db.session.scalar(select(Contact).where(Contact.employee_id == employee_id))
    return present or Contact(employee_id=employee_id, language=DEFAULT_LANGUAGE, version=1)


def account(employee_id: UUID) -> Account | None:
    return db.session.scalar(select(Account).where(Account.employee_id == employee_id))


def sign_in_session(session_id: UUID) -> SignInSession:
    """Return a browser's session of the bound region. Raises `NotFound`."""
    return db.one(select(SignInSession).where(SignInSession.id == session_id))


def client(client_id: str) -> OAuthClient | None:
    """Return a registered application that is in use."""
    return db.session.scalar(
        select(OAuthClient).where(OAuthClient.client_id == client_id, OAuthClient.active)
    )


def _unit_names(ids: Collection[UUID]) -> dict[UUID, str]:
    rows = db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _named(q: str | None) -> list[ColumnElement[bool]]:
    return [func.lower(Unit.name).contains(q.lower(), autoescape=True)] if q else []


def _equal(model: type[Any], **wanted: Any) -> list[ColumnElement[bool]]:
    """Turn filters into conditions; None is not filtered."""
    return [getattr(model, name) == value for name, value in wanted.items() if value is not None]
