"""What a text says of the region and of whom it is written to, from the copies kept here."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import and_, or_, select

from chassis.kernel.text import shown_line
from chassis.process.runtime import here
from services.notification.domain.named import NAMED, PERSONS
from services.notification.domain.recipients import recipients as ids_in
from services.notification.models import PEOPLE, Unit, db
from staff.snapshot import DEFAULT_ZONE


class NotYetKnown(Exception):
    """A copy the text needs has not arrived yet; the event is tried again on its schedule."""


_OPENING = "/portal/buka/"  # the portal knows which of its pages is about what


@dataclass(frozen=True)
class Office:
    """What a text says of the region: its name, its zone, and the line it is signed with."""

    name: str
    zone: str
    sender: str

    def facts(self, subject: str) -> dict[str, str]:
        """Return what is added to the facts of an event, but for the recipient's name.

        `subject` is what the event is about; the portal leads from its address to the page.
        """
        public_url = here().settings.public_url
        return {
            "region_name": self.name,
            "sender": self.sender,
            "app_url": public_url,
            "case_url": f"{public_url}{_OPENING}{quote(subject)}",
        }


def office() -> Office:
    """Return the bound region's office. Raises `NotYetKnown`."""
    bkpsdm = and_(Unit.kind == "opd", Unit.bkpsdm.is_(True), Unit.active.is_(True))
    units = select(Unit.kind, Unit.name, Unit.zone).where(or_(Unit.kind == "region", bkpsdm))
    first: dict[str, Any] = {}
    for row in db.session.execute(units.order_by(Unit.id)):
        first.setdefault(row.kind, row)
    if "region" not in first:
        raise NotYetKnown("no copy of the region's own unit yet")
    name, opd = shown_line(first["region"].name), first.get("opd")
    sender = _sender(name, shown_line(opd.name)) if opd else name
    return Office(name=name, zone=first["region"].zone or DEFAULT_ZONE, sender=sender)


@dataclass(frozen=True)
class Names:
    """The names that texts speak of: of their recipients, and of whom their events carry the ids.

    One that is not known here is null, which leaves out its line: no message waits for the name
    of a third person.
    """

    known: Mapping[UUID, str]

    def of(self, recipient: UUID) -> str:
        """Return a person's name with titles. Raises `NotYetKnown`."""
        if recipient not in self.known:
            raise NotYetKnown(f"no copy of employee {recipient} yet")
        return shown_line(self.known[recipient])

    def of_event(self, meant: Mapping[str, UUID | None]) -> dict[str, str | None]:
        """Return the names that stand for what an event means by them."""
        return {
            name: shown_line(self.known[key]) if key and key in self.known else None
            for name, key in meant.items()
        }


def name_of(person: UUID) -> str:
    """Return a person's name with titles. Raises `NotYetKnown`."""
    return Names(PEOPLE.names([person])).of(person)


def meant_in(data: Mapping[str, Any], wanted: Collection[str]) -> dict[str, UUID | None]:
    """Say whom or what an event means by each name that a text wants of it.

    Raises `UnrenderableNotice` for what an event carries and is no id.
    """
    return {name: _only(NAMED[name], data) for name in NAMED.keys() & wanted}


def names_of(recipients: Collection[UUID], meant: Iterable[Mapping[str, UUID | None]]) -> Names:
    """Look up the names of recipients, and those that events mean."""
    wanted = {(name in PERSONS, key) for each in meant for name, key in each.items() if key}
    persons = {key for is_person, key in wanted if is_person}
    units = {key for is_person, key in wanted if not is_person}
    return Names(PEOPLE.names({*persons, *recipients}) | _unit_names(units))


def _only(key: str, data: Mapping[str, Any]) -> UUID | None:
    return next(iter(ids_in(key, data)), None) if key in data else None


def _unit_names(ids: Collection[UUID]) -> dict[UUID, str]:
    rows = db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids))) if ids else ()
    return {row.id: row.name for row in rows}


def _sender(region_name: str, bkpsdm: str) -> str:
    return bkpsdm if region_name in bkpsdm else f"{bkpsdm} {region_name}"
