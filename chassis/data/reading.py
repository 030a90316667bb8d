"""Questions that are asked often: a SELECT made and compiled once, answered by plain rows.

It goes past the ORM's own way, which works each statement out anew and builds objects; the filter
by region is the same one, with the region as a parameter.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import msgspec
from sqlalchemy import Select, bindparam
from sqlalchemy.engine import Connection, Result
from sqlalchemy.orm import Session, scoped_session, with_loader_criteria

from chassis.data import postgres
from chassis.data.scoping import RegionScoped, scoped_tables
from chassis.process import regions

AnySession = Session | scoped_session[Any]
Values = Mapping[str, Any]
AnySelect: TypeAlias = "Select[*tuple[Any, ...]]"  # of however many columns
REGION = "bound_region"
OF_REGION = with_loader_criteria(
    RegionScoped, lambda model: model.region == bindparam("bound_region"), include_aliases=True
)


class Reading:
    """A SELECT of columns; its parameters get their values when it is asked.

    Make it once, at the top of a module. A row has a member for each column and cannot be changed.
    Only rows of the bound region are read; without one it raises `RegionNotBound`.
    """

    def __init__(self, statement: AnySelect) -> None:
        self._of_all = statement
        self._of_region = statement.options(OF_REGION)
        self._kind: type[msgspec.Struct] | None = None

    def rows(self, session: AnySession, /, **values: Any) -> Sequence[Any]:
        result = self._asked(session, values)
        row = self._row(result)
        return [row(*found) for found in result.all()]

    def first(self, session: AnySession, /, **values: Any) -> Any:
        """Return the first row, None where there is none."""
        result = self._asked(session, values)
        row, found = self._row(result), result.first()
        return None if found is None else row(*found)

    def value(self, session: AnySession, /, **values: Any) -> Any:
        """Return the first column of the first row, None where there is no row."""
        return self._asked(session, values).scalar()

    def _row(self, result: Result[Any]) -> type[msgspec.Struct]:
        if self._kind is None:
            self._kind = msgspec.defstruct("Row", map(str, result.keys()), frozen=True)
        return self._kind

    @cached_property
    def _is_scoped(self) -> bool:
        return any(True for _ in scoped_tables(self._of_all))

    def _asked(self, session: AnySession, values: Values) -> Result[Any]:
        region = regions.bound()
        statement = self._of_all
        if region != regions.ALL and self._is_scoped:
            if region is None:
                raise regions.RegionNotBound(f"{next(scoped_tables(statement))} was read without")
            statement, values = self._of_region, {**values, REGION: region}
        return connection_of(session).execute(statement, values)


def connection_of(session: AnySession) -> Connection:
    """Return the connection of a session for a kept statement, which sees what was done before."""
    present = session() if isinstance(session, scoped_session) else session
    if present.info.get("open"):
        present.flush()
    connection = present.connection()
    postgres.bind_region(connection)
    return connection


_derived: WeakKeyDictionary[AnySelect, dict[Hashable, Reading]] = WeakKeyDictionary()


def derived(statement: AnySelect, key: Hashable, make: Callable[[AnySelect], AnySelect]) -> Reading:
    """Return the reading that is made of a statement in one way, kept as long as the statement."""
    readings = _derived.setdefault(statement, {})
    if key not in readings:
        readings[key] = Reading(make(statement))
    return readings[key]
