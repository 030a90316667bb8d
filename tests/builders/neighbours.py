"""A second region beside the demo region: the strangers a region must be kept from.

They are no nobodies: one holds every role there is, so that no rule of roles hides a leak.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Flask

from chassis.process.manifest import discover, roles_of
from chassis.process.regions import in_region
from services.identity.usecases import employees, regions, roles, units

REGION = "elsewhere"
_SINCE = date(2024, 1, 2)
_NIPS = {"officer": "197501012000011901", "employee": "198502022010012902"}


@dataclass(frozen=True)
class Neighbours:
    """People of the other region: `officer` holds every role, `employee` none."""

    officer: UUID
    employee: UUID


def add_neighbours(identity: Flask) -> Neighbours:
    """Set the other region up; the caller lets its events travel."""
    with identity.app_context(), in_region(REGION):
        top = regions.set_up(code=REGION, name="Kota Sebelah", zone="Asia/Jakarta")
        opd = units.add(code="bkpsdm", name="BKPSDM", kind="opd", parent_id=top.id, bkpsdm=True)
        bidang = units.add(code="bidang", name="Bidang", kind="division", parent_id=opd.id)
        of_kind = {"opd": opd.id, "division": bidang.id, None: None}
        ids = {who: _employee(nip, opd.id) for who, nip in _NIPS.items()}
        for role in roles_of(discover()).values():
            _grant(ids["officer"], role.code, of_kind[role.unit_kind])
    return Neighbours(**ids)


def _employee(nip: str, unit_id: UUID) -> UUID:
    person = employees.add(
        by=None,
        nip=nip,
        values={"name": "Tetangga Contoh", "unit_id": unit_id, "golongan": "III/b"},
        contact=None,
        source="data contoh",
        as_of=_SINCE,
    )
    return person.id


def _grant(employee_id: UUID, role: str, unit_id: UUID | None) -> None:
    roles.grant(
        {
            "employee_id": employee_id,
            "role": role,
            "unit_id": unit_id,
            "acting": "definitive",
            "starts_on": _SINCE,
            "ends_on": None,
        },
        by=None,
    )
