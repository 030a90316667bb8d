"""Many invented proposals from one real one, by the database itself: a million in minutes.

One proposal was filed over HTTP; its rows are copied with new ids. What reads them cannot tell.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import psycopg

from bench.forms import Cluster, Form

_OF_A_PROPOSAL = ("proposal_documents", "history_entries")
# A draft has no number yet.
_OWN = {
    "id": "numbered.id",
    "applicant_id": "numbered.person",
    "number": "t.number || '/' || CAST(numbered.id AS varchar(36))",
}


class Books(Protocol):
    """A service's database as its owner sees it."""

    new_id: str
    series: str  # numbers as `n`, from 1 to the parameter

    def run(self, statement: str, **given: Any) -> list[tuple[Any, ...]]: ...

    def columns(self, table: str) -> list[str]: ...

    def close(self) -> None: ...


@dataclass
class OnPostgres:
    """On PostgreSQL, past row security."""

    url: str
    new_id: str = "gen_random_uuid()"
    series: str = "SELECT n FROM generate_series(1, %(count)s) AS n"

    def __post_init__(self) -> None:
        self.db = psycopg.connect(self.url, autocommit=True)

    def run(self, statement: str, **given: Any) -> list[tuple[Any, ...]]:
        cursor = self.db.execute(statement, given or None)
        return cursor.fetchall() if cursor.description else []

    def columns(self, table: str) -> list[str]:
        named = self.run(f"SELECT * FROM {table} LIMIT 0") or self.db.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " ORDER BY ordinal_position",
            [table],
        )
        return [str(row[0]) for row in named]

    def close(self) -> None:
        self.db.close()


@dataclass
class OnSqlite:
    """On SQLite, beside the running system."""

    path: str
    new_id: str = "lower(hex(randomblob(16)))"
    series: str = (
        "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < %(count)s)"
        " SELECT n FROM s"
    )

    def __post_init__(self) -> None:
        self.db = sqlite3.connect(self.path, timeout=60, isolation_level=None)

    def run(self, statement: str, **given: Any) -> list[tuple[Any, ...]]:
        for name in given:
            statement = statement.replace(f"%({name})s", f":{name}")
        return self.db.execute(statement.replace("%%", "%"), given).fetchall()

    def columns(self, table: str) -> list[str]:
        return [str(row[1]) for row in self.db.execute(f"PRAGMA table_info({table})")]

    def close(self) -> None:
        self.db.close()


def books_of(form: Form, service: str) -> Any:
    """Open a service's database."""
    if isinstance(form, Cluster):
        return OnPostgres(form.owner_url(service))
    return OnSqlite(str(form.data / f"{service}.db"))


def key_of(books: Any, proposal_id: str) -> str:
    """Write an id as the database keeps it."""
    return proposal_id.replace("-", "") if isinstance(books, OnSqlite) else proposal_id


def copies_of(books: Any, proposal_id: str, people: Sequence[UUID]) -> list[str]:
    """Copy a proposal with its documents and history, one for each person; return the new ids."""
    number_them(books, len(people))
    for number, person in enumerate(people, start=1):
        books.run(
            "UPDATE numbered SET person = %(person)s WHERE n = %(n)s",
            person=key_of(books, str(person)),
            n=number,
        )
    source = {"source": key_of(books, proposal_id)}
    copy(books, "proposals", "t.id = %(source)s", _OWN, **source)
    for table in _OF_A_PROPOSAL:
        own = {"id": books.new_id, "proposal_id": "numbered.id"}
        copy(books, table, "t.proposal_id = %(source)s", own, **source)
    return [str(row[0]) for row in books.run("SELECT id FROM numbered ORDER BY n")]


def number_them(books: Any, count: int) -> None:
    """Make ids for so many, in a table that this connection alone sees."""
    kind = _kind(books)
    books.run("DROP TABLE IF EXISTS numbered")
    books.run(f"CREATE TEMPORARY TABLE numbered (n integer PRIMARY KEY, id {kind}, person {kind})")
    books.run(
        f"INSERT INTO numbered (n, id) SELECT n, {books.new_id} FROM ({books.series}) AS s",
        count=count,
    )


def copy(
    books: Any, table: str, where: str, own: Mapping[str, str], part: str = "", **given: Any
) -> None:
    """Copy rows once for each number; `own` says what is different in a copy."""
    columns = books.columns(table)
    values: Iterable[str] = (own.get(name, f"t.{name}") for name in columns)
    books.run(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
        f" FROM {table} t, numbered WHERE {where} {part}",
        **given,
    )


def _kind(books: Any) -> str:
    return "char(32)" if isinstance(books, OnSqlite) else "uuid"


def add_waiting(books: Any, proposal_id: str, people: Sequence[UUID]) -> None:
    """Have copies of a submitted proposal wait in its queue; the kept counter knows them."""
    copies_of(books, proposal_id, people)
    count_waiting(books, proposal_id, len(people))


def count_waiting(books: Any, proposal_id: str, more: int) -> None:
    """Move the kept counter of the queue that a proposal waits in."""
    [(stage, opd, definition)] = books.run(
        "SELECT stage, opd_id, definition_id FROM proposals WHERE id = %(source)s",
        source=key_of(books, proposal_id),
    )
    books.run(
        "UPDATE queue_counts SET waiting = waiting + %(more)s WHERE stage = %(stage)s"
        " AND scope = %(scope)s AND definition_id = %(definition)s",
        more=more,
        stage=stage,
        scope=str(UUID(str(opd))),
        definition=definition,
    )


def end_all(books: Any, ids: Sequence[str]) -> None:
    """Have proposals be over, as if all their stages were done."""
    waiting = [
        one
        for one in ids
        if books.run("SELECT 1 FROM proposals WHERE id = %(id)s AND stage <> 'draft'", id=one)
    ]
    if waiting:
        count_waiting(books, waiting[0], -len(waiting))
    for one in ids:
        books.run("UPDATE proposals SET stage = 'completed' WHERE id = %(id)s", id=one)
