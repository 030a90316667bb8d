"""What is asked of a large register, each as one call; `grown.fill` made what is there."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import select

from chassis.data.listing import Wanted
from chassis.process.regions import all_regions
from services.identity import queries
from services.identity.models import Employee, Unit, db
from services.identity.usecases import passwords
from services.identity.usecases.signing_in import find_session

WORDS = ("contoh", "00042", "contoh 00042", "zzz", "siti", "siti contoh")


def _somebody() -> Employee:
    return db.one(select(Employee).where(Employee.active).limit(1))


def _listed(**wanted: Any) -> Any:
    return queries.employees(Wanted(count=0, **wanted))


def _anywhere(ask: Callable[[], Any]) -> Any:
    with all_regions():
        return ask()


def _of_a_unit() -> Any:
    unit_id = db.session.scalar(select(Unit.id).where(Unit.code == "opd-003"))
    return _listed(filters={"unit_id": unit_id})


def _second_page() -> Any:
    return _listed(cursor=_listed().next_cursor)


def _of_a_token(ask: Callable[[str], Any]) -> Any:
    try:
        return ask("nobody's secret")
    except passwords.LinkDead:
        return None


QUESTIONS: dict[str, Callable[[], Any]] = {
    **{f"employees, by {sort}": partial(_listed, sort=sort) for sort in queries.EMPLOYEES.orders},
    **{f"employees, {q}": partial(_listed, q=q) for q in WORDS},
    "employees who left": lambda: _listed(filters={"active": False}),
    "employees of a rare kind": lambda: _listed(filters={"kind": "pppk"}),
    "employees of a unit": _of_a_unit,
    "employees, a second page": _second_page,
    "an NIP": lambda: queries.employee_by_nip(_somebody().nip),
    "an NIP of any region": lambda: _anywhere(lambda: queries.present_nip(_somebody().nip)),
    "units": lambda: queries.units(q=None, limit=20, cursor=None),
    "roles given": lambda: queries.role_grants(limit=20, cursor=None),
    "roles of somebody": lambda: queries.grants_today(_somebody().id),
    "who holds a role": lambda: queries.holders_today("umpeg"),
    "a session": lambda: _of_a_token(find_session),
    "a first link": lambda: _of_a_token(passwords.find_link),
}
