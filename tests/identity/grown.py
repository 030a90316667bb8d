"""A register with many people, some of whom left, and the roles that were given over the years."""

from datetime import date
from typing import Any

from sqlalchemy import insert, select

from chassis.process.ids import uuid7
from chassis.process.regions import in_region
from services.identity.models import Employee, Region, RoleGrant, Unit, db
from tests.builders.service import Service
from tests.identity.test_list_plans import _fill as fill_people

OPDS = 40


def fill(service: Service, size: int) -> None:
    """Put so many people into the register."""
    with service.app.app_context(), in_region("demo"):
        fill_people(size)
        units = [_unit(number) for number in range(OPDS)]
        people = db.session.scalars(select(Employee.id)).all()
        grants = [_grant(number, people, units) for number in range(size)]
        with db.transaction() as session:
            session.add(Region(code="demo", name="Kabupaten Contoh", zone="Asia/Jakarta"))
            session.execute(insert(Unit), units)
            session.execute(insert(RoleGrant), grants)


def _unit(number: int) -> dict[str, Any]:
    code = f"opd-{number:03d}"
    return {"id": uuid7(), "code": code, "name": f"Dinas {number}", "kind": "opd", "region": "demo"}


def _grant(number: int, people: Any, units: Any) -> dict[str, Any]:
    """A role a person; most of them have ended."""
    return {
        "id": uuid7(),
        "employee_id": people[number],
        "role": ("umpeg", "opd_head", "opd_secretary")[number % 3],
        "unit_id": units[number % OPDS]["id"],
        "starts_on": date(2020, 1, 1),
        "active": number % 100 == 0,
        "region": "demo",
    }
