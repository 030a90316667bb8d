"""Keyset paging, both ways: a page is what follows or precedes a row, so depth costs nothing."""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from chassis.kernel.errors import FieldError, Invalid

By = Sequence[InstrumentedAttribute[Any]]
_BACK = "previous"


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


def page(
    session: Session,
    statement: Select[Any],
    *,
    by: By,
    limit: int,
    cursor: str | None = None,
    descending: bool = True,
) -> Page:
    """Read one page of entities, sorted by columns of which the last is unique.

    Raises `Invalid` naming `/cursor` when the cursor is not one of this list.
    """
    return page_of(session, [statement], Order(by, descending), limit=limit, cursor=cursor)


def page_of(
    session: Session,
    statements: Sequence[Select[Any]],
    order: Order,
    *,
    limit: int,
    cursor: str | None = None,
) -> Page:
    """Read one page of what several statements find: each by its own index, then merged.

    Raises `Invalid` naming `/cursor` when the cursor is not one of this list and order.
    """
    place = _decoded(cursor, order) if cursor else None
    rows = _read(session, statements, order, place, limit + 1)
    if place is None or not place.back:
        return _onwards(rows, order, place, limit)
    if len(rows) < limit:
        # The beginning was nearer than a whole page: show the first page, not a stump of it.
        return _onwards(_read(session, statements, order, None, limit + 1), order, None, limit)
    shown = rows[:limit][::-1]
    before = _encoded(order, shown[0], back=True) if len(rows) > limit else None
    return Page(shown, _encoded(order, shown[-1]), before)


def total_of(session: Session, statement: Select[Any], key: Any, most: int) -> Total:
    """Count the rows of a statement, but read no more than `most` and one."""
    some = statement.with_only_columns(key).order_by(None).limit(most + 1).subquery()
    count = session.scalar(select(func.count()).select_from(some)) or 0
    return Total(min(count, most), exact=count <= most)


def _onwards(rows: list[Any], order: Order, place: _Place | None, limit: int) -> Page:
    shown = rows[:limit]
    after = _encoded(order, shown[-1]) if len(rows) > limit else None
    if place is None:
        return Page(shown, after)
    before = order.values_of(shown[0]) if shown else place.values
    return Page(shown, after, _written(order, before, back=True))


def _read(
    session: Session,
    statements: Sequence[Select[Any]],
    order: Order,
    place: _Place | None,
    limit: int,
) -> list[Any]:
    found: list[Any] = []
    for statement in statements:
        found += _read_one(session, statement, order, place, limit)
    back = place is not None and place.back
    return order.merged(found, back=back)[:limit] if len(statements) > 1 else found


def _read_one(
    session: Session, statement: Select[Any], order: Order, place: _Place | None, limit: int
) -> list[Any]:
    downwards = order.descending != (place is not None and place.back)
    sorted_by = [column.desc() if downwards else column.asc() for column in order.by]
    found: list[Any] = []
    for conditions in _parts(order, place, downwards=downwards):
        if len(found) < limit:
            part = statement.where(*conditions).order_by(*sorted_by).limit(limit - len(found))
            found += session.scalars(part).all()
    return found


def _parts(
    order: Order, place: _Place | None, *, downwards: bool
) -> Iterator[list[ColumnElement[bool]]]:
    """Each part is one range of an index: rows that have the first column, and those without."""
    first = order.by[0]
    back = place is not None and place.back
    parts: list[list[ColumnElement[bool]]] = [[]]
    if _may_be_empty(first):
        parts = [[first.is_not(None)], [first.is_(None)]]
    if place is not None:
        at_empty = place.values[0] is None
        skip = 1 if at_empty else 0
        comparable = slice(1 if at_empty else 0, None)
        here = _beyond(order.by[comparable], place.values[comparable], downwards=downwards)
        parts[skip] = [*(parts[skip] if at_empty else []), here]
        parts = parts[: skip + 1] if back else parts[skip:]
    yield from reversed(parts) if back else parts


def _beyond(by: By, values: list[Any], *, downwards: bool) -> ColumnElement[bool]:
    columns, seen = tuple_(*by), tuple_(*values)
    return columns < seen if downwards else columns > seen


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
