"""Keeps copies of identity's people and units; a version older than the kept one is ignored."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.events.envelope import Event
from services.notification.models import Contact, Employee, RoleGrant, Unit, db


def keep_employee(event: Event) -> None:
    data = event.data
    revoked_at = data.get("sessions_revoked_at")
    _keep(
        Employee,
        event,
        name=_full_name(data),
        active=data["active"],
        sessions_revoked_at=datetime.fromisoformat(revoked_at) if revoked_at else None,
    )


def keep_unit(event: Event) -> None:
    data = event.data
    _keep(
        Unit,
        event,
        kind=data["kind"],
        name=data["name"],
        zone=data.get("zone"),
        bkpsdm=bool(data.get("bkpsdm")),
        active=data["active"],
    )


def keep_role(event: Event) -> None:
    data = event.data
    ends_on = data.get("ends_on")
    _keep(
        RoleGrant,
        event,
        employee_id=UUID(data["employee_id"]),
        role=data["role"],
        starts_on=date.fromisoformat(data["starts_on"]),
        ends_on=date.fromisoformat(ends_on) if ends_on else None,
        active=data["active"],
    )


def keep_contact_version(event: Event) -> None:
    """Note that a person's contacts changed; the sender fetches them when it needs them."""
    employee_id = UUID(event.data["id"])
    contact = db.session.get(Contact, employee_id)
    if contact is None:
        contact = Contact(employee_id=employee_id, known_version=0)
        db.session.add(contact)
    contact.known_version = max(contact.known_version, int(event.data["version"]))


def _keep(model: Any, event: Event, **values: Any) -> None:
    key = UUID(event.data["id"])
    kept = db.session.get(model, key)
    if kept is None:
        db.session.add(model(id=key, version=event.version, **values))
        return
    if event.version < kept.version:
        return
    for name, value in {"version": event.version, **values}.items():
        setattr(kept, name, value)


def _full_name(data: Mapping[str, Any]) -> str:
    before = f"{data['title_prefix']} " if data.get("title_prefix") else ""
    after = f", {data['title_suffix']}" if data.get("title_suffix") else ""
    return f"{before}{data['name']}{after}"
