"""Whom and what a text may call by name: an event carries ids, the copies kept here the names."""

from collections.abc import Collection, Mapping

PERSONS: Mapping[str, str] = {
    "applicant_name": "applicant_id",
    "actor_name": "actor_id",
    "acting_for_name": "acting_for_id",
    "from_employee_name": "from_employee_id",
    "to_employee_name": "to_employee_id",
    "owner_name": "owner_id",
}
UNITS: Mapping[str, str] = {"opd_name": "opd_id", "unit_name": "unit_id"}
NAMED: Mapping[str, str] = {**PERSONS, **UNITS}


def named_by(carried: Collection[str]) -> dict[str, bool]:
    """Return the names that facts of an event lead to; each may be unknown here, thus null."""
    return {name: True for name, key in NAMED.items() if key in carried}
