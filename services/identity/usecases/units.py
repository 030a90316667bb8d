"""The desk that keeps the tree of units."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from chassis.data.versioned import Seen
from chassis.events import outbox
from chassis.kernel.errors import Refused
from chassis.kernel.text import name as clean_name
from chassis.process.ids import uuid7
from services.identity import events, queries
from services.identity.domain.employees import cleaned
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


class BkpsdmExists(Refused):
    """Its officers decide over everybody: a second one would be a door beside theirs."""

    code = "bkpsdm_exists"
    text = {
        "id": "Daerah ini sudah memiliki BKPSDM.",
        "en": "The region has a BKPSDM already.",
    }


def add(*, code: str, name: str, kind: str, parent_id: UUID, bkpsdm: bool = False) -> Unit:
    """Add a unit below another. Raises `Invalid` or a refusal of this module."""
    name = clean_name(name, pointer="/name")
    with db.transaction() as session:
        parent = queries.unit(parent_id)
        if not parent.active or parent.kind not in _PARENT_KINDS[kind]:
            raise UnitMisplaced(kind=kind)
        if bkpsdm and kind == "opd" and _has_bkpsdm():
            raise BkpsdmExists
        unit = Unit(id=uuid7(), code=code, name=name, kind=kind, parent_id=parent.id)
        unit.bkpsdm = bkpsdm if kind == "opd" else parent.bkpsdm
        unit.opd_id = unit.id if kind == "opd" else parent.opd_id
        session.add(unit)
        try:
            session.flush()
        except IntegrityError as error:
            raise UnitCodeTaken from error
        outbox.record(events.unit_changed(unit, queries.region()))
    return unit


def change(unit_id: UUID, *, seen: Seen, values: Mapping[str, Any]) -> Unit:
    """Rename or (de)activate a unit. Raises `NotFound`, `Stale` or `UnitInUse`."""
    with db.transaction():
        unit = queries.unit(unit_id)
        unit.check_seen(seen)
        if values.get("active") is False and _is_used(unit_id):
            raise UnitInUse
        if unit.change_if_different(**cleaned(values)):
            outbox.record(events.unit_changed(unit, queries.region()))
    return unit


def _is_used(unit_id: UUID) -> bool:
    people = select(Employee.id).where(Employee.unit_id == unit_id, Employee.active).limit(1)
    below = select(Unit.id).where(Unit.parent_id == unit_id, Unit.active).limit(1)
    return any(db.session.scalar(statement) is not None for statement in (people, below))


def _has_bkpsdm() -> bool:
    there = select(Unit.id).where(Unit.kind == "opd", Unit.bkpsdm, Unit.active)
    return db.session.scalar(there.limit(1)) is not None
