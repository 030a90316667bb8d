"""A list declared once: its columns, how it is sorted, filtered, searched, paged and counted.

`chassis.http.listing` makes of the same declaration the query parameters, the answers, the files
and their description.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute, Session

from chassis.data.paging import By, Order, Page, Source, Total, page_of, total_of
from chassis.data.reading import AnySelect

Kind = Literal["text", "code", "date", "datetime", "nip", "number", "flag", "id"]
Condition = Callable[[Any], ColumnElement[bool]]
Narrow = Callable[[AnySelect, str], AnySelect]
COUNTED = 10_000
_RANGED = ("date", "datetime")


@dataclass(frozen=True)
class Filter:
    """Narrows a list to rows that meet a condition; `options` are the codes it takes."""

    name: str
    condition: Condition
    kind: Kind = "code"
    options: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True)
class Column:
    """What a list shows of a row.

    `read` is its path in a row as the API shows it (by default the name). `sort` are the columns it
    is sorted by: the last is unique, only the first may be empty. `filter` is what its value is
    compared with: equal; dates and instants from and until.
    """

    name: str
    label: Mapping[str, str]
    kind: Kind = "text"
    read: str = ""
    sort: By = ()
    filter: InstrumentedAttribute[Any] | None = None
    options: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return self.read or self.name

    def filters(self) -> Iterator[Filter]:
        """Return the filters that this column brings."""
        column = self.filter
        if column is None:
            return
        if self.kind in _RANGED:
            yield Filter(f"{self.name}_from", column.__ge__, self.kind)
            yield Filter(f"{self.name}_until", column.__le__, self.kind)
        else:
            yield Filter(self.name, column.__eq__, self.kind, self.options)


@dataclass(frozen=True)
class Wanted:
    """What is asked of a list; `count` is up to where its rows are counted, 0 for not at all."""

    filters: Mapping[str, Any] = field(default_factory=dict)
    q: str | None = None
    sort: str | None = None
    limit: int = 20
    cursor: str | None = None
    count: int = COUNTED

    def get(self, name: str) -> Any:
        """Return the value of a filter, None where it was not given."""
        return self.filters.get(name)


@dataclass(frozen=True)
class Listing:
    """A list. `sort` names the column it is sorted by unless asked otherwise, `-` for downwards;
    `title` names its file. `words` narrows a statement to what was typed.
    """

    title: str
    columns: Sequence[Column]
    sort: str
    words: Narrow
    further: Sequence[Filter] = ()

    @cached_property
    def filters(self) -> dict[str, Filter]:
        brought = [given for column in self.columns for given in column.filters()]
        return {given.name: given for given in (*brought, *self.further)}

    @cached_property
    def orders(self) -> dict[str, Order]:
        """Return every order the list can be asked for, by its name."""
        return {
            name: Order(column.sort, descending, "" if name == self.sort else name)
            for column in self.columns
            if column.sort
            for name, descending in ((column.name, False), (f"-{column.name}", True))
        }

    def order(self, wanted: Wanted) -> Order:
        return self.orders[wanted.sort or self.sort]

    def narrowed(self, source: Source, wanted: Wanted) -> Source:
        """Narrow a source to what filters and words ask for; asked for nothing, it is the same."""
        conditions = [
            self.filters[name].condition(value)
            for name, value in wanted.filters.items()
            if value is not None
        ]
        if not conditions and not wanted.q:
            return source
        statement = source.statement.where(*conditions)
        return replace(source, statement=self.words(statement, wanted.q) if wanted.q else statement)

    def page(self, session: Session, source: Source, wanted: Wanted) -> Page:
        """Read a page of what a source has, narrowed and sorted as wanted, and count it.

        Raises `Invalid` naming `/cursor` when the cursor is of another list or order.
        """
        narrowed = self.narrowed(source, wanted)
        return self.merged(
            session, [narrowed], wanted, lambda most: self.total(session, narrowed, most)
        )

    def merged(
        self,
        session: Session,
        sources: Sequence[Source],
        wanted: Wanted,
        count: Callable[[int], Total],
    ) -> Page:
        """Read a page of what narrowed sources have together.

        `count` tells how much that is, exactly up to the bound it is given or farther.
        """
        order = self.order(wanted)
        found = page_of(session, sources, order, limit=wanted.limit, cursor=wanted.cursor)
        return replace(found, total=_total(found, wanted, count))

    def total(self, session: Session, source: Source, most: int) -> Total:
        return total_of(session, source, self.orders[self.sort].by[-1], most)


def _total(found: Page, wanted: Wanted, count: Callable[[int], Total]) -> Total | None:
    """A page with nothing before and after it is the whole list: it is not counted again."""
    if not wanted.count:
        return None
    if found.next_cursor is None and found.previous_cursor is None:
        return Total(len(found.items))
    return count(wanted.count)
