"""The demo region: units, people, roles, and a file with their random passwords."""

import json
import secrets
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask

from chassis.process.data_folder import write_private
from chassis.process.regions import in_region
from services.identity.domain import totp
from services.identity.models import Region, db
from services.identity.seeds.demo_people import PEOPLE
from services.identity.seeds.demo_region import REGION, UNITS, DemoPerson
from services.identity.usecases import (
    contacts,
    employees,
    passwords,
    regions,
    roles,
    second_factor,
    units,
)

CREDENTIALS = "demo-credentials.json"
_SOURCE = "data contoh"
_SINCE = date(2024, 1, 2)
_WORDS = (
    *("awan", "batu", "daun", "embun", "gunung", "hujan", "jambu", "kabut", "laut", "mangga"),
    *("nanas", "ombak", "pasir", "rawa", "sawah", "tebing", "ufuk", "wortel", "zaitun", "padi"),
    *("kunyit", "rotan", "salak", "bambu", "cengkih", "durian", "kelapa", "lumut", "merpati"),
    *("panda", "rusa", "tupai"),
)


def seed(app: Flask, data_dir: Path) -> None:
    """Fill a new installation with the demo region; else do nothing.

    Passwords are random and written to `demo-credentials.json`, readable by the owner only,
    before anything is saved: a region whose passwords nobody knows would be of no use.
    """
    with app.app_context():
        if db.session.get(Region, REGION["code"]) is not None:
            return
        with in_region(REGION["code"]), db.transaction():
            unit_ids = _units()
            accounts = [_person(person, unit_ids) for person in PEOPLE]
            write_private(data_dir / CREDENTIALS, _credentials(accounts))


def _units() -> dict[str, UUID]:
    top = regions.set_up(**REGION, demo=True)
    ids = {REGION["code"]: top.id}
    for planned in UNITS:
        unit = units.add(
            code=planned.code,
            name=planned.name,
            kind=planned.kind,
            parent_id=ids[planned.parent],
            bkpsdm=planned.bkpsdm,
        )
        ids[planned.code] = unit.id
    return ids


def _person(person: DemoPerson, unit_ids: dict[str, UUID]) -> dict[str, Any]:
    employee = employees.add(
        by=None,
        nip=person.nip,
        values={
            "name": person.name,
            "title_suffix": person.title_suffix,
            "unit_id": unit_ids[person.unit],
            **person.facts,
        },
        contact={
            "email": f"{person.key.replace('_', '.')}@contoh.example",
            "phone": _phone(person),
        },
        source=_SOURCE,
        as_of=_SINCE,
    )
    contacts.install_verified(employee.id)
    for role, unit in person.roles:
        _grant(employee.id, role, unit_ids[unit] if unit else None)
    password = _password()
    passwords.install_password(employee.id, password, must_change=False)
    secret = _enrol(employee.id) if person.roles else None
    return {
        "key": person.key,
        "nip": person.nip,
        "name": person.name,
        "roles": [role for role, _unit in person.roles],
        "opd": person.unit,
        "password": password,
        "totp_secret": secret,
    }


def _grant(employee_id: UUID, role: str, unit_id: UUID | None) -> None:
    roles.grant(
        {
            "employee_id": employee_id,
            "role": role,
            "unit_id": unit_id,
            "acting": "definitive",
            "starts_on": _SINCE,
            "ends_on": None,
        },
        by=None,
    )


def _enrol(employee_id: UUID) -> str:
    secret = totp.new_secret()
    second_factor.install_secret(employee_id, secret)
    return secret


def _phone(person: DemoPerson) -> str:
    """No operator was given 0834; the numbers are of the form of a mobile number."""
    return f"0834000{person.nip[-3:]}0"


def _password() -> str:
    """Four words and a number: easy to type from a terminal, about 32 bits, for a demo only."""
    words = "-".join(secrets.choice(_WORDS) for _ in range(4))
    return f"{words}-{secrets.randbelow(9000) + 1000}"


def _credentials(accounts: list[dict[str, Any]]) -> str:
    return json.dumps(
        {"region": REGION["code"], "demo": True, "url": None, "accounts": accounts},
        indent=2,
        ensure_ascii=False,
    )
