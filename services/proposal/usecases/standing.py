"""In what standing a person acts today, from the copies of people and units (R41)."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import bindparam, select

from chassis.data.reading import Reading
from services.proposal.domain.standing import Standing
from services.proposal.manifest import MANIFEST
from services.proposal.models import PEOPLE, Employee, Unit, db
from staff.deciders import Holder

_UNIT_NAME = Reading(select(Unit.name).where(Unit.id == bindparam("unit")))
_FACTS = Reading(select(Employee.facts).where(Employee.id == bindparam("person")))


def standing_of(holder: Holder) -> Mapping[str, object]:
    """Say in words, in both languages, as whom a holder acts."""
    lender = holder.acting_for
    standing = Standing(
        role=holder.role,
        acting=holder.acting,
        unit=_unit_name(holder.unit_id),
        holder=PEOPLE.names([lender]).get(lender, "") if lender else None,
        post=_post(holder.employee_id) if lender else None,
    )
    return standing.stored(MANIFEST.texts.label)


def _unit_name(unit_id: UUID | None) -> str | None:
    if unit_id is None:
        return None
    name: str | None = _UNIT_NAME.value(db.session, unit=unit_id)
    return name


def _post(employee_id: UUID) -> str | None:
    facts = _FACTS.value(db.session, person=employee_id) or {}
    post: str | None = facts.get("jabatan")
    return post
