"""Looking things up in a demo region under test."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from chassis.process.regions import in_region
from services.identity.models import Unit, db
from services.identity.queries import employee_by_nip


def account(folder: Path, key: str) -> dict[str, Any]:
    told = json.loads((folder / "demo-credentials.json").read_text("utf-8"))
    return next(item for item in told["accounts"] if item["key"] == key)


def employee_id(app: Flask, folder: Path, key: str) -> UUID:
    nip = account(folder, key)["nip"]
    with app.app_context(), in_region("demo"):
        return employee_by_nip(nip).id


def unit_id(app: Flask, code: str) -> UUID:
    with app.app_context(), in_region("demo"):
        found = db.session.scalar(select(Unit.id).where(Unit.code == code))
    assert found is not None
    return found
