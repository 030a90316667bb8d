"""Keyset paging, both ways: a page is what follows or precedes a row, so depth costs nothing."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from chassis.data.reading import AnySelect, Values, derived
from chassis.kernel.errors import FieldError, Invalid

By = Sequence[InstrumentedAttribute[Any]]
_BACK = "previous"
_FILLED, _EMPTY = "filled", "empty"
_AT, _MOST = "at_", "at_most"  # parameters of a page: where it begins, and its length


@dataclass(frozen=True)
class Total:
    """How many rows a list has; not `exact` means that there are more than `count`."""

    count: int
    exact: bool = True


@dataclass(frozen=True)
class Page:
    """One page of a list; the cursors lead to the pages after and before it.

    `total` is counted for lists that say how many rows they have.
    """

    items: Sequence[Any]
    next_cursor: str | None = None
    previous_cursor: str | None = None
    total: Total | None = None

    def each(self, render: Callable[[Any], Any]) -> "Page":
        """Return the page with every item rendered."""
        return replace(self, items=[render(item) for item in self.items])


@dataclass(frozen=True)
class Source:
    """What a list is read from: a SELECT of columns and the values of its parameters.

    A statement that stays is compiled once; one made for the occasion goes with it.
    """

    statement: AnySelect
    values: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Order:
    """How a list is sorted: by columns of which the last is unique.

    Only the first may be empty; rows without it come last in both directions, so that they never
    hide the others. `name` binds the cursors; the order a list has by itself needs none.
    """

    by: By
    descending: bool = True
    name: str = ""

    def values_of(self, row: Any) -> list[Any]:
        return [getattr(row, column.key) for column in self.by]

    def merged(self, rows: Sequence[Any], *, back: bool = False) -> list[Any]:
        """Sort rows that were read apart, each once.

        For orders by times and ids: texts are compared by the database's rules, not by Python's.
        """
        each = {getattr(row, self.by[-1].key): row for row in rows}.values()
        filled = [row for row in each if self.values_of(row)[0] is not None]
        empty = [row for row in each if self.values_of(row)[0] is None]
        downwards = self.descending != back
        filled.sort(key=self.values_of, reverse=downwards)
        empty.sort(key=lambda row: self.values_of(row)[1:], reverse=downwards)
        return empty + filled if back else filled + empty


@dataclass(frozen=True)
class _Place:
    """Between two rows: after the one with these values, or `back` from it."""

    values: list[Any]
    back: bool = False


@dataclass(frozen=True)
class _Part:
    """A range of an index: with the first column, without it, and beyond the place or from the
    beginning.
    """

    first: str = ""
    beyond: bool = False


def page(
    session: Session,
    source: Source,
    *,
    by: By,
    limit: int,
    cursor: str | None = None,
    descending: bool = True,
) -> Page:
    """Read one page of rows, sorted by columns of which the last is unique.

    Raises `Invalid` naming `/cursor` when the cursor is not one of this list.
    """
    order = Order(by, descending)
    return page_of(session, [source], order, limit=limit, cursor=cursor)


def page_of(
    session: Session,
    sources: Sequence[Source],
    order: Order,
    *,
    limit: int,
    cursor: str | None = None,
) -> Page:
    """Read one page of what several sources have: each by its own index, then merged.

    Raises `Invalid` naming `/cursor` when the cursor is not one of this list and order.
    """
    place = _decoded(cursor, order) if cursor else None
    rows = _read(session, sources, order, place, limit + 1)
    if place is None or not place.back:
        return _onwards(rows, order, place, limit)
    if len(rows) < limit:
        # The beginning was nearer than a whole page: show the first page, not a stump of it.
        return _onwards(_read(session, sources, order, None, limit + 1), order, None, limit)
    shown = rows[:limit][::-1]
    before = _encoded(order, shown[0], back=True) if len(rows) > limit else None
    return Page(shown, _encoded(order, shown[-1]), before)


def total_of(session: Session, source: Source, key: Any, most: int) -> Total:
    """Count the rows of a source, but read no more than `most` and one."""
    reading = derived(source.statement, ("total", key), partial(_counting, key=key))
    count = reading.value(session, **source.values, **{_MOST: most + 1}) or 0
    return Total(min(count, most), exact=count <= most)


def _counting(statement: AnySelect, *, key: Any) -> AnySelect:
    some = statement.with_only_columns(key).order_by(None).limit(bindparam(_MOST)).subquery()
    return select(func.count()).select_from(some)


def _onwards(rows: list[Any], order: Order, place: _Place | None, limit: int) -> Page:
    shown = rows[:limit]
    after = _encoded(order, shown[-1]) if len(rows) > limit else None
    if place is None:
        return Page(shown, after)
    before = order.values_of(shown[0]) if shown else place.values
    return Page(shown, after, _written(order, before, back=True))


def _read(
    session: Session,
    sources: Sequence[Source],
    order: Order,
    place: _Place | None,
    limit: int,
) -> list[Any]:
    read = (_read_one(session, source, order, place, limit) for source in sources)
    found = [rows for rows in read if rows]
    if len(found) < 2:
        return found[0] if found else []
    back = place is not None and place.back
    return order.merged(list(chain.from_iterable(found)), back=back)[:limit]


def _read_one(
    session: Session, source: Source, order: Order, place: _Place | None, limit: int
) -> list[Any]:
    downwards = order.descending != (place is not None and place.back)
    at = {f"{_AT}{n}": value for n, value in enumerate(place.values if place else ())}
    found: list[Any] = []
    for part in _parts(order, place):
        if len(found) < limit:
            reading = derived(
                source.statement,
                (tuple(order.by), downwards, part),
                partial(_ranged, by=order.by, downwards=downwards, part=part),
            )
            values = {**source.values, **at, _MOST: limit - len(found)}
            found += reading.rows(session, **values)
    return found


def _parts(order: Order, place: _Place | None) -> list[_Part]:
    """Each part is one range of an index: rows that have the first column, and those without."""
    if not _may_be_empty(order.by[0]):
        return [_Part(beyond=place is not None)]
    filled, empty = _Part(first=_FILLED), _Part(first=_EMPTY)
    if place is None:
        return [filled, empty]
    if place.values[0] is None:
        here = replace(empty, beyond=True)
        return [here, filled] if place.back else [here]
    # Comparing with a value leaves out those without one.
    here = _Part(beyond=True)
    return [here] if place.back else [here, empty]


def _ranged(statement: AnySelect, *, by: By, downwards: bool, part: _Part) -> AnySelect:
    first = by[0]
    values = [bindparam(f"{_AT}{n}", type_=column.type) for n, column in enumerate(by)]
    if part.first == _FILLED:
        statement = statement.where(first.is_not(None))
    if part.first == _EMPTY:
        statement = statement.where(first.is_(None))
    if part.beyond:
        skip = 1 if part.first == _EMPTY else 0
        columns, seen = tuple_(*by[skip:]), tuple_(*values[skip:])
        statement = statement.where(columns < seen if downwards else columns > seen)
    sorted_by = [column.desc() if downwards else column.asc() for column in by]
    return statement.order_by(*sorted_by).limit(bindparam(_MOST))


def _may_be_empty(column: InstrumentedAttribute[Any]) -> bool:
    return bool(column.property.columns[0].nullable)


def _encoded(order: Order, row: Any, *, back: bool = False) -> str:
    return _written(order, order.values_of(row), back=back)


def _written(order: Order, values: Sequence[Any], *, back: bool = False) -> str:
    """Onwards in the list's own order is written as the previous release writes and reads it."""
    plain = [v.isoformat() if isinstance(v, date) else v for v in values]
    bound = [order.name, _BACK if back else ""] if order.name or back else []
    text = json.dumps([*(str(v) if isinstance(v, UUID) else v for v in plain), *bound])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(cursor: str, order: Order) -> _Place:
    try:
        written = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return _place(list(written), order)
    except (ValueError, TypeError) as error:
        said = "Penanda halaman tidak berlaku untuk daftar dan urutan ini."
        wrong = FieldError("/cursor", "invalid", said, "Not a cursor of this list and order.")
        raise Invalid(errors=[wrong]) from error


def _place(written: list[Any], order: Order) -> _Place:
    values, bound = written[: len(order.by)], written[len(order.by) :] or ["", ""]
    if bound not in ([order.name, ""], [order.name, _BACK]):
        raise ValueError("a cursor of another order")
    typed = [_typed(value, column) for value, column in zip(values, order.by, strict=True)]
    return _Place(typed, back=bound[1] == _BACK)


def _typed(value: Any, column: InstrumentedAttribute[Any]) -> Any:
    if value is None and _may_be_empty(column):
        return None
    read = _READERS.get(column.type.python_type, _plain)
    return read(value, column.type.python_type)


def _instant(value: Any, _type: type) -> datetime:
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError("an instant has a zone")
    return instant


def _plain(value: Any, python_type: type) -> Any:
    if not isinstance(value, python_type) or (isinstance(value, str) and "\x00" in value):
        raise ValueError(f"not a {python_type.__name__}")
    if isinstance(value, str):
        value.encode()  # half of a surrogate pair is no text
    return value


_READERS: dict[type, Callable[[Any, type], Any]] = {
    datetime: _instant,
    date: lambda value, _type: date.fromisoformat(value),
    UUID: lambda value, _type: UUID(str(value)),
}
