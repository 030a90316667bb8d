"""What a text says of the region and of whom it is written to, from the copies kept here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import select

from chassis.kernel.text import shown_line
from chassis.process.runtime import here
from services.notification.domain.named import NAMED, PERSONS
from services.notification.domain.recipients import recipients
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
    region = db.session.scalar(select(Unit).where(Unit.kind == "region"))
    if region is None:
        raise NotYetKnown("no copy of the region's own unit yet")
    bkpsdm = db.session.scalar(
        select(Unit)
        .where(Unit.kind == "opd", Unit.bkpsdm.is_(True), Unit.active.is_(True))
        .order_by(Unit.id)
    )
    name = shown_line(region.name)
    return Office(name=name, zone=region.zone or DEFAULT_ZONE, sender=_sender(name, bkpsdm))


def name_of(person: UUID) -> str:
    """Return a person's name with titles. Raises `NotYetKnown`."""
    name = PEOPLE.names([person]).get(person)
    if name is None:
        raise NotYetKnown(f"no copy of employee {person} yet")
    return shown_line(name)


def names_in(wanted: Collection[str], data: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the names that a text speaks of, of those whose ids an event carries.

    One that is not known here is null, which leaves out its line: no message waits for the name
    of a third person. Raises `UnrenderableNotice` for what is no id.
    """
    ids = {name: _only(NAMED[name], data) for name in NAMED.keys() & wanted}
    persons = PEOPLE.names([key for name, key in ids.items() if key and name in PERSONS])
    units = _unit_names([key for name, key in ids.items() if key and name not in PERSONS])
    found = {**persons, **units}
    return {name: shown_line(found[key]) if key in found else None for name, key in ids.items()}


def _only(key: str, data: Mapping[str, Any]) -> UUID | None:
    return next(iter(recipients(key, data)), None) if key in data else None


def _unit_names(ids: Collection[UUID]) -> dict[UUID, str]:
    rows = db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids))) if ids else ()
    return {row.id: row.name for row in rows}


def _sender(region_name: str, bkpsdm: Unit | None) -> str:
    if bkpsdm is None:
        return region_name
    office = shown_line(bkpsdm.name)
    return office if region_name in office else f"{office} {region_name}"
