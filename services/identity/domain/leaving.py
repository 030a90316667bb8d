"""What a person keeps when moving: offices are tied to units, not to people (R32)."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Place:
    """A unit with all that is above it, the unit itself first."""

    path: tuple[UUID, ...]
    opd_id: UUID | None


def stays_behind(office: Place, *, old: Place, new: Place) -> bool:
    """Say whether an office for a unit is lost by moving from one unit to another.

    One elsewhere is not, as that of a Plt of another OPD; nor one for a unit above both.
    """
    unit = office.path[0]
    if unit in new.path:
        return False
    return unit in old.path or office.opd_id == old.opd_id != new.opd_id
