"""The desk that keeps the staff register."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.data.versioned import Seen
from chassis.events import outbox
from chassis.kernel.errors import Refused
from chassis.kernel.nip import parse_nip
from services.identity import events, queries
from services.identity.domain.employees import FACT_NAMES, Facts, check_facts, cleaned, from_nip
from services.identity.domain.roles import check_is_not_last
from services.identity.models import (
    EMPLOYEE_WORDS,
    Account,
    Contact,
    Employee,
    EmployeeFact,
    db,
)
from services.identity.usecases.sessions import check_manages, revoke

_SYSADMIN = "sysadmin"
_OWN_WORD = "pegawai sendiri"
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


@dataclass(frozen=True)
class Telling:
    """Who says so, from which source, as of when."""

    by: UUID | None
    source: str
    as_of: date


def add(
    *,
    by: UUID | None,
    nip: str,
    values: Mapping[str, Any],
    contact: Mapping[str, Any] | None,
    source: str,
    as_of: date | None = None,
) -> Employee:
    """Register an employee with an account that has no password yet.

    `values` holds name, titles, unit_id and facts. Raises `Invalid`, `InvalidNip`,
    `FactsContradict`, `UnitUnfit` or `NipTaken`.
    """
    told = {name: value for name, value in cleaned(values).items() if value is not None}
    with db.transaction() as session:
        number = parse_nip(nip, today=queries.today())
        facts = {**from_nip(number), **told}
        check_facts(number, _facts(facts))
        opd_id = _opd_of(facts["unit_id"])
        person = Employee(nip=number.digits, kind=number.kind, opd_id=opd_id, **facts)
        session.add(person)
        _flush_unique(session)
        session.add(Account(employee_id=person.id))
        session.flush()
        telling = Telling(by, source, as_of or queries.today())
        _record_facts(session, person, facts, telling)
        EMPLOYEE_WORDS.write(session, person)
        outbox.record(events.employee_changed(person))
        if contact:
            _add_contact(session, person.id, contact, telling)
    return person


def change(
    employee_id: UUID,
    *,
    by: UUID,
    seen: Seen,
    values: Mapping[str, Any],
    source: str,
    as_of: date | None = None,
) -> Employee:
    """Change facts of an employee, keeping where each came from.

    Deactivating also ends every session. Raises `NotFound`, `Stale`, `GrantBeyondOwnRole`,
    `FactsContradict`, `UnitUnfit` or, for the region's only administrator, `LastSysadmin`.
    """
    values = cleaned(values)
    with db.transaction() as session:
        person = queries.employee(employee_id)
        person.check_seen(seen)
        check_manages(by, employee_id)
        leaves = values.get("active") is False
        if leaves:
            _check_leaves_a_sysadmin(person)
        merged = {name: getattr(person, name) for name in FACT_NAMES} | dict(values)
        check_facts(parse_nip(person.nip), _facts(merged))
        moved = {"opd_id": _opd_of(values["unit_id"])} if "unit_id" in values else {}
        _record_facts(session, person, values, Telling(by, source, as_of or queries.today()))
        if leaves:
            revoke(person, **values, **moved)
        elif person.change_if_different(**values, **moved):
            outbox.record(events.employee_changed(person))
        EMPLOYEE_WORDS.write(session, person)
    return person


def _check_leaves_a_sysadmin(person: Employee) -> None:
    holders = {grant.employee_id for grant in queries.grants_of_post(_SYSADMIN, None)}
    if person.id in holders:
        check_is_not_last(_SYSADMIN, others=len(holders) - 1)


def change_own_contact(employee_id: UUID, *, seen: Seen, values: Mapping[str, Any]) -> Contact:
    """Change how to reach a person; others learn only that it changed.

    Raises `NotFound` or `Stale`.
    """
    with db.transaction():
        contact = queries.contact(employee_id)
        contact.check_seen(seen)
        if contact.change_if_different(**cleaned(values), source=_OWN_WORD, as_of=queries.today()):
            outbox.record(events.contact_changed(contact))
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


def _add_contact(
    session: Session, employee_id: UUID, values: Mapping[str, Any], told: Telling
) -> None:
    reached = cleaned(values)
    contact = Contact(employee_id=employee_id, source=told.source, as_of=told.as_of, **reached)
    session.add(contact)
    session.flush()
    outbox.record(events.contact_changed(contact))


def _record_facts(
    session: Session, person: Employee, values: Mapping[str, Any], told: Telling
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
                source=told.source,
                as_of=told.as_of,
                recorded_by=told.by,
            )
        )
