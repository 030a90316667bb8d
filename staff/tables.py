"""The tables in which a service keeps what identity tells, as mixins for its own models.

A service that only writes names to people needs the smaller ones; one that asks who decides needs
`KeptEmployee`, `KeptUnitInTree`, `KeptRoleOfUnit` and `KeptDelegation`. Table names, indexes,
lengths and further columns are the service's own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import Index, bindparam, inspect, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.data.db import Database, RegionScoped
from chassis.data.reading import Reading
from chassis.events.envelope import Event
from chassis.events.inbox import EventData
from staff.hearing import DelegationData, EmployeeData, RoleData, UnitData
from staff.names import full_name


class Kept(RegionScoped):
    """A copy of something of identity's; `version` is that of the state it holds."""

    heard_as: ClassVar[str]
    reads: ClassVar[EventData]
    usual_name: ClassVar[str]
    usual_index: ClassVar[tuple[str, ...]] = ()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]

    @classmethod
    def columns_of(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Pick from an event's data what this table has a column for."""
        reads = cls._in_columns()
        heard = reads.load(data)
        return {name: heard.get(name) for name in reads.fields}

    @classmethod
    @cache
    def _in_columns(cls) -> EventData:
        """Return the reader of those members for which there is a column; the rest is not read."""
        columns = inspect(cls).columns
        return type(cls.reads)(only=[name for name in cls.reads.fields if name in columns])


@dataclass(frozen=True)
class Change:
    """A row that differs from what was kept before, and the event that says so.

    `replaced` are the columns in which something else stood; of a new row there is none.
    """

    row: Kept
    replaced: Collection[str]
    event: Event


class KeptPerson(Kept):
    """What somebody is called, with titles, and since when older tokens are void."""

    heard_as: ClassVar[str] = "employee.changed.v1"
    usual_name: ClassVar[str] = "employees"
    reads: ClassVar[EventData] = EmployeeData()
    name: Mapped[str]
    sessions_revoked_at: Mapped[datetime | None]

    @property
    def full_name(self) -> str:
        return self.named(self)

    @classmethod
    def named(cls, person: Any) -> str:
        """Write the name of a person; a row of the columns will do."""
        return str(person.name)

    @classmethod
    def columns_of(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        return super().columns_of(data) | {"name": _named(data["name"], data)}


class KeptEmployee(KeptPerson):
    """Everything that identity tells of an employee. Here `name` is without titles.

    `facts` holds what has no column, titles too, as it came: JSON values.
    """

    nip: Mapped[str]
    kind: Mapped[str]
    unit_id: Mapped[UUID | None]
    opd_id: Mapped[UUID | None]
    active: Mapped[bool]
    facts: Mapped[dict[str, Any]]

    _IN_COLUMNS: ClassVar[frozenset[str]] = frozenset(
        {"id", "nip", "name", "unit_id", "opd_id", "active", "sessions_revoked_at"}
    )

    @classmethod
    def named(cls, person: Any) -> str:
        return _named(person.name, person.facts)

    @classmethod
    def columns_of(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        facts = {key: value for key, value in data.items() if key not in cls._IN_COLUMNS}
        return super().columns_of(data) | {"name": data["name"], "facts": facts}


class KeptUnit(Kept):
    """What a text says of a unit. The region itself is the one of kind `region`."""

    heard_as: ClassVar[str] = "unit.changed.v1"
    usual_name: ClassVar[str] = "units"
    reads: ClassVar[EventData] = UnitData()
    kind: Mapped[str]
    name: Mapped[str]
    zone: Mapped[str | None]
    bkpsdm: Mapped[bool]
    active: Mapped[bool]

    @classmethod
    def columns_of(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        return super().columns_of(data) | {"bkpsdm": bool(data.get("bkpsdm"))}


class KeptUnitInTree(KeptUnit):
    """A unit with its place below others."""

    code: Mapped[str]
    parent_id: Mapped[UUID | None]
    opd_id: Mapped[UUID | None]


class KeptRole(Kept):
    """Who holds a role, and from which day to which."""

    heard_as: ClassVar[str] = "role.changed.v1"
    usual_name: ClassVar[str] = "role_grants"
    usual_index: ClassVar[tuple[str, ...]] = ("employee_id",)
    reads: ClassVar[EventData] = RoleData()
    employee_id: Mapped[UUID]
    role: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    active: Mapped[bool]


class KeptRoleOfUnit(KeptRole):
    """A role with the unit it is held for, and whether its holder is acting."""

    unit_id: Mapped[UUID | None]
    acting: Mapped[str]


class KeptDelegation(Kept):
    heard_as: ClassVar[str] = "delegation.changed.v1"
    usual_name: ClassVar[str] = "delegations"
    usual_index: ClassVar[tuple[str, ...]] = ("to_employee_id",)
    reads: ClassVar[EventData] = DelegationData()
    role: Mapped[str]
    unit_id: Mapped[UUID | None]
    from_employee_id: Mapped[UUID]
    to_employee_id: Mapped[UUID]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    layanan: Mapped[list[Any] | None]
    active: Mapped[bool]


K = TypeVar("K", bound=Kept)


class NotKept(LookupError):
    """The service has no table of this kind, so the question cannot be answered from it."""


class People:
    """A service's database and those of its tables that are copies of identity's."""

    def __init__(self, db: Database, *tables: type[Kept]) -> None:
        self.db = db
        self.tables = tables

    @classmethod
    def kept(cls, db: Database, base: type[DeclarativeBase], *kinds: type[Kept]) -> "People":
        """Make a table of each kind, for a service that asks nothing more of them."""
        return cls(db, *(_usual_table(kind, base) for kind in kinds))

    def table(self, kind: type[K]) -> type[K]:
        """Return the service's own table of a kind. Raises `NotKept`."""
        for table in self.tables:
            if issubclass(table, kind):
                return table
        raise NotKept(
            f"no table of {kind.__name__} among {[table.__name__ for table in self.tables]}"
        )

    def names(self, person_ids: Collection[UUID]) -> dict[UUID, str]:
        """Return the names of people, with titles; nobody unknown is among them."""
        if not person_ids:
            return {}
        person = self.table(KeptPerson)
        rows = self._by_ids.rows(self.db.session, ids=list(person_ids))
        return {row.id: person.named(row) for row in rows}

    def person(self, person_id: UUID) -> Any:
        """Return what is kept of one person, to be read only; None of whom nothing was heard."""
        return self._by_ids.first(self.db.session, ids=[person_id])

    @cached_property
    def _by_ids(self) -> Reading:
        person = self.table(KeptPerson)
        return Reading(select(person).where(person.id.in_(bindparam("ids", expanding=True))))


def _usual_table(kind: type[Kept], base: type[DeclarativeBase]) -> type[Kept]:
    columns = [f"ix_{kind.usual_name}_{'_'.join(kind.usual_index)}", "region", *kind.usual_index]
    body = {
        "__module__": base.__module__,
        "__tablename__": kind.usual_name,
        "__table_args__": (Index(*columns),) if kind.usual_index else (),
    }
    return type(kind.__name__.removeprefix("Kept"), (kind, base), body)


def _named(name: str, titles: Mapping[str, Any]) -> str:
    return full_name(name, titles.get("title_prefix"), titles.get("title_suffix"))
