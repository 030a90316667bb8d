"""What stands in a region today: its name and zone, its offices and who holds them.

All of it changes seldom and is asked with every request, so it is read once per stamp: each
change writes a new `Stamp` in its own transaction, which every process sees.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, not_, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from chassis.data.db import Database, RegionScoped
from chassis.process.ids import uuid7
from chassis.process.regions import current_region
from staff.organisation import Delegation, HeldRole, Organisation, UnitNode
from staff.tables import (
    Change,
    KeptDelegation,
    KeptEmployee,
    KeptPerson,
    KeptRoleOfUnit,
    KeptUnit,
    KeptUnitInTree,
    People,
)

DEFAULT_ZONE = "Asia/Jakarta"


@dataclass(frozen=True)
class RegionName:
    """What the region calls itself, and its zone."""

    name: str
    zone: ZoneInfo


@dataclass(frozen=True)
class PeopleSnapshot:
    """The people part of a region's snapshot; a service adds its own in a subclass."""

    region: str
    name: str
    zone: ZoneInfo
    organisation: Organisation


class Stamp(RegionScoped):
    """A new stamp whenever something in a region's snapshot changes; caches key on it."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    stamp: Mapped[UUID] = mapped_column(default=uuid7)


S = TypeVar("S", bound=PeopleSnapshot)


class Snapshots(Generic[S]):
    """A service's snapshots of its regions, each read again only after a change."""

    def __init__(self, db: Database, stamp: type[Stamp], read: Callable[[], S]) -> None:
        self._db, self._stamp, self._read = db, stamp, read
        db.opening.add("stamp", select(stamp.stamp))
        self._kept = lru_cache(maxsize=64)(self._read_at)

    def of_bound_region(self) -> S:
        """Return the snapshot of the bound region."""
        stamp = self._db.opening.told("stamp")
        return self._kept(current_region(), stamp) if stamp else self._read()

    def follow(self, session: Session, changes: Sequence[Change]) -> None:
        """Invalidate after a change of an office, or when a person leaves or comes back.

        Other facts of people are in no snapshot.
        """
        if any(_is_shown(change) for change in changes):
            self.invalidate(session)

    def invalidate(self, session: Session) -> None:
        """Make every process read the bound region's snapshot again."""
        stamp = uuid7()
        session.flush()
        changed = session.execute(update(self._stamp).values(stamp=stamp))
        if not cast("CursorResult[Any]", changed).rowcount:
            row = self._stamp()
            row.stamp = stamp
            session.add(row)
        session.flush()

    def forget(self) -> None:
        """Let go of what this process has read."""
        self._kept.cache_clear()

    def _read_at(self, _region: str, _stamp: UUID) -> S:
        return self._read()


def read_people(people: People) -> PeopleSnapshot:
    """Read the people part of the bound region's snapshot."""
    named = region_name(people)
    return PeopleSnapshot(current_region(), named.name, named.zone, _organisation(people))


def _is_shown(change: Change) -> bool:
    if isinstance(change.row, KeptEmployee):
        return not change.row.active or "active" in change.replaced
    return not isinstance(change.row, KeptPerson)


def region_name(people: People) -> RegionName:
    """Say what the bound region calls itself; its code until identity has told the name."""
    unit = people.table(KeptUnit)
    rows = people.db.session.execute(select(unit.name, unit.zone).where(unit.kind == "region"))
    row = rows.first()
    if row is None:
        return RegionName(current_region(), ZoneInfo(DEFAULT_ZONE))
    return RegionName(row.name, ZoneInfo(row.zone or DEFAULT_ZONE))


def _organisation(people: People) -> Organisation:
    unit, role = people.table(KeptUnitInTree), people.table(KeptRoleOfUnit)
    delegation = people.table(KeptDelegation)
    session = people.db.session
    # Units below an OPD hold no role, and there are many of them.
    units = session.scalars(select(unit).where(unit.kind != "unit"))
    roles = session.scalars(select(role).where(role.active))
    delegations = session.scalars(select(delegation).where(delegation.active))
    return Organisation(
        units=tuple(_unit(row) for row in units),
        roles=tuple(_role(row) for row in roles),
        delegations=tuple(_delegation(row) for row in delegations),
        inactive=_inactive(people),
    )


def _inactive(people: People) -> frozenset[UUID]:
    """Find who left and is still named by a role or a delegation.

    Somebody of whom nothing was heard yet is not among them: a role may come before its holder.
    """
    employee, role = people.table(KeptEmployee), people.table(KeptRoleOfUnit)
    lent = people.table(KeptDelegation)
    named = (
        select(role.employee_id).where(role.active),
        select(lent.from_employee_id).where(lent.active),
        select(lent.to_employee_id).where(lent.active),
    )
    which = or_(*(employee.id.in_(ids) for ids in named))
    return frozenset(
        people.db.session.scalars(select(employee.id).where(not_(employee.active), which))
    )


def _unit(row: KeptUnitInTree) -> UnitNode:
    return UnitNode(
        id=row.id,
        code=row.code,
        kind=row.kind,
        parent_id=row.parent_id,
        opd_id=row.opd_id,
        bkpsdm=row.bkpsdm,
        active=row.active,
    )


def _role(row: KeptRoleOfUnit) -> HeldRole:
    return HeldRole(
        employee_id=row.employee_id,
        role=row.role,
        unit_id=row.unit_id,
        acting=row.acting,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        active=row.active,
    )


def _delegation(row: KeptDelegation) -> Delegation:
    return Delegation(
        role=row.role,
        from_employee_id=row.from_employee_id,
        to_employee_id=row.to_employee_id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        unit_id=row.unit_id,
        layanan=None if row.layanan is None else frozenset(row.layanan),
        active=row.active,
    )
