"""Rows that change: one way to say which version was seen, one way to change, one winner."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any, ClassVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Delete,
    Update,
    bindparam,
    event,
    inspect,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column, object_session
from sqlalchemy.orm.attributes import set_committed_value

from chassis.data.writing import Writing
from chassis.kernel.errors import Refused

# The versions a caller says to have seen: one, unless If-Match lists several.
Seen = Collection[int]
_WAS = "was_"  # before the name of a column, for the value it was read with


class Stale(Refused):
    """What was seen is no longer what is there."""

    kind = "stale"
    code = "stale"
    text = {
        "id": "Data sudah berubah sejak halaman ini dibuka. Muat ulang, lalu periksa kembali.",
        "en": "This has changed since the page was opened. Reload and look again.",
    }


class ChangedOtherwise(Exception):
    """A versioned row was changed by assignment instead of `change`."""


class Versioned:
    """A row whose every change is one UPDATE on the version and the status it was read with.

    Of two that change it at once, one wins; the other gets `overtaken`.
    """

    status_column: ClassVar[str | None] = None
    overtaken: ClassVar[type[Refused]] = Stale
    version: Mapped[int] = mapped_column(default=1)

    def check_seen(self, seen: Seen) -> None:
        """Raise `Stale` unless the present version is one that was seen."""
        if self.version not in seen:
            raise Stale

    def change(self, **values: Any) -> None:
        """Change columns if the row is still as it was read. Raises `overtaken`."""
        _change_alike(_session_of(self), [(self, values)])

    def change_if_different(self, **values: Any) -> bool:
        """Change columns unless the row has these values already; say whether it was changed."""
        if all(getattr(self, name) == value for name, value in values.items()):
            return False
        self.change(**values)
        return True


def change_each(session: Session, changes: Sequence[tuple[Versioned, Mapping[str, Any]]]) -> None:
    """Change many rows of one table, those by one statement in which the same columns change.

    Each must still be as it was read, as with `change`. Raises `overtaken`.
    """

    def columns(change: tuple[Versioned, Mapping[str, Any]]) -> list[str]:
        return sorted(change[1])

    for _, alike in groupby(sorted(changes, key=columns), key=columns):
        _change_alike(session, [*alike])


def _change_alike(session: Session, changes: Sequence[tuple[Versioned, Mapping[str, Any]]]) -> None:
    first = changes[0][0]
    model: Any = type(first)
    changing, held = _changing(model, first.status_column)
    told = [
        {_WAS + name: getattr(row, name) for name in held} | {**values, "version": row.version + 1}
        for row, values in changes
    ]
    if changing.run_each(session, told) != len(told):
        raise first.overtaken
    for row, values in changes:
        for name, value in {**values, "version": row.version + 1}.items():
            set_committed_value(row, name, value)


@cache
def _changing(model: type[Versioned], status: str | None) -> tuple[Writing, Sequence[str]]:
    """Return how such a row is changed, and the names of what must be as it was read."""
    mapper = inspect(model)
    keys = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
    held = [*keys, "version", *([status] if status else [])]
    as_read = (_is(getattr(model, name), _WAS + name) for name in held)
    return Writing(update(model).where(*as_read)), held


def _is(column: InstrumentedAttribute[Any], parameter: str) -> ColumnElement[bool]:
    """Compare so that nothing equals nothing: a status may be one that is still to be given."""
    given: BindParameter[Any] = bindparam(parameter)
    is_optional = column.property.columns[0].nullable
    return column.is_not_distinct_from(given) if is_optional else column == given


def count_changed(session: Session, statement: Update | Delete) -> int:
    """Run a conditional UPDATE or DELETE; return how many rows met the condition."""
    result: Any = session.execute(statement)
    return int(result.rowcount)


@event.listens_for(Versioned, "before_update", propagate=True)
def _refuse_assignment(_mapper: Any, _connection: Any, row: Versioned) -> None:
    if _session_of(row).is_modified(row):
        raise ChangedOtherwise(type(row).__name__)


def _session_of(row: Versioned) -> Session:
    session = object_session(row)
    if session is None:
        raise ChangedOtherwise(f"{type(row).__name__} is in no session")
    return session
