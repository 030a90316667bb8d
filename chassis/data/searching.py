"""Rows found by the beginnings of words, whatever their columns (ruling R43).

Each word is a row, found as a range of an index: the same speed with a thousand rows and with a
million. Words are folded, so that case, width, accents and apostrophes do not matter.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Table,
    and_,
    delete,
    false,
    insert,
    inspect,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from chassis.data.db import Database, RegionScoped
from chassis.data.paging import Source, Total, total_of
from chassis.kernel.nip import numbers_joined
from chassis.kernel.text import fold, shown_line
from chassis.process.regions import all_regions, current_region

LONGEST_WORD = 60
# Beginnings are found as ranges of the index, so PostgreSQL must compare by bytes.
WORD = String(LONGEST_WORD).with_variant(String(LONGEST_WORD, collation="C"), "postgresql")
# Nothing sorts behind it, and no text that is kept has it: Unicode promises it is no character.
_LAST = "\U0010ffff"
MOST_WORDS = 6
_AT_ONCE = 100
_RARE = 1_000
_UNSEEN = {"synchronize_session": False}  # no object in memory stands for what is changed
_PART = re.compile(r"[^\W_]+")


class Searched(RegionScoped):
    """A row that is found by words. `words_version` is the version they were written for, empty
    where nobody did: a process of the previous release changed the row.
    """

    words_version: Mapped[int | None]

    def searched(self) -> Iterable[str | None]:
        """Return the texts by whose words the row is found."""
        raise NotImplementedError


class SearchedWord(RegionScoped):
    """A word of a row, found by its beginning.

    Region and row lead the key: whether a row has a word is one look into it.
    """

    region: Mapped[str] = mapped_column(String(16), default=current_region, primary_key=True)
    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(WORD, primary_key=True)


@dataclass(frozen=True)
class WordTable:
    """A table of words, and whose they are.

    Where one of the words asked for is rare, its rows are the ones that are read; else the rows
    are read in the order of the list, and a page is full soon. No database can guess which it is.
    """

    db: Database
    owner: InstrumentedAttribute[UUID]
    word: InstrumentedAttribute[str]

    def rare_of(self, starts: Iterable[str]) -> str | None:
        """Return the beginning that the fewest words have, None where all have many."""
        counted = {start: self._count(start) for start in starts}
        rare = [start for start, total in counted.items() if total.exact]
        return min(rare, key=lambda start: counted[start].count, default=None)

    def among(
        self, row_id: InstrumentedAttribute[UUID], starts: Iterable[str]
    ) -> ColumnElement[bool]:
        """Match the rows that have a word with one of these rare beginnings.

        They are read here: of a subquery no database knows that it finds so few.
        """
        beginning = or_(*(begins_with(self.word, start) for start in starts))
        owners = select(self.owner).where(beginning).distinct()
        return row_id.in_(self.db.session.scalars(owners).all())

    def has(self, row_id: InstrumentedAttribute[UUID], start: str) -> ColumnElement[bool]:
        """Match a row that has a word with this beginning, by one look into the index."""
        # Not EXISTS: PostgreSQL would make a join of it and read all rows of a frequent word.
        own = select(self.owner).where(begins_with(self.word, start), self.owner == row_id)
        return own.limit(1).scalar_subquery().is_not(None)

    def _count(self, start: str) -> Total:
        words = select(self.owner).where(begins_with(self.word, start))
        return total_of(self.db.session(), Source(words), self.owner, _RARE)


@dataclass(frozen=True)
class Words:
    """The rows of a table and the table of their words."""

    db: Database
    rows: type[Any]
    words: type[Any]

    @cached_property
    def table(self) -> WordTable:
        return WordTable(self.db, self.words.row_id, self.words.word)

    @cached_property
    def _kept(self) -> Table:
        """Past the mapper, which costs more than the words: their region is that of their row."""
        return cast(Table, inspect(self.words).local_table)

    def narrowed(
        self, statement: Select[Any], q: str, of: InstrumentedAttribute[UUID] | None = None
    ) -> Select[Any]:
        """Narrow a statement to rows that have a word beginning with each word of `q`.

        `of` is where the statement has the id of a row, by default in the row itself.
        """
        row_id = self.rows.id if of is None else of
        starts = list(dict.fromkeys(_asked(q)))[:MOST_WORDS]
        if not starts:
            return statement.where(false())
        rare = self.table.rare_of(starts)
        if rare is not None:
            statement = statement.where(self.table.among(row_id, [rare]))
        return statement.where(
            *(self.table.has(row_id, start) for start in starts if start != rare)
        )

    def write(self, session: Session, *rows: Any) -> None:
        """Write the words of rows as they are now; in the transaction of their change."""
        session.flush()
        present: dict[UUID, set[str]] = {row.id: set() for row in rows}
        own = select(self.words.row_id, self.words.word).where(self.words.row_id.in_(present))
        for key, word in session.execute(own):
            present[key].add(word)
        missing = []
        for row in rows:
            words = words_of(*row.searched())
            if gone := present[row.id] - words:
                had = and_(self.words.row_id == row.id, self.words.word.in_(gone))
                session.execute(delete(self.words).where(had), execution_options=_UNSEEN)
            new = sorted(words - present[row.id])
            missing += [{"row_id": row.id, "word": word, "region": row.region} for word in new]
        if missing:
            session.execute(insert(self._kept), missing)
        self._mark(session, rows)

    def catch_up(self) -> bool:
        """Write the words of rows that were changed without; True when there may be more.

        A loop: it does so once after the release that brings the words, and then finds nothing.
        """
        unwritten = self.rows.words_version.is_distinct_from(self.rows.version)
        with all_regions(), self.db.transaction() as session:
            statement = select(self.rows).where(unwritten).limit(_AT_ONCE)
            rows = session.scalars(statement.with_for_update(skip_locked=True)).all()
            if rows:
                self.write(session, *rows)
        return len(rows) == _AT_ONCE

    def _mark(self, session: Session, rows: Sequence[Any]) -> None:
        marked = update(self.rows).where(self.rows.id.in_([row.id for row in rows]))
        session.execute(marked.values(words_version=self.rows.version), execution_options=_UNSEEN)
        for row in rows:
            set_committed_value(row, "words_version", row.version)


def begins_with(word: InstrumentedAttribute[str], start: str) -> ColumnElement[bool]:
    """Match words of a `WORD` column by their beginning, as a range of its index."""
    return and_(word >= start, word < start + _LAST)


def words_of(*texts: str | None) -> frozenset[str]:
    """Return the words under which texts are found: `S.Pd.` as s, pd and spd."""
    parts = [part for text in texts if text for part in _parts(text)]
    whole = ("".join(_PART.findall(part)) for part in parts)
    return frozenset(_short(word) for word in (*_split(parts), *whole) if word)


def _asked(q: str) -> list[str]:
    return [_short(word) for word in _split(_parts(q))]


def _parts(text: str) -> list[str]:
    """Cut at blanks; an NIP stays whole in any notation."""
    return numbers_joined(fold(shown_line(text)).split())


def _split(parts: Iterable[str]) -> list[str]:
    return [word for part in parts for word in _PART.findall(part)]


def _short(word: str) -> str:
    return word[:LONGEST_WORD]
