"""The desk that keeps the staff register."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.kernel.errors import Refused
from chassis.kernel.nip import parse_nip
from services.identity import events, queries
from services.identity.domain.employees import FACT_NAMES, Facts, check_facts, from_nip
from services.identity.domain.roles import check_is_not_last
from services.identity.models import Account, Contact, Employee, EmployeeFact, db
from services.identity.usecases.sessions import end_sessions

_SYSADMIN = "sysadmin"
_SOURCED = (*FACT_NAMES, "name", "title_prefix", "title_suffix", "unit_id")


class NipTaken(Refused):
    code = "nip_taken"
    text = {
        "id": "NIP ini sudah terdaftar di daerah ini.",
        "en": "This NIP is already registered in this region.",
    }


class UnitUnfit(Refused):
    kind = "invalid"
    code = "unit_unfit"
    text = {
        "id": "Pegawai harus ditempatkan pada unit aktif di bawah perangkat daerah.",
        "en": "An employee belongs to an active unit of an OPD.",
    }


def add(
    *,
    by: UUID | None,
    nip: str,
    values: Mapping[str, Any],
    contact: Mapping[str, Any] | None,
    source: str,
    as_of: date,
) -> Employee:
    """Register an employee with an account that has no password yet.

    `values` holds name, titles, unit_id and facts. Raises `InvalidNip`, `FactsContradict`,
    `UnitUnfit` or `NipTaken`.
    """
    number = parse_nip(nip)
    known = {**from_nip(number), **{k: v for k, v in values.items() if v is not None}}
    check_facts(number, _facts(known))
    with db.transaction() as session:
        opd_id = _opd_of(known["unit_id"])
        person = Employee(nip=number.digits, kind=number.kind, opd_id=opd_id, **known)
        session.add(person)
        _flush_unique(session)
        session.add(Account(employee_id=person.id))
        session.flush()
        _record_facts(session, person, known, by=by, source=source, as_of=as_of)
        events.employee_changed(person)
        if contact:
            set_contact(person.id, values=contact, source=source, as_of=as_of)
    return person


def change(
    person: Employee, *, by: UUID | None, values: Mapping[str, Any], source: str, as_of: date
) -> Employee:
    """Change facts of an employee, keeping where each came from.

    Deactivating also ends every session. Raises `FactsContradict`, `UnitUnfit` or, for the
    region's only administrator, `LastSysadmin`.
    """
    if values.get("active") is False:
        _check_leaves_a_sysadmin(person)
    merged = {name: getattr(person, name) for name in FACT_NAMES} | dict(values)
    check_facts(parse_nip(person.nip), _facts(merged))
    with db.transaction() as session:
        if "unit_id" in values:
            person.opd_id = _opd_of(values["unit_id"])
        for name, value in values.items():
            setattr(person, name, value)
        _record_facts(session, person, values, by=by, source=source, as_of=as_of)
        if values.get("active") is False:
            end_sessions(person)
        elif session.is_modified(person):
            session.flush()
            events.employee_changed(person)
    return person


def _check_leaves_a_sysadmin(person: Employee) -> None:
    holders = {grant.employee_id for grant in queries.grants_of_post(_SYSADMIN, None)}
    if person.id in holders:
        check_is_not_last(_SYSADMIN, others=len(holders) - 1)


def set_contact(
    employee_id: UUID, *, values: Mapping[str, Any], source: str, as_of: date
) -> Contact:
    """Set how to reach a person; others learn only that it changed."""
    with db.transaction() as session:
        contact = session.get(Contact, employee_id)
        if contact is None:
            contact = Contact(employee_id=employee_id, source=source, as_of=as_of)
            session.add(contact)
        for name, value in {**values, "source": source, "as_of": as_of}.items():
            setattr(contact, name, value)
        if contact in session.new or session.is_modified(contact):
            session.flush()
            events.contact_changed(contact)
    return contact


def _facts(values: Mapping[str, Any]) -> Facts:
    return Facts(**{name: values[name] for name in FACT_NAMES if name in values})


def _opd_of(unit_id: UUID) -> UUID:
    unit = queries.unit(unit_id)
    if not unit.active or unit.opd_id is None:
        raise UnitUnfit
    return unit.opd_id


def _flush_unique(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise NipTaken from error


def _record_facts(
    session: Session,
    person: Employee,
    values: Mapping[str, Any],
    *,
    by: UUID | None,
    source: str,
    as_of: date,
) -> None:
    for name in _SOURCED:
        if name not in values:
            continue
        value = values[name]
        plain = value if isinstance(value, (bool, int, str, type(None))) else str(value)
        session.add(
            EmployeeFact(
                region=person.region,
                employee_id=person.id,
                fact=name,
                value={"value": plain},
                source=source,
                as_of=as_of,
                recorded_by=by,
            )
        )
