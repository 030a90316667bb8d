"""What identity tells the others: one function per event, contracts in `contracts/`.

Each event carries the whole state, so the newest is enough.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.events.envelope import Event
from services.identity.domain.golongan import pangkat_of
from services.identity.models import Contact, Delegation, Employee, Region, RoleGrant, Unit

_EMPLOYEE = (
    *("id", "nip", "name", "title_prefix", "title_suffix", "kind", "cpns"),
    *("jabatan", "jenis_jabatan", "jenjang", "guru", "golongan", "golongan_pertama"),
    *("unit_id", "opd_id", "tmt_cpns", "tmt_golongan", "tmt_jabatan", "tmt_kgb"),
    *("masuk_daerah", "masa_kerja_golongan_bulan", "active", "sessions_revoked_at"),
)
_ROLE = ("id", "employee_id", "role", "unit_id", "acting", "starts_on", "ends_on", "active")
_DELEGATION = (
    *("id", "role", "unit_id", "from_employee_id", "to_employee_id"),
    *("starts_on", "ends_on", "layanan", "active"),
)
_UNIT = ("id", "code", "name", "kind", "parent_id", "opd_id", "bkpsdm", "active")


def employee_changed(employee: Employee) -> Event:
    data = {**_data(employee, _EMPLOYEE), "pangkat": pangkat_of(employee.golongan)}
    return _event("employee.changed.v1", f"employee/{employee.id}", data, employee)


def contact_changed(contact: Contact) -> Event:
    data = {"id": str(contact.employee_id), "version": contact.version}
    return _event(
        "employee.contact_changed.v1", f"employee_contact/{contact.employee_id}", data, contact
    )


def unit_changed(unit: Unit, region: Region) -> Event:
    data = _data(unit, _UNIT) | ({"zone": region.zone} if unit.kind == "region" else {})
    return _event("unit.changed.v1", f"unit/{unit.id}", data, unit)


def role_changed(grant: RoleGrant) -> Event:
    return _event("role.changed.v1", f"role/{grant.id}", _data(grant, _ROLE), grant)


def delegation_changed(delegation: Delegation) -> Event:
    return _event(
        "delegation.changed.v1",
        f"delegation/{delegation.id}",
        _data(delegation, _DELEGATION),
        delegation,
    )


def _event(
    event_type: str,
    subject: str,
    data: dict[str, Any],
    row: Employee | Contact | Unit | RoleGrant | Delegation,
) -> Event:
    return Event(event_type, subject, data, row.version, region=row.region)


def _data(row: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value
