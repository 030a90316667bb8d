"""What stands in a region today: offices and their holders, catalogue, zone, holidays.

All of it changes seldom and is asked with every request, so it is read once per stamp: each
change writes a new `RegionStamp` in its own transaction.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.process.regions import current_region
from services.proposal.domain.facts import Moment
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.organisation import Delegation, Grant, Organisation, UnitNode
from services.proposal.domain.parsing import parse_layanan
from services.proposal.models import Delegation as DelegationRow
from services.proposal.models import Holiday, RegionStamp, RoleGrant, Unit, db
from services.proposal.models import LayananDefinition as DefinitionRow

DEFAULT_ZONE = "Asia/Jakarta"
# A version of a layanan never changes once it is installed, so it is parsed once per process.
_definitions: dict[UUID, LayananDefinition] = {}


@dataclass(frozen=True)
class RegionBook:
    """`layanan` holds every version by its id, `current` the newest version's id by code.

    `answers` keeps what was worked out from the book, as long as the book itself.
    """

    region: str
    name: str
    zone: ZoneInfo
    organisation: Organisation
    layanan: Mapping[UUID, LayananDefinition]
    current: Mapping[str, UUID]
    holidays: frozenset[date]
    answers: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def opd_ids(self) -> tuple[UUID, ...]:
        return tuple(unit.id for unit in self.organisation.units if unit.kind == "opd")

    def moment(self, at: datetime | None = None) -> Moment:
        return Moment(at or now(), self.zone, self.holidays)


def region_book() -> RegionBook:
    """Return the book of the bound region, read again only after a change."""
    stamp = db.session.scalar(select(RegionStamp.stamp))
    return _kept(current_region(), stamp) if stamp else _read(current_region())


def turn_page(session: Session) -> None:
    """Make every process read the bound region's book again."""
    stamp = uuid7()
    session.flush()
    changed = session.execute(update(RegionStamp).values(stamp=stamp))
    if not cast("CursorResult[Any]", changed).rowcount:
        session.add(RegionStamp(stamp=stamp))
    session.flush()


@lru_cache(maxsize=64)
def _kept(region: str, _stamp: UUID) -> RegionBook:
    return _read(region)


def _read(region: str) -> RegionBook:
    session = db.session
    area = session.execute(select(Unit.name, Unit.zone).where(Unit.kind == "region")).first()
    definitions = session.scalars(select(DefinitionRow).order_by(DefinitionRow.code)).all()
    return RegionBook(
        region=region,
        name=area.name if area else region,
        zone=ZoneInfo((area.zone if area else None) or DEFAULT_ZONE),
        organisation=_organisation(),
        layanan={row.id: _parsed(row.id, row) for row in definitions},
        current={row.code: row.id for row in definitions if row.current},
        holidays=frozenset(session.scalars(select(Holiday.day))),
    )


def _parsed(definition_id: UUID, row: DefinitionRow) -> LayananDefinition:
    known = _definitions.get(definition_id)
    if known is None:
        known = _definitions.setdefault(definition_id, parse_layanan(row.definition))
    return known


def _organisation() -> Organisation:
    units = db.session.scalars(select(Unit).where(Unit.kind != "unit"))
    grants = db.session.scalars(select(RoleGrant).where(RoleGrant.active))
    delegations = db.session.scalars(select(DelegationRow).where(DelegationRow.active))
    return Organisation(
        units=tuple(_unit(row) for row in units),
        grants=tuple(_grant(row) for row in grants),
        delegations=tuple(_delegation(row) for row in delegations),
    )


def _unit(row: Unit) -> UnitNode:
    return UnitNode(
        id=row.id,
        code=row.code,
        kind=row.kind,
        parent_id=row.parent_id,
        opd_id=row.opd_id,
        bkpsdm=row.bkpsdm,
        active=row.active,
    )


def _grant(row: RoleGrant) -> Grant:
    return Grant(
        employee_id=row.employee_id,
        role=row.role,
        unit_id=row.unit_id,
        acting=row.acting,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        active=row.active,
    )


def _delegation(row: DelegationRow) -> Delegation:
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
