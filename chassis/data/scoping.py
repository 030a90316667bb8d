"""Rows that belong to a region, and which tables of a statement have such rows."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import String, Table, event
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import ClauseElement, visitors

from chassis.process import regions


class RegionScoped:
    """A model whose every row belongs to a region: filled, filtered and checked by `Database`."""

    region: Mapped[str] = mapped_column(String(16), default=regions.current_region)


def scoped_tables(statement: ClauseElement) -> Iterator[str]:
    """Name the tables of a statement whose rows belong to a region."""
    for element in visitors.iterate(statement):
        if isinstance(element, Table) and element.info.get("region_scoped"):
            yield element.name


@event.listens_for(RegionScoped, "instrument_class", propagate=True)
def _mark_scoped(mapper: Any, _class: type) -> None:
    if isinstance(mapper.local_table, Table):
        mapper.local_table.info["region_scoped"] = True
