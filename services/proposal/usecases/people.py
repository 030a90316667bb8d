"""What a use case asks about the people in the local copies."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from chassis.data.reading import Reading
from services.proposal.domain.filing import EmployeeUnknown
from services.proposal.models import Employee, Proposal, SearchWord, Unit
from services.proposal.queries.dossier import Dossier, may_file

_PLACES = Reading(
    select(Unit.id, Unit.name).where(Unit.id.in_(bindparam("places", expanding=True)))
)


def applicant_of(dossier: Dossier) -> Employee:
    """Return our copy of who files. Raises `EmployeeUnknown`."""
    employee = dossier.applicant
    if employee is None or not may_file(employee):
        raise EmployeeUnknown
    return employee


def opd_of(employee: Employee) -> UUID:
    if employee.opd_id is None:
        raise EmployeeUnknown
    return employee.opd_id


def applicant_facts(session: Session, employee: Employee) -> dict[str, Any]:
    """Copy what a proposal says about its applicant, as it was that day."""
    places = [place for place in (employee.unit_id, employee.opd_id) if place]
    names = {row.id: row.name for row in _PLACES.rows(session, places=places)}
    facts = employee.facts
    return {
        "id": str(employee.id),
        "nip": employee.nip,
        "name": Employee.named(employee),
        **{key: facts.get(key) for key in ("kind", "jabatan", "golongan", "pangkat")},
        "unit_name": names.get(employee.unit_id) if employee.unit_id else None,
        "opd_name": names.get(employee.opd_id) if employee.opd_id else None,
    }


def index_nips(session: Session, employee_ids: Collection[UUID]) -> None:
    """Let people's proposals be found by the NIP of today too; what they say stays as it was."""
    has_word = select(SearchWord.word).where(
        SearchWord.proposal_id == Proposal.id, SearchWord.word == Employee.nip
    )
    lacking = (
        select(Proposal.id, Employee.nip)
        .join(Employee, Employee.id == Proposal.applicant_id)
        .where(Employee.id.in_(employee_ids), Proposal.number.is_not(None), ~has_word.exists())
    )
    for proposal_id, nip in session.execute(lacking).all():
        session.add(SearchWord(proposal_id=proposal_id, word=nip))
