"""Security events and alarms of the bound region, as the auditor reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select

from chassis.data.listing import Column, Filter, Listing, Wanted
from chassis.data.paging import Page, Source, page
from chassis.process.clock import now
from services.identity.domain.roles import AUDITORS
from services.identity.domain.security_words import KINDS
from services.identity.models import (
    Employee,
    RoleGrant,
    SecurityAlarm,
    SecurityEvent,
    SecurityLimits,
    db,
)
from services.identity.queries import holds, today

TOLD = ("auditor", "sysadmin")
_LATELY = timedelta(days=7)


def _of_person(person_id: UUID) -> ColumnElement[bool]:
    return or_(SecurityEvent.actor_id == person_id, SecurityEvent.person_id == person_id)


def _in_words(statement: Select[Any], words: str) -> Select[Any]:
    """Find a code or the beginning of what an event is about."""
    typed = words.strip().lower()
    return statement.where(
        or_(
            SecurityEvent.why.startswith(typed, autoescape=True),
            SecurityEvent.thing.startswith(typed, autoescape=True),
        )
    )


EVENTS = Listing(
    title="peristiwa-keamanan",
    sort="-noted_at",
    words=_in_words,
    columns=(
        Column(
            "noted_at",
            {"id": "Waktu", "en": "Time"},
            "datetime",
            sort=(SecurityEvent.noted_at, SecurityEvent.id),
            filter=SecurityEvent.noted_at,
        ),
        Column(
            "kind",
            {"id": "Peristiwa", "en": "Event"},
            "code",
            read="kind_label",
            filter=SecurityEvent.kind,
            options=tuple(KINDS),
        ),
        Column("why", {"id": "Keterangan", "en": "What"}, read="why_label"),
        Column("amount", {"id": "Jumlah", "en": "Count"}, "number"),
        Column("actor_name", {"id": "Pelaku", "en": "By"}),
        Column("person_name", {"id": "Tentang", "en": "About"}),
        Column("thing", {"id": "Hal", "en": "Thing"}),
        Column("client_id", {"id": "Aplikasi", "en": "Application"}),
        Column("source", {"id": "Layanan", "en": "Service"}),
    ),
    further=(Filter("person_id", _of_person, "id", words="Who acted, or whom it is about"),),
)


@dataclass(frozen=True)
class Named:
    """An event or alarm with the names of the people in it, looked up now."""

    row: Any
    names: dict[UUID, str]

    def name(self, person_id: UUID | None) -> str | None:
        return self.names.get(person_id) if person_id else None


def events(wanted: Wanted) -> Page:
    """List events, newest first unless wanted otherwise."""
    found = EVENTS.page(db.session(), Source(select(SecurityEvent)), wanted)
    names = names_of(one for row in found.items for one in (row.actor_id, row.person_id))
    return found.each(lambda row: Named(row, names))


def alarms(*, limit: int, cursor: str | None) -> Page:
    """List alarms, newest first."""
    by = (SecurityAlarm.raised_at, SecurityAlarm.id)
    found = page(db.session(), Source(select(SecurityAlarm)), by=by, limit=limit, cursor=cursor)
    names = names_of(one for row in found.items for one in _people_of(row))
    return found.each(lambda row: Named(row, names))


def named_alarm(row: SecurityAlarm) -> Named:
    return Named(row, names_of(_people_of(row)))


def standing(person_id: UUID) -> dict[str, Any]:
    """Tell what of this a person may read, and how many alarms of the last week are open."""
    is_told = holds(person_id, TOLD)
    lately = select(func.count()).select_from(SecurityAlarm)
    lately = lately.where(
        SecurityAlarm.raised_at > now() - _LATELY, SecurityAlarm.closed_at.is_(None)
    )
    return {
        "events": holds(person_id, AUDITORS),
        "alarms": is_told,
        "alarms_lately": (db.session.scalar(lately) or 0) if is_told else 0,
    }


def limits(region: str | None = None) -> SecurityLimits:
    """Return what is too many in a region; a row not yet kept where it chose nothing."""
    statement = select(SecurityLimits)
    if region is not None:
        statement = statement.where(SecurityLimits.region == region)
    return db.session.scalar(statement) or SecurityLimits(most={}, version=1)


def holders_today(roles: Iterable[str], region: str) -> list[UUID]:
    """Return who holds one of the roles in a region today."""
    day = today()
    held = select(RoleGrant).join(Employee, Employee.id == RoleGrant.employee_id)
    rows = db.session.scalars(
        held.where(
            RoleGrant.region == region,
            RoleGrant.role.in_(list(roles)),
            RoleGrant.active,
            RoleGrant.starts_on <= day,
            or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day),
            Employee.active,
        )
    )
    return sorted({row.employee_id for row in rows})


def names_of(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the names, with titles, of people of the bound region."""
    wanted = {one for one in ids if one is not None}
    people = db.session.scalars(select(Employee).where(Employee.id.in_(wanted)))
    return {person.id: person.full_name for person in people}


def _people_of(alarm: SecurityAlarm) -> tuple[UUID | None, UUID | None]:
    return _person(alarm.about), alarm.closed_by


def _person(about: str) -> UUID | None:
    try:
        return UUID(about)
    except ValueError:
        return None
