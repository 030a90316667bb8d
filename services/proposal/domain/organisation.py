"""The offices and who holds them, as plain values read from this service's own copies."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from services.proposal.domain.stages import Role


@dataclass(frozen=True)
class UnitNode:
    """One unit. `kind` is region, opd, unit or division; `bkpsdm` marks BKPSDM's own OPD."""

    id: UUID
    code: str
    kind: str
    parent_id: UUID | None = None
    opd_id: UUID | None = None
    bkpsdm: bool = False
    active: bool = True


@dataclass(frozen=True)
class Grant:
    """A role held by somebody, for a unit (or the region), from day to day inclusive."""

    employee_id: UUID
    role: str
    unit_id: UUID | None = None
    acting: str = "definitive"
    starts_on: date = date.min
    ends_on: date | None = None
    active: bool = True

    def runs(self, today: date) -> bool:
        return self.active and _within(self.starts_on, self.ends_on, today)


@dataclass(frozen=True)
class Delegation:
    """A holder lends a role to somebody for a time; `layanan` None means for all of them."""

    role: str
    from_employee_id: UUID
    to_employee_id: UUID
    starts_on: date
    ends_on: date | None = None
    unit_id: UUID | None = None
    layanan: frozenset[str] | None = None
    active: bool = True

    def runs(self, today: date) -> bool:
        return self.active and _within(self.starts_on, self.ends_on, today)


@dataclass(frozen=True)
class Organisation:
    """Everything `deciders` needs to know of one region."""

    units: tuple[UnitNode, ...] = ()
    grants: tuple[Grant, ...] = ()
    delegations: tuple[Delegation, ...] = ()

    @cached_property
    def region_wide_ids(self) -> frozenset[UUID]:
        """Return the units whose officers serve the whole region: the region and BKPSDM."""
        return frozenset(
            unit.id
            for unit in self.units
            if unit.kind == "region" or (unit.kind == "opd" and unit.bkpsdm)
        )

    def division_ids(self, codes: Collection[str]) -> frozenset[UUID]:
        """Find the divisions that handle a layanan (R19).

        Every division handles it where the layanan names none, or none that the region has: a
        catalogue taken over from elsewhere works before the region assigns its divisions.
        """
        divisions = [unit for unit in self.units if unit.active and unit.kind == "division"]
        named = [unit for unit in divisions if unit.code in codes]
        return frozenset(unit.id for unit in named or divisions)


def scope_of(
    role: str,
    *,
    opd_id: UUID,
    divisions: Collection[str],
    organisation: Organisation,
) -> frozenset[UUID] | None:
    """Return the units a role must be held for; None means the region.

    An empty set is an answer too: the region has no division, so nobody holds the role.
    """
    if role in (Role.UMPEG, Role.OPD_HEAD):
        return frozenset({opd_id})
    if role == Role.BKPSDM_ADMIN:
        return organisation.division_ids(divisions)
    return None


def _within(first: date, last: date | None, day: date) -> bool:
    return first <= day and (last is None or day <= last)
