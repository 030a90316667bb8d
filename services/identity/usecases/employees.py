"""The desk that keeps the staff register."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.data.versioned import Seen
from chassis.events import outbox
from chassis.events.security import Kind, note
from chassis.kernel.errors import Refused
from chassis.kernel.nip import Nip, parse_nip
from chassis.process.clock import now
from services.identity import events, queries
from services.identity.domain.employees import FACT_NAMES, Facts, check_facts, cleaned, from_nip
from services.identity.domain.ending import EndReason
from services.identity.domain.renumbering import (
    CORRECTION,
    FREED_FOR,
    NewNip,
    NipFreedByYou,
    carried_over,
    check_reason,
)
from services.identity.domain.roles import check_is_not_last
from services.identity.models import (
    EMPLOYEE_WORDS,
    Account,
    Contact,
    Employee,
    FormerNip,
    db,
)
from services.identity.usecases import hands, leaving
from services.identity.usecases.history import Telling, record_facts
from services.identity.usecases.leaving import Successor
from services.identity.usecases.sessions import check_manages, check_renumbers, revoke
from services.identity.usecases.taking_turns import take_turn

_SYSADMIN = "sysadmin"


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
    as_of: date | None = None,
) -> Employee:
    """Register an employee with an account that has no password yet.

    `values` holds name, titles, unit_id and facts. Raises `Invalid`, `InvalidNip`,
    `FactsContradict`, `UnitUnfit`, `NipTaken` or `NipFreedByYou`.
    """
    with db.transaction() as session:
        number, facts = new_facts(nip, values, today=queries.today())
        opd_id = _opd_of(facts["unit_id"])
        check_never_replaced(number.digits)
        _check_not_freed(number.digits, by=by)
        person = Employee(nip=number.digits, kind=number.kind, opd_id=opd_id, **facts)
        session.add(person)
        _flush_unique(session)
        session.add(Account(employee_id=person.id))
        session.flush()
        telling = Telling(by, source, as_of or queries.today())
        record_facts(session, person, facts | {"nip": person.nip}, telling)
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
    successors: Collection[Successor] = (),
) -> Employee:
    """Change facts of an employee, keeping where each came from.

    Deactivating also ends every session, role and delegation; moving those of the unit left
    behind (R31, R32). `successors` take over roles that end so. Raises `NotFound`, `Stale`,
    `GrantBeyondOwnRole`, `FactsContradict`, `UnitUnfit`, what `leaving.end` raises or, for the
    region's only administrator, `LastSysadmin`.
    """
    values = cleaned(values)
    with db.transaction() as session:
        if {"active", "unit_id"} & values.keys():
            take_turn()
        person = queries.employee(employee_id)
        person.check_seen(seen)
        check_manages(by, employee_id)
        leaves = values.get("active") is False
        if leaves:
            _check_leaves_a_sysadmin(person)
        check_changed(person, values)
        moved = {"opd_id": _opd_of(values["unit_id"])} if "unit_id" in values else {}
        ending = leaving.ending(person, values)
        record_facts(session, person, values, Telling(by, source, as_of or queries.today()))
        if leaves:
            revoke(person, why=EndReason.LEFT, **values, **moved)
        elif person.change_if_different(**values, **moved):
            outbox.record(events.employee_changed(person))
        leaving.end(ending, successors=successors, by=by)
        EMPLOYEE_WORDS.write(session, person)
    return person


def replace_nip(employee_id: UUID, given: NewNip, *, by: UUID, seen: Seen) -> Employee:
    """Give an employee another NIP: a wrong one is corrected, or a PPPK becomes CPNS (R38).

    The former one stays in the history and is found; nobody signs in with it. What the new number
    contradicts and nobody tells is not known any more. The person is told on every channel. Raises
    `NotFound`, `Stale`, `GrantBeyondOwnRole`, `InvalidNip`, `NipUnchanged`, `NoCpnsAppointment`,
    `NipTaken`, `NipFreedByYou` or `FactsContradict`.
    """
    with db.transaction() as session:
        person = queries.employee(employee_id)
        person.check_seen(seen)
        check_renumbers(by, employee_id)
        former, number = parse_nip(person.nip), parse_nip(given.nip, today=queries.today())
        check_reason(former, number, given.reason)
        check_never_replaced(number.digits, but_of=person.id)
        _check_not_freed(number.digits, by=by, but_of=person.id)
        changed = _facts_under(number, given, person)
        _change_unique(person, kind=number.kind, **changed)
        told = Telling(by, given.source, given.as_of or queries.today())
        record_facts(session, person, changed, told)
        replaced = _keep_former(session, person, former.digits, given, by=by)
        EMPLOYEE_WORDS.write(session, person)
        outbox.record(events.employee_changed(person))
        outbox.record(events.nip_replaced(replaced))
        note(Kind.NIP, given.reason, person=person.id, thing=f"nip/{replaced.id}", actor=by)
    return person


def new_facts(nip: str, values: Mapping[str, Any], *, today: date) -> tuple[Nip, dict[str, Any]]:
    """Read what is told of somebody new, with what the NIP tells.

    Raises `Invalid`, `InvalidNip` or `FactsContradict`.
    """
    told = {name: value for name, value in cleaned(values).items() if value is not None}
    number = parse_nip(nip, today=today)
    facts = {**from_nip(number), **told}
    check_facts(number, _facts(facts))
    return number, facts


def check_changed(person: Employee, values: Mapping[str, Any]) -> None:
    """Refuse values that contradict what else is known of a person. Raises `FactsContradict`."""
    merged = {name: getattr(person, name) for name in FACT_NAMES} | dict(values)
    check_facts(parse_nip(person.nip), _facts(merged))


def check_never_replaced(nip: str, *, but_of: UUID | None = None) -> None:
    """Refuse an NIP that was somebody's until an appointment gave another; one that was wrong from
    the beginning is free. Raises `NipTaken`.
    """
    if any(former.employee_id != but_of for former in queries.outlived_nips(nip)):
        raise NipTaken


def _check_not_freed(nip: str, *, by: UUID | None, but_of: UUID | None = None) -> None:
    if by is None or queries.holds(by, [_SYSADMIN]):
        return
    freed = select(FormerNip.employee_id).where(
        FormerNip.nip == nip,
        FormerNip.reason == CORRECTION,
        FormerNip.replaced_by.in_(hands.owed_by(by) | {by}),
        FormerNip.replaced_at > now() - FREED_FOR,
    )
    if set(db.session.scalars(freed)) - {but_of}:
        raise NipFreedByYou


def _check_leaves_a_sysadmin(person: Employee) -> None:
    holders = {grant.employee_id for grant in queries.grants_of_post(_SYSADMIN, None)}
    if person.id in holders:
        check_is_not_last(_SYSADMIN, others=len(holders) - 1)


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


def _facts_under(number: Nip, given: NewNip, person: Employee) -> dict[str, Any]:
    """Return the number and whatever becomes different with it. Raises `FactsContradict`."""
    present = {name: getattr(person, name) for name in FACT_NAMES}
    facts = {**carried_over(number, given.reason, present), **cleaned(given.values)}
    check_facts(number, _facts(facts))
    different = {name: fact for name, fact in facts.items() if present[name] != fact}
    return {"nip": number.digits, **different}


def _keep_former(
    session: Session, person: Employee, nip: str, given: NewNip, *, by: UUID | None
) -> FormerNip:
    told = {"reason": given.reason, "source": given.source, "replaced_by": by}
    former = FormerNip(employee_id=person.id, nip=nip, **told)
    session.add(former)
    session.flush()
    session.expire(person, ["former_nips"])
    return former


def _change_unique(person: Employee, **values: Any) -> None:
    try:
        person.change(**values)
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
