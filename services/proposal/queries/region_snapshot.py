"""What stands in a region today: the people part of the kit, with catalogue and holidays."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from chassis.process.clock import now
from chassis.process.runtime import here
from services.proposal.domain.facts import Moment
from services.proposal.domain.layanan import LayananDefinition, LayananUnknown
from services.proposal.domain.reading import read_layanan
from services.proposal.models import PEOPLE, Holiday, RegionStamp, db
from services.proposal.models import LayananDefinition as DefinitionRow
from staff.snapshot import PeopleSnapshot, Snapshots, read_people

# A version of a layanan never changes once it is installed, so it is parsed once per process.
_definitions: dict[UUID, LayananDefinition] = {}


@dataclass(frozen=True)
class RegionSnapshot(PeopleSnapshot):
    """`layanan` holds every version by its id, `current` the newest version's id by code.

    `reaches` keeps what each person may decide, as long as the snapshot itself.
    """

    layanan: Mapping[UUID, LayananDefinition]
    current: Mapping[str, UUID]
    holidays: frozenset[date]
    reaches: dict[Hashable, Any] = field(default_factory=dict)

    def offers(self) -> list[UUID]:
        """Return the ids of the present versions that are offered: nobody waits for a decider
        that is not installed (R39).
        """
        return [self.current[code] for code in self.current if self.offers_code(code)]

    def offers_code(self, code: str) -> bool:
        """Say whether the region offers a layanan."""
        definition_id = self.current.get(code)
        return definition_id is not None and _is_decided_here(self.layanan[definition_id])

    def in_force(self, code: str) -> LayananDefinition | None:
        """Return the present version of a layanan, None where it is not offered."""
        return self.layanan[self.current[code]] if self.offers_code(code) else None

    def offered(self, code: str) -> UUID:
        """Return the id of the version of a layanan that is offered. Raises `LayananUnknown`."""
        if not self.offers_code(code):
            raise LayananUnknown
        return self.current[code]

    def version_of(self, code: str, version: int) -> LayananDefinition:
        """Return one version of a layanan, present or past. Raises `LayananUnknown`."""
        for layanan in self.layanan.values():
            if (layanan.code, layanan.version) == (code, version):
                return layanan
        raise LayananUnknown

    def moment(self, at: datetime | None = None) -> Moment:
        return Moment(at or now(), self.zone, self.holidays)


def _is_decided_here(layanan: LayananDefinition) -> bool:
    return layanan.deciding_services <= here().manifests.keys()


def region_zone() -> ZoneInfo:
    """Return the zone of the bound region."""
    return region_snapshot().zone


def _read() -> RegionSnapshot:
    people = read_people(PEOPLE)
    definitions = db.session.scalars(
        select(DefinitionRow).order_by(DefinitionRow.code, DefinitionRow.version)
    ).all()
    return RegionSnapshot(
        region=people.region,
        name=people.name,
        zone=people.zone,
        organisation=people.organisation,
        layanan={row.id: _parsed(row.id, row) for row in definitions},
        current={row.code: row.id for row in definitions if row.current},
        holidays=frozenset(db.session.scalars(select(Holiday.day))),
    )


def _parsed(definition_id: UUID, row: DefinitionRow) -> LayananDefinition:
    definition = _definitions.get(definition_id)
    if definition is None:
        definition = _definitions.setdefault(definition_id, read_layanan(row.definition))
    return definition


SNAPSHOTS = Snapshots(db, RegionStamp, _read)
region_snapshot = SNAPSHOTS.of_bound_region
invalidate_snapshot = SNAPSHOTS.invalidate
