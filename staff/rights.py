"""What a person may do here, asked of the service's own copies at the moment of the request."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, not_, select

from chassis.http.auth import asking, check_strength
from chassis.kernel.errors import Forbidden
from chassis.kernel.words import Moment
from chassis.process.clock import now
from staff.organisation import within
from staff.snapshot import region_name
from staff.tables import KeptDelegation, KeptEmployee, KeptPerson, KeptRole, NotKept, People


class DecidingBarred(Forbidden):
    """The account is being recovered; its owner has time to object before it decides (C17)."""

    code = "deciding_barred"
    text = {
        "id": "Akun Anda sedang dalam pemulihan dan belum dapat memutuskan sampai {until}.",
        "en": "Your account is being recovered and cannot decide until {until}.",
    }


def holds(people: People, person_id: UUID, roles: Collection[str]) -> bool:
    """Say whether a person holds one of these roles today, for whatever unit.

    Today is the region's day, not Greenwich's. Whoever left holds nothing, where it is kept.
    """
    return bool(_held(people, person_id, roles))


def units_of(people: People, person_id: UUID, roles: Collection[str]) -> set[UUID]:
    """Return the units for which a person holds one of these roles today.

    For services whose table of roles has the unit.
    """
    held = _held(people, person_id, roles)
    return {row.unit_id for row in held if row.unit_id is not None}


def _held(people: People, person_id: UUID, roles: Collection[str]) -> list[Any]:
    role = people.table(KeptRole)
    statement = select(role).where(
        role.employee_id == person_id,
        role.role.in_(roles),
        role.active,
        *_has_not_left(people, role),
    )
    today = _today(people)
    held = people.db.session.scalars(statement)
    return [row for row in held if within(row.starts_on, row.ends_on, today)]


def roles_exercised(people: People, person_id: UUID) -> set[str]:
    """Return the roles that a person holds or stands in for today, as far as they are kept."""
    rows = [*_rows_of(people, KeptRole, "employee_id", person_id)]
    rows += _rows_of(people, KeptDelegation, "to_employee_id", person_id)
    if not rows:
        return set()
    today = _today(people)
    return {row.role for row in rows if within(row.starts_on, row.ends_on, today)}


def _rows_of(
    people: People, kind: type[KeptRole | KeptDelegation], owner: str, person_id: UUID
) -> list[Any]:
    try:
        table: Any = people.table(kind)
    except NotKept:
        return []
    rows = select(table).where(getattr(table, owner) == person_id, table.active)
    return list(people.db.session.scalars(rows))


def require_role(people: People, person_id: UUID, roles: Collection[str]) -> None:
    """Let only holders of one of these roles pass. Raises `Forbidden` or `DecidingBarred`."""
    if not holds(people, person_id, roles):
        raise Forbidden
    check_may_decide(people, person_id)


def check_may_decide(people: People, person_id: UUID) -> None:
    """Refuse whose account is being recovered. Raises `DecidingBarred`.

    For services that keep the facts of people; identity refuses in its own administration.
    """
    try:
        people.table(KeptEmployee)
    except NotKept:
        return
    check_is_not_barred(people, people.person(person_id))


def check_is_not_barred(people: People, person: KeptEmployee | None) -> None:
    """Do what `check_may_decide` does for somebody whose row is in hand."""
    if told := person.facts.get("deciding_barred_until") if person else None:
        refuse_until(datetime.fromisoformat(told), zone=region_name(people).zone)


def refuse_until(until: datetime | None, *, zone: ZoneInfo) -> None:
    """Raise `DecidingBarred` before an instant."""
    if until is not None and now() < until:
        raise DecidingBarred(until=Moment(until, zone.key))


def revoked_at(people: People) -> Callable[[UUID], datetime | None]:
    """Return the question since when a person's older tokens are void, for `service_app`.

    It is asked of every token of a person, so it also refuses one that was got with a password
    alone to who has a role that needs a second factor (`SecondFactorNeeded`).
    """
    person = people.table(KeptPerson)
    question = select(person.sessions_revoked_at).where(person.id == bindparam("person"))
    people.db.opening.add("revoked_at", question)

    def asked(person_id: UUID) -> datetime | None:
        if (who := asking()) is not None:
            check_strength(who, lambda: roles_exercised(people, person_id))
        told: datetime | None = people.db.opening.told("revoked_at", person=person_id)
        return told

    return asked


def _has_not_left(people: People, role: type[KeptRole]) -> list[ColumnElement[bool]]:
    try:
        employee = people.table(KeptEmployee)
    except NotKept:
        return []
    left = select(employee.id).where(employee.id == role.employee_id, not_(employee.active))
    return [not_(left.exists())]


def _today(people: People) -> date:
    return now().astimezone(region_name(people).zone).date()
