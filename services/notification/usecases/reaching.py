"""Where a person is reached: fetched from identity when needed, kept until a newer version is told.

`reach` is called by the sender only, outside any transaction: it may ask over the network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.events.envelope import Event
from chassis.http.peers import PeerUnavailable
from chassis.process.regions import in_region
from chassis.process.runtime import here
from services.notification.adapters.channels import Address
from services.notification.models import Contact, db
from services.notification.usecases.unreached import forget

_FOUND, _MISSING = 200, 404


@dataclass(frozen=True)
class Reach:
    email: str | None = None
    phone: str | None = None
    language: str | None = None

    def at(self, address: Address) -> str | None:
        """Return the address of this kind; empty for a channel that needs none."""
        return {Address.EMAIL: self.email, Address.PHONE: self.phone, Address.NONE: ""}[address]


def reach_in(contact: Contact | None) -> Reach | None:
    """Return what the copy says of a person, while it is still good."""
    if contact is None or contact.fetched_version is None:
        return None
    if contact.fetched_version < contact.known_version:
        return None
    return Reach(contact.email, contact.phone, contact.language)


def reach(person: UUID, *, region: str) -> Reach:
    """Fetch a person's addresses and language, and keep a copy.

    Raises `PeerUnavailable` when identity does not answer.
    """
    with in_region(region):
        fetched = _fetched(person)
        if fetched is None:
            return Reach()
        _keep(person, fetched)
    return Reach(fetched.get("email"), fetched.get("phone"), fetched.get("language"))


def note_contact_versions(events: Sequence[Event]) -> None:
    """Note whose contacts changed; the sender fetches them when it needs them."""
    told = [(UUID(event.data["id"]), int(event.data["version"])) for event in events]
    with db.transaction() as session:
        contacts = select(Contact).where(Contact.employee_id.in_({person for person, _ in told}))
        known = {row.employee_id: row for row in session.scalars(contacts)}
        changed = set()
        for person, version in told:
            if person not in known:
                known[person] = Contact(employee_id=person, known_version=0)
                session.add(known[person])
            if version > known[person].known_version:
                known[person].known_version = version
                changed.add(person)
        if changed:
            forget(changed)


def _fetched(person: UUID) -> dict[str, Any] | None:
    answer = here().peers["identity"].get(f"/api/identity/v1/contacts/{person}")
    if answer.status == _MISSING:
        return None
    if answer.status != _FOUND:
        raise PeerUnavailable(peer="identity")
    found: dict[str, Any] = answer.json()
    return found


def _keep(person: UUID, found: dict[str, Any]) -> None:
    version = int(found["version"])
    with db.transaction() as session:
        contact = session.get(Contact, person, populate_existing=True)
        if contact is None:
            contact = Contact(employee_id=person, known_version=version)
            session.add(contact)
        contact.fetched_version = version
        contact.email, contact.phone = found.get("email"), found.get("phone")
        contact.language = found.get("language")
