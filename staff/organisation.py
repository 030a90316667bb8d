"""The offices of a region and who holds them, as plain values read from a service's own copies."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from uuid import UUID

# How a role may be held: by appointment, or as Plt, Plh, Pj or by additional duty.
ACTING_KINDS = ("definitive", "plt", "plh", "pj", "tt")


class Role(StrEnum):
    """An officer's role that the rules of R16 name."""

    UMPEG = "umpeg"
    OPD_HEAD = "opd_head"
    OPD_SECRETARY = "opd_secretary"
    BKPSDM_ADMIN = "bkpsdm_admin"
    DIVISION_HEAD = "division_head"
    BKPSDM_SECRETARY = "bkpsdm_secretary"
    BKPSDM_HEAD = "bkpsdm_head"
    SEKDA = "sekda"


_OPD_ROLES = frozenset({Role.UMPEG, Role.OPD_HEAD, Role.OPD_SECRETARY})
_DIVISION_ROLES = frozenset({Role.BKPSDM_ADMIN, Role.DIVISION_HEAD})
_REGION_ROLES = frozenset({Role.BKPSDM_SECRETARY, Role.BKPSDM_HEAD})


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
class HeldRole:
    """A role held by somebody, for a unit (or the region), from day to day inclusive."""

    employee_id: UUID
    role: str
    unit_id: UUID | None = None
    acting: str = "definitive"
    starts_on: date = date.min
    ends_on: date | None = None
    active: bool = True

    @property
    def people(self) -> tuple[UUID, ...]:
        return (self.employee_id,)

    def runs(self, today: date) -> bool:
        return self.active and within(self.starts_on, self.ends_on, today)


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

    @property
    def people(self) -> tuple[UUID, ...]:
        return (self.from_employee_id, self.to_employee_id)

    def runs(self, today: date) -> bool:
        return self.active and within(self.starts_on, self.ends_on, today)


@dataclass(frozen=True)
class Organisation:
    """Everything `deciders` needs to know of one region.

    `inactive` are people who left: nothing that names one of them counts (R31).
    """

    units: tuple[UnitNode, ...] = ()
    roles: tuple[HeldRole, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    inactive: frozenset[UUID] = frozenset()

    @cached_property
    def region_wide_ids(self) -> frozenset[UUID]:
        """Return the units whose officers serve the whole region: the region and BKPSDM.

        Closed ones too: an office there ends by its own days.
        """
        return frozenset(
            unit.id
            for unit in self.units
            if unit.kind == "region" or (unit.kind == "opd" and unit.bkpsdm)
        )

    @cached_property
    def opd_ids(self) -> tuple[UUID, ...]:
        """Return every OPD, closed ones too: what their people filed is still on its way."""
        return tuple(unit.id for unit in self.units if unit.kind == "opd")

    def division_ids(self, codes: Collection[str]) -> frozenset[UUID]:
        """Find the open divisions that handle a layanan (R19).

        Every division handles it where the layanan names none, or none that the region has: a
        catalogue taken over from elsewhere works before the region assigns its divisions.
        """
        divisions = [unit for unit in self.units if unit.active and unit.kind == "division"]
        named = [unit for unit in divisions if unit.code in codes]
        return frozenset(unit.id for unit in named or divisions)

    def counts(self, held: HeldRole | Delegation, today: date) -> bool:
        """Say whether a role or a delegation gives anybody work today."""
        return held.runs(today) and self.inactive.isdisjoint(held.people)

    def roles_of(self, employee_id: UUID, today: date) -> tuple[HeldRole, ...]:
        """Return the roles a person holds today."""
        held = (role for role in self.roles if role.employee_id == employee_id)
        return tuple(role for role in held if self.counts(role, today))

    def oversees(self, held: HeldRole, *, opd_id: UUID, divisions: Collection[str]) -> bool:
        """Say whether an office is on the way of what an employee of an OPD files.

        `divisions` are the codes of those that handle it (see `division_ids`).
        """
        if held.role in _OPD_ROLES:
            return held.unit_id == opd_id
        if held.role in _DIVISION_ROLES:
            return held.unit_id in self.division_ids(divisions)
        return held.role in _REGION_ROLES


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


def within(first: date, last: date | None, day: date) -> bool:
    """Say whether a day lies between two, both inclusive; no last day means for ever."""
    return first <= day and (last is None or day <= last)
