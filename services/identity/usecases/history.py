"""The history of facts: what was told of an employee, by whom, from which source, as of when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.identity.domain.employees import FACT_NAMES
from services.identity.models import Employee, EmployeeFact

_SOURCED = (*FACT_NAMES, "nip", "name", "title_prefix", "title_suffix", "unit_id")


@dataclass(frozen=True)
class Telling:
    """Who says so, from which source, as of when."""

    by: UUID | None
    source: str
    as_of: date


def record_facts(
    session: Session, person: Employee, values: Mapping[str, Any], told: Telling
) -> None:
    """Keep where facts come from; rows are added, never changed."""
    record_all_facts(session, [(person, values)], told)


def record_all_facts(
    session: Session, facts: Iterable[tuple[Employee, Mapping[str, Any]]], told: Telling
) -> None:
    """Keep where the facts of many people come from, by one statement."""
    rows = [
        {
            "region": person.region,
            "employee_id": person.id,
            "fact": name,
            "value": {"value": _as_json(values[name])},
            "source": told.source,
            "as_of": told.as_of,
            "recorded_by": told.by,
        }
        for person, values in facts
        for name in _SOURCED
        if name in values
    ]
    if rows:
        session.execute(insert(EmployeeFact), rows)


def _as_json(value: Any) -> Any:
    return value if isinstance(value, (bool, int, str, type(None))) else str(value)
