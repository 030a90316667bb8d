"""Many rows of employees at once: what `put_employee` does with each, in few statements for all.

Only the plain case: somebody new with an NIP that nobody had before, or other facts of somebody in
use who holds no office. What the rules look up is looked up here for all
rows, and what the desk writes is written for all.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from chassis.data.import_rows import CHANGED, NEW, SAME
from chassis.data.versioned import change_each
from chassis.events import outbox
from chassis.events.envelope import Event
from chassis.kernel.errors import Refused
from chassis.kernel.nip import parse_nip
from chassis.process.ids import uuid7
from chassis.run import importing as imports
from chassis.run.importing import Effect, Told
from services.identity import events, queries
from services.identity.domain.employees import cleaned
from services.identity.models import (
    EMPLOYEE_WORDS,
    Account,
    Contact,
    Delegation,
    Employee,
    FormerNip,
    RoleGrant,
    Unit,
    db,
)
from services.identity.usecases.employees import check_changed, new_facts
from services.identity.usecases.history import Telling, record_all_facts
from services.identity.usecases.importing import check_comes_in_use, differences
from services.identity.usecases.taking_turns import take_turn

Wrong = Refused | ValidationError
Row = Mapping[str, Any] | Wrong


@dataclass(frozen=True)
class _Known:
    """What the register says of the people and units of some rows."""

    today: date
    opds: Mapping[UUID, UUID | None]
    people: Mapping[str, Employee]
    former: Collection[str]
    officers: Collection[UUID]


@dataclass(frozen=True)
class _Put:
    """What a row does: to whom, which facts it tells, and the values that stood there."""

    verdict: str
    person: Employee
    told: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    contact: Contact | None = None

    @property
    def effect(self) -> Effect:
        return Effect(self.verdict, self.person.id, self.person.version, self.before)

    @property
    def is_different(self) -> bool:
        """Say whether the register changes; a name may differ in what cleaning takes away."""
        return self.verdict == NEW or any(
            getattr(self.person, name) != value for name, value in self.told.items()
        )


def put_employees(rows: Sequence[Row], telling: imports.Telling) -> list[Told]:
    """Put the first rows into the register, up to one that is not plain; say which are refused.

    In place of a row that cannot be read stands the error that says so. Raises `Stale` or
    `IntegrityError` where somebody else is changing the same people.
    """
    if not rows:
        return []
    known = _known([row for row in rows if isinstance(row, Mapping)])
    told = Telling(telling.by, telling.source, known.today)
    puts = [*_plain(rows, known, told)]
    with db.transaction() as session:
        _write(session, [put for put in puts if isinstance(put, _Put)], told)
    return [put.effect if isinstance(put, _Put) else put for put in puts]


def _plain(rows: Sequence[Row], known: _Known, told: Telling) -> Iterator[_Put | Wrong]:
    for row in rows:
        put = _put(row, known, told) if isinstance(row, Mapping) else row
        if put is None:
            return
        yield put


def _put(row: Mapping[str, Any], known: _Known, told: Telling) -> _Put | Refused | None:
    person = known.people.get(parse_nip(row["nip"]).digits)
    try:
        return _new(row, known, told) if person is None else _other(row, person, known)
    except Refused as refused:
        return refused


def _new(row: Mapping[str, Any], known: _Known, told: Telling) -> _Put | None:
    if parse_nip(row["nip"]).digits in known.former:
        return None
    values = dict(row["values"])
    check_comes_in_use(values)
    number, facts = new_facts(row["nip"], values, today=known.today)
    opd_id = known.opds.get(facts["unit_id"])
    if opd_id is None:
        return None
    facts["nip"] = number.digits
    person = Employee(id=uuid7(), kind=number.kind, opd_id=opd_id, **facts)
    set_committed_value(person, "former_nips", [])
    return _Put(NEW, person, facts, contact=_contact(person, row["contact"], told))


def _contact(person: Employee, given: Mapping[str, Any] | None, told: Telling) -> Contact | None:
    if not given:
        return None
    reached = cleaned(given)
    return Contact(employee_id=person.id, source=told.source, as_of=told.as_of, **reached)


def _other(row: Mapping[str, Any], person: Employee, known: _Known) -> _Put | None:
    different, before = differences(person, row["values"])
    if not different:
        return _Put(SAME, person)
    if not person.active or person.id in known.officers or "active" in different:
        return None
    values = cleaned(different)
    check_changed(person, values)
    moved = {"opd_id": known.opds.get(values["unit_id"])} if "unit_id" in values else {}
    return None if None in moved.values() else _Put(CHANGED, person, values | moved, before)


def _write(session: Session, puts: Sequence[_Put], told: Telling) -> None:
    written = [put for put in puts if put.is_different]
    new = [put for put in written if put.verdict == NEW]
    changed = [put for put in written if put.verdict == CHANGED]
    session.add_all([row for put in new for row in (put.person, put.contact) if row])
    session.flush()
    if new:
        session.execute(insert(Account), [{"employee_id": put.person.id} for put in new])
    record_all_facts(session, [(put.person, put.told) for put in puts], told)
    change_each(session, [(put.person, put.told) for put in changed])
    if written:
        EMPLOYEE_WORDS.write(session, *(put.person for put in written))
    outbox.record_all([event for put in written for event in _events(put)])


def _events(put: _Put) -> Iterator[Event]:
    yield events.employee_changed(put.person)
    if put.contact:
        yield events.contact_changed(put.contact)


def _known(rows: Sequence[Mapping[str, Any]]) -> _Known:
    nips = [parse_nip(row["nip"]).digits for row in rows]
    people = select(Employee).where(Employee.nip.in_(nips))
    present = {
        person.nip: person
        for person in db.session.scalars(people.options(selectinload(Employee.former_nips)))
    }
    if any(_moves(row, present) for row in rows):
        take_turn()  # who is given an office meanwhile loses it by moving
    return _Known(
        queries.today(),
        _opds({row["values"]["unit_id"] for row in rows}),
        present,
        set(db.session.scalars(select(FormerNip.nip).where(FormerNip.nip.in_(nips)))),
        _officers([person.id for person in present.values()]),
    )


def _moves(row: Mapping[str, Any], people: Mapping[str, Employee]) -> bool:
    person = people.get(parse_nip(row["nip"]).digits)
    return person is not None and person.unit_id != row["values"]["unit_id"]


def _opds(unit_ids: Collection[UUID]) -> dict[UUID, UUID | None]:
    """Return the OPD of each unit that may have people."""
    fit = select(Unit.id, Unit.opd_id).where(Unit.id.in_(unit_ids), Unit.active)
    return {row.id: row.opd_id for row in db.session.execute(fit)}


def _officers(person_ids: Collection[UUID]) -> set[UUID]:
    """Return which of these people hold or lend a role, or stand in for somebody."""
    held = select(RoleGrant.employee_id).where(
        RoleGrant.employee_id.in_(person_ids), RoleGrant.active
    )
    ends = (Delegation.from_employee_id, Delegation.to_employee_id)
    lent = select(*ends).where(or_(*(end.in_(person_ids) for end in ends)), Delegation.active)
    return (
        {
            person_id
            for statement in (held, lent)
            for row in db.session.execute(statement)
            for person_id in row
        }
        if person_ids
        else set()
    )
