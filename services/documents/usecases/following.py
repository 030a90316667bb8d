"""Keeping the local copy of employees."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from chassis.events.envelope import Event
from services.documents.models import Employee, db


def keep_employee(event: Event) -> None:
    """Keep the newest state of an employee; an older event changes nothing."""
    data = event.data
    with db.transaction() as session:
        wanted = select(Employee).where(Employee.id == UUID(data["id"]))
        employee = session.scalars(wanted).one_or_none()
        if employee is None:
            employee = Employee(id=UUID(data["id"]), version=0)
            session.add(employee)
        elif employee.version >= event.version:
            return
        revoked = data.get("sessions_revoked_at")
        employee.name = _full_name(data["name"], data.get("title_prefix"), data.get("title_suffix"))
        employee.sessions_revoked_at = datetime.fromisoformat(revoked) if revoked else None
        employee.version = event.version


def _full_name(name: str, prefix: str | None, suffix: str | None) -> str:
    named = f"{prefix} {name}" if prefix else name
    return f"{named}, {suffix}" if suffix else named
