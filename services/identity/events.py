"""What identity tells the others.

Each event carries the whole state, so the newest is enough.
"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.events.envelope import Event
from chassis.events.facts import Facts, Said
from chassis.kernel.roles import Role
from services.identity.domain.golongan import pangkat_of
from services.identity.models import Contact, Delegation, Employee, Region, RoleGrant, Unit

Jenjang = Literal[
    "pemula",
    "terampil",
    "mahir",
    "penyelia",
    "ahli_pertama",
    "ahli_muda",
    "ahli_madya",
    "ahli_utama",
]
Name = Annotated[str, {"minLength": 1}]


class EmployeeChanged(Facts, event="employee.changed.v1"):
    """The whole present state of an employee; contacts are never in it."""

    id: UUID
    nip: Annotated[str, {"pattern": "^[0-9]{18}$"}]
    name: Name
    title_prefix: str | None
    title_suffix: str | None
    kind: Literal["pns", "pppk"]
    cpns: bool
    jabatan: str | None
    jenis_jabatan: Literal["struktural", "jf", "pelaksana"] | None
    jenjang: Jenjang | None
    guru: bool
    golongan: str | None
    pangkat: str | None
    golongan_pertama: str | None
    unit_id: UUID
    opd_id: UUID
    tmt_cpns: date | None
    tmt_golongan: date | None
    tmt_jabatan: date | None
    tmt_kgb: date | None
    masuk_daerah: date | None
    masa_kerja_golongan_bulan: Annotated[int | None, {"minimum": 0}]
    active: bool
    sessions_revoked_at: datetime | None
    deciding_barred_until: datetime | None = None


class ContactChanged(Facts, event="employee.contact_changed.v1", about="employee_contact"):
    """A person's contacts changed; read them from the contacts API."""

    id: UUID
    version: Annotated[int, {"minimum": 1}]


class UnitChanged(Facts, event="unit.changed.v1"):
    """The whole present state of a unit; zone only for the unit of kind region."""

    id: UUID
    code: str
    name: Name
    kind: Literal["region", "opd", "unit", "division"]
    parent_id: UUID | None
    opd_id: UUID | None
    bkpsdm: bool
    active: bool
    zone: str | None = None


class RoleChanged(Facts, event="role.changed.v1"):
    """Who holds a role, for which unit, as what and when. Heads are roles too."""

    id: UUID
    employee_id: UUID
    role: str
    unit_id: UUID | None
    acting: Literal["definitive", "plt", "plh", "pj", "tt"]
    starts_on: date
    ends_on: date | None
    active: bool


class DelegationChanged(Facts, event="delegation.changed.v1"):
    """A role's decisions handed to a colleague for some dates; layanan null = all."""

    id: UUID
    role: str
    unit_id: UUID | None
    from_employee_id: UUID
    to_employee_id: UUID
    starts_on: date
    ends_on: date
    layanan: list[str] | None
    active: bool


class SessionEnded(Facts, event="session.ended.v1"):
    """Tokens whose claim `sid` is this id are worth nothing from now on."""

    id: UUID
    employee_id: UUID
    ended_at: datetime


class DelegationGiven(Facts, event="delegation.given.v1"):
    """A role was handed to a colleague for some dates: whom it concerns is told."""

    id: UUID
    role: str
    role_title: Said
    from_employee_id: UUID
    to_employee_id: UUID
    unit_id: UUID | None
    starts_on: date
    ends_on: date
    told_ids: list[UUID]


class DelegationEnded(Facts, event="delegation.ended.v1"):
    """A delegation was ended before its last day: whom it concerned is told."""

    id: UUID
    role: str
    role_title: Said
    from_employee_id: UUID
    to_employee_id: UUID
    unit_id: UUID | None
    told_ids: list[UUID]


def employee_changed(employee: Employee) -> Event:
    return EmployeeChanged.of(employee, pangkat=pangkat_of(employee.golongan))


def contact_changed(contact: Contact) -> Event:
    told = ContactChanged(id=contact.employee_id, version=contact.version)
    return told.event(contact.employee_id, contact.version, region=contact.region)


def unit_changed(unit: Unit, region: Region) -> Event:
    return UnitChanged.of(unit, zone=region.zone if unit.kind == "region" else None)


def role_changed(grant: RoleGrant) -> Event:
    return RoleChanged.of(grant)


def delegation_changed(delegation: Delegation) -> Event:
    return DelegationChanged.of(delegation)


def delegation_given(row: Delegation, role: Role, told: list[UUID]) -> Event:
    return DelegationGiven.of(row, role_title=_title(role), told_ids=told)


def delegation_ended(row: Delegation, role: Role, told: list[UUID]) -> Event:
    return DelegationEnded.of(row, role_title=_title(role), told_ids=told)


def _title(role: Role) -> Said:
    return Said(id=role.title["id"], en=role.title["en"])


def session_ended(session_id: UUID, employee_id: UUID, ended_at: datetime, *, region: str) -> Event:
    """Tell that a session is over; it ends once, so it has one version."""
    told = SessionEnded(id=session_id, employee_id=employee_id, ended_at=ended_at)
    return told.event(session_id, 1, region=region)
