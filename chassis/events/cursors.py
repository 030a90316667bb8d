"""How far a service has read the feeds of the others: each type of each source by itself.

So a type that a release hears for the first time fetches its past, and a release that does not
know it may run beside this one. The source's own row is what that release goes by.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from chassis.process.clock import now
from chassis.process.parts import Database


@dataclass(frozen=True)
class Cursor:
    """How far a type has been read; its events up to `born_at` are older than its being heard."""

    type: str
    position: int
    born_at: int


def together(cursors: Iterable[Cursor], page: int) -> list[list[Cursor]]:
    """Group what one reading can serve, the furthest first: those that are less than a page apart.

    Events that some of a group have had already are known, and stay as they are.
    """
    groups: list[list[Cursor]] = []
    for cursor in sorted(cursors, key=lambda cursor: cursor.position, reverse=True):
        if groups and groups[-1][0].position - cursor.position <= page:
            groups[-1].append(cursor)
        else:
            groups.append([cursor])
    return groups


@dataclass(frozen=True)
class Cursors:
    """The cursors kept in one service's database."""

    db: Database

    def compared(self, source: str) -> int | None:
        """Return how far the source was compared for all types of before; None: never."""
        cursors = self.db.plumbing.feed_cursors
        position: int | None = self._scalar(
            select(cursors.c.position).where(cursors.c.source == source)
        )
        return position

    def known(self, source: str, types: Collection[str]) -> dict[str, Cursor]:
        """Return the cursors of those types that were read before."""
        kept = self.db.plumbing.feed_types
        of_types = select(kept).where(kept.c.source == source, kept.c.type.in_(types))
        rows = self.db.session.execute(of_types).all()
        self.db.session.rollback()
        return {row.type: Cursor(row.type, row.position, row.born_at_position) for row in rows}

    def begin(self, source: str, types: Collection[str], head: int) -> list[Cursor]:
        """Start with a source that this database knows nothing of."""
        cursors, kept = self.db.plumbing.feed_cursors, self.db.plumbing.feed_types
        with self.db.transaction() as session:
            session.execute(
                insert(cursors).values(
                    source=source, position=0, born_at_position=head, checked_at=now()
                )
            )
            session.execute(delete(kept).where(kept.c.source == source))
            return list(self.add(source, types, head).values())

    def add(self, source: str, types: Collection[str], born_at: int) -> dict[str, Cursor]:
        """Have types read from their first event; another process may have begun with them too."""
        rows = [
            {"source": source, "type": name, "position": 0, "born_at_position": born_at}
            for name in types
        ]
        dialect: Any = sqlite if self.db.engine.dialect.name == "sqlite" else postgresql
        statement = dialect.insert(self.db.plumbing.feed_types).values(rows)
        with self.db.transaction() as session:
            session.execute(statement.on_conflict_do_nothing())
        return {name: Cursor(name, 0, born_at) for name in types}

    def advance(self, source: str, types: Collection[str], position: int) -> None:
        """Write how far types were read; what is further already, stays."""
        cursors, kept = self.db.plumbing.feed_cursors, self.db.plumbing.feed_types
        of_source, of_types = cursors.c.source == source, kept.c.source == source
        of_types &= kept.c.type.in_(types)
        with self.db.transaction() as session:
            session.execute(
                update(kept).where(of_types, kept.c.position < position).values(position=position)
            )
            session.execute(
                update(cursors)
                .where(of_source, cursors.c.position < position)
                .values(position=position)
            )
            session.execute(update(cursors).where(of_source).values(checked_at=now()))

    def begin_anew(self, source: str) -> None:
        """Read a source from its first event, of which none is old."""
        with self.db.transaction() as session:
            for table in (self.db.plumbing.feed_cursors, self.db.plumbing.feed_types):
                statement = update(table).where(table.c.source == source)
                session.execute(statement.values(position=0, born_at_position=0))

    def rewind(self) -> None:
        """Read every source from its first event; what was old stays old."""
        with self.db.transaction() as session:
            for table in (self.db.plumbing.feed_cursors, self.db.plumbing.feed_types):
                session.execute(update(table).values(position=0))

    def _scalar(self, statement: Any) -> Any:
        value = self.db.session.scalar(statement)
        self.db.session.rollback()
        return value
