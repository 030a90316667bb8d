"""A service that keeps everything the kit knows, and one that keeps only names, on SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from chassis.data.db import Database, ServiceBase, service_registry
from chassis.process.regions import in_region
from staff.snapshot import PeopleSnapshot, Snapshots, Stamp, read_people
from staff.tables import (
    KeptDelegation,
    KeptEmployee,
    KeptPerson,
    KeptRoleOfUnit,
    KeptUnitInTree,
    People,
)


class Base(ServiceBase):
    registry = service_registry()


db = Database(Base)


class Employee(KeptEmployee, Base):
    __tablename__ = "employees"


class Unit(KeptUnitInTree, Base):
    __tablename__ = "units"


class RoleGrant(KeptRoleOfUnit, Base):
    __tablename__ = "role_grants"


class Delegation(KeptDelegation, Base):
    __tablename__ = "delegations"


class RegionStamp(Stamp, Base):
    __tablename__ = "region_stamps"


class Name(KeptPerson, Base):
    __tablename__ = "names"


PEOPLE = People(db, Employee, Unit, RoleGrant, Delegation)
NAMES = People(db, Name)


def _read() -> PeopleSnapshot:
    return read_people(PEOPLE)


SNAPSHOTS = Snapshots(db, RegionStamp, _read)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[None]:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path}/staff.db"
    db.init_app(app)
    with app.app_context():
        db.create_all()
        with in_region("demo"):
            yield
        db.session.remove()
        db.engine.dispose()
