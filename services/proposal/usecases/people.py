"""Local copies of identity's people, offices and delegations: the newest version wins.

A message that is older than what is kept changes nothing; the order of arrival does not matter.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.kernel.errors import Refused
from services.proposal.models import Delegation, Employee, RoleGrant, Unit, db
from services.proposal.queries.region_book import turn_page

_OWN_COLUMNS = frozenset(
    {"id", "nip", "name", "unit_id", "opd_id", "active", "sessions_revoked_at"}
)


class EmployeeUnknown(Refused):
    """Identity has not told us about this person, or they are not active, or have no OPD."""

    code = "employee_unknown"
    text = {
        "id": "Data kepegawaian Anda belum tersedia atau tidak aktif. Hubungi Umpeg.",
        "en": "Your staff record is not available or not active. Ask your staffing section.",
    }


def employee_of(session: Session, person_id: UUID, *, lock: bool = False) -> Employee:
    """Return our copy of a person. Raises `EmployeeUnknown`."""
    statement = select(Employee).where(Employee.id == person_id, Employee.active)
    found = session.scalar(statement.with_for_update() if lock else statement)
    if found is None or found.opd_id is None:
        raise EmployeeUnknown
    return found


def opd_of(employee: Employee) -> UUID:
    if employee.opd_id is None:
        raise EmployeeUnknown
    return employee.opd_id


def applicant_facts(session: Session, employee: Employee) -> dict[str, Any]:
    """Copy what a proposal says about its applicant, as it was that day."""
    places = [one for one in (employee.unit_id, employee.opd_id) if one]
    found = session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(places)))
    names = {row.id: row.name for row in found}
    facts = employee.facts
    return {
        "id": str(employee.id),
        "nip": employee.nip,
        "name": employee.name,
        **{key: facts.get(key) for key in ("kind", "jabatan", "golongan", "pangkat")},
        "unit_name": names.get(employee.unit_id) if employee.unit_id else None,
        "opd_name": names.get(employee.opd_id) if employee.opd_id else None,
    }


def keep_employee(data: Mapping[str, Any], version: int) -> None:
    row = Employee(
        id=UUID(data["id"]),
        version=version,
        nip=data["nip"],
        name=data["name"],
        kind=data["kind"],
        unit_id=_id(data.get("unit_id")),
        opd_id=_id(data.get("opd_id")),
        active=data["active"],
        sessions_revoked_at=_instant(data.get("sessions_revoked_at")),
        facts={key: value for key, value in data.items() if key not in _OWN_COLUMNS},
    )
    _keep(Employee, row)


def keep_unit(data: Mapping[str, Any], version: int) -> None:
    row = Unit(
        id=UUID(data["id"]),
        version=version,
        code=data["code"],
        name=data["name"],
        kind=data["kind"],
        parent_id=_id(data.get("parent_id")),
        opd_id=_id(data.get("opd_id")),
        zone=data.get("zone"),
        bkpsdm=bool(data.get("bkpsdm", False)),
        active=data["active"],
    )
    _keep(Unit, row, in_book=True)


def keep_role(data: Mapping[str, Any], version: int) -> None:
    row = RoleGrant(
        id=UUID(data["id"]),
        version=version,
        employee_id=UUID(data["employee_id"]),
        role=data["role"],
        unit_id=_id(data.get("unit_id")),
        acting=data["acting"],
        starts_on=date.fromisoformat(data["starts_on"]),
        ends_on=_day(data.get("ends_on")),
        active=data["active"],
    )
    _keep(RoleGrant, row, in_book=True)


def keep_delegation(data: Mapping[str, Any], version: int) -> None:
    row = Delegation(
        id=UUID(data["id"]),
        version=version,
        role=data["role"],
        unit_id=_id(data.get("unit_id")),
        from_employee_id=UUID(data["from_employee_id"]),
        to_employee_id=UUID(data["to_employee_id"]),
        starts_on=date.fromisoformat(data["starts_on"]),
        ends_on=_day(data.get("ends_on")),
        layanan=data.get("layanan"),
        active=data["active"],
    )
    _keep(Delegation, row, in_book=True)


def _keep(model: type[Any], row: Any, *, in_book: bool = False) -> None:
    with db.transaction() as session:
        known = session.scalar(select(model.version).where(model.id == row.id).with_for_update())
        if known is not None and known >= row.version:
            return
        session.merge(row)
        if in_book:
            turn_page(session)


def _id(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _instant(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
