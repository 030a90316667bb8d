"""Keyset paging: a page is what follows the last row seen, so depth costs nothing."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from chassis.kernel.errors import FieldError, Invalid


@dataclass(frozen=True)
class Page:
    """One page of a list; `next_cursor` leads to the one after it."""

    items: Sequence[Any]
    next_cursor: str | None = None

    def each(self, render: Callable[[Any], Any]) -> "Page":
        """Return the page with every item rendered."""
        return Page([render(item) for item in self.items], self.next_cursor)


def page(
    session: Session,
    statement: Select[Any],
    *,
    by: Sequence[InstrumentedAttribute[Any]],
    limit: int,
    cursor: str | None = None,
    descending: bool = True,
) -> Page:
    """Read one page of entities, sorted by columns of which the last is unique.

    Raises `Invalid` naming `/cursor` when the cursor is not one of ours.
    """
    if cursor:
        seen = tuple_(*_decoded(cursor, by))
        columns = tuple_(*by)
        statement = statement.where(columns < seen if descending else columns > seen)
    order = [column.desc() if descending else column.asc() for column in by]
    rows = session.scalars(statement.order_by(*order).limit(limit + 1)).all()
    if len(rows) <= limit:
        return Page(rows)
    rows = rows[:limit]
    return Page(rows, _encoded([getattr(rows[-1], column.key) for column in by]))


def _encoded(values: Sequence[Any]) -> str:
    plain = [v.isoformat() if isinstance(v, datetime) else v for v in values]
    text = json.dumps([str(v) if isinstance(v, UUID) else v for v in plain])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(cursor: str, by: Sequence[InstrumentedAttribute[Any]]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [_typed(value, column) for value, column in zip(values, by, strict=True)]
    except (ValueError, TypeError) as error:
        wrong = FieldError("/cursor", "invalid", "Penanda halaman tidak valid.", "Not a cursor.")
        raise Invalid(errors=[wrong]) from error


def _typed(value: Any, column: InstrumentedAttribute[Any]) -> Any:
    python_type = column.type.python_type
    if python_type is datetime:
        return datetime.fromisoformat(value)
    if python_type is UUID:
        return UUID(str(value))
    if isinstance(value, python_type):
        return value
    raise ValueError(f"{column.key} is not a {python_type.__name__}")
