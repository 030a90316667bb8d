"""The desk that keeps the tree of units."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from chassis.kernel.errors import Refused
from chassis.process.ids import uuid7
from services.identity import events, queries
from services.identity.models import Employee, Unit, db

_PARENT_KINDS = {"opd": ("region",), "unit": ("opd", "unit"), "division": ("opd",)}


class UnitCodeTaken(Refused):
    code = "unit_code_taken"
    text = {"id": "Kode unit sudah dipakai.", "en": "The unit code is already used."}


class UnitMisplaced(Refused):
    kind = "invalid"
    code = "unit_misplaced"
    text = {
        "id": "Unit jenis {kind} tidak dapat berada di bawah unit itu.",
        "en": "A unit of kind {kind} cannot be below that unit.",
    }


class UnitInUse(Refused):
    code = "unit_in_use"
    text = {
        "id": "Unit masih memiliki pegawai atau unit di bawahnya.",
        "en": "The unit still has employees or units below it.",
    }


def add(*, code: str, name: str, kind: str, parent_id: UUID, bkpsdm: bool = False) -> Unit:
    """Add a unit below another. Raises `UnitMisplaced` or `UnitCodeTaken`."""
    with db.transaction() as session:
        parent = queries.unit(parent_id)
        if not parent.active or parent.kind not in _PARENT_KINDS[kind]:
            raise UnitMisplaced(kind=kind)
        unit = Unit(id=uuid7(), code=code, name=name, kind=kind, parent_id=parent.id)
        unit.bkpsdm = bkpsdm if kind == "opd" else parent.bkpsdm
        unit.opd_id = unit.id if kind == "opd" else parent.opd_id
        session.add(unit)
        try:
            session.flush()
        except IntegrityError as error:
            raise UnitCodeTaken from error
        events.unit_changed(unit, queries.region())
    return unit


def change(unit: Unit, *, values: Mapping[str, Any]) -> Unit:
    """Rename or (de)activate a unit. Raises `UnitInUse`."""
    with db.transaction() as session:
        if values.get("active") is False and _is_used(unit.id):
            raise UnitInUse
        for name, value in values.items():
            setattr(unit, name, value)
        if session.is_modified(unit):
            session.flush()
            events.unit_changed(unit, queries.region())
    return unit


def _is_used(unit_id: UUID) -> bool:
    people = select(Employee.id).where(Employee.unit_id == unit_id, Employee.active).limit(1)
    below = select(Unit.id).where(Unit.parent_id == unit_id, Unit.active).limit(1)
    return any(db.session.scalar(statement) is not None for statement in (people, below))
