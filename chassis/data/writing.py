"""Changes that are made often: an INSERT, UPDATE or DELETE made and compiled once.

It goes past the ORM's own way, as a `Reading` does; what the region allows is the same as there.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, NamedTuple

from sqlalchemy import Column, Delete, Insert, Update, insert, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.orm.attributes import set_committed_value

from chassis.data.db import TransactionBroken
from chassis.data.reading import OF_REGION, REGION, AnySession, connection_of
from chassis.data.scoping import scoped_tables
from chassis.process import regions

Values = Mapping[str, Any]
AnyWrite = Insert | Update | Delete
# psycopg forgets how many rows an INSERT wrote before anybody has asked.
_COUNTED = {"preserve_rowcount": True}
MakeInsert = Callable[[Any], Insert]  # gets the `insert` of the database that is written to


class Writing:
    """An INSERT, UPDATE or DELETE; its parameters get their values when it is run.

    Make it once, at the top of a module. The values named as columns are written to them, so other
    parameters have other names. What says what becomes of a row that is there already is a
    function of `insert`, which each database has of its own. A new row is of the bound region, no
    row of another one is changed, and objects in memory stay as they are. Raises `RegionNotBound`,
    `WrongRegion`, or `TransactionBroken` outside `db.transaction()`.
    """

    def __init__(self, statement: AnyWrite | MakeInsert) -> None:
        self._given = statement
        self._made: dict[str, AnyWrite] = {}

    def run(self, session: AnySession, /, **values: Any) -> int:
        """Run it with these values; return how many rows it wrote."""
        return int(self._result(session, [values]).rowcount)

    def run_each(self, session: AnySession, rows: Sequence[Values]) -> int:
        """Run it for each of some rows, all at once; return how many rows it wrote."""
        return int(self._result(session, rows).rowcount) if rows else 0

    def value(self, session: AnySession, /, **values: Any) -> Any:
        """Run it; return the first column that it returns, None where it wrote no row."""
        return self._result(session, [values]).scalar()

    def _result(self, session: AnySession, rows: Sequence[Values]) -> CursorResult[Any]:
        if not session.info.get("open"):
            raise TransactionBroken("something was written outside a transaction() block")
        connection = connection_of(session)
        statement = self._statement(connection)
        if self._is_scoped:
            rows = [_of_bound_region(statement, row) for row in rows]
            if isinstance(statement, Update | Delete) and regions.bound() != regions.ALL:
                statement = self._of_region
        given = rows if len(rows) > 1 else rows[0]
        return connection.execute(statement, given, execution_options=_COUNTED)

    def _statement(self, connection: Connection) -> AnyWrite:
        if not callable(self._given):
            return self._given
        name = connection.dialect.name
        if name not in self._made:
            dialect: Any = sqlite if name == "sqlite" else postgresql
            self._made[name] = self._given(dialect.insert)
        return self._made[name]

    @cached_property
    def _any(self) -> AnyWrite:
        return self._given(postgresql.insert) if callable(self._given) else self._given

    @cached_property
    def _is_scoped(self) -> bool:
        return any(True for _ in scoped_tables(self._any))

    @cached_property
    def _of_region(self) -> AnyWrite:
        return self._any.options(OF_REGION)


def _of_bound_region(statement: AnyWrite, row: Values) -> Values:
    """Give a new row its region, or the region to whose rows a change keeps."""
    region = regions.bound()
    if region is None:
        raise regions.RegionNotBound(f"{next(scoped_tables(statement))} was written without")
    if not isinstance(statement, Insert):
        return row if region == regions.ALL else {**row, REGION: region}
    own = row.get("region") or regions.current_region()
    if region not in (regions.ALL, own):
        raise regions.WrongRegion(f"a row of {own!r} while {region!r} is bound")
    return {**row, "region": own}


class _Kept(NamedTuple):
    """How rows of a model are inserted, and what stands in columns that a row says nothing of."""

    writing: Writing
    defaults: Mapping[str, Callable[[], Any] | None]

    def values(self, row: Any) -> Values:
        """Return what is to be written, and give the row what it was to get by default."""
        for name in self.defaults.keys() - row.__dict__.keys():
            if (default := self.defaults[name]) is not None:
                set_committed_value(row, name, default())
        return {name: row.__dict__[name] for name in self.defaults if name in row.__dict__}


def add_rows(session: AnySession, *rows: Any) -> None:
    """Insert new rows of one model by its kept INSERT; the session does not hold them afterwards.

    For rows that are not changed in the same transaction: they are there to be read.
    """
    model: Any = type(rows[0])
    kept = _kept(model)
    for row in rows:  # each by itself: together, all would have the columns of the first
        kept.writing.run(session, **kept.values(row))


@cache
def _kept(model: type[Any]) -> _Kept:
    columns = inspect(model).columns
    return _Kept(Writing(insert(model)), {key: _default(each) for key, each in columns.items()})


def _default(column: Column[Any]) -> Callable[[], Any] | None:
    default: Any = column.default
    if default is None:
        return None
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)
