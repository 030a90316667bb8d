"""Statements are compiled once for all apps of a process: each test has an engine of its own.

What a statement becomes depends on it and on the kind of database, and engines of one kind on one
machine write alike; but SQLAlchemy keeps it by engine, so that every test compiled all again.
"""

from typing import Any

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

_COMPILED: LRUCache = LRUCache(5_000)


def share() -> None:
    """Let all engines of SQLite know what one of them compiled."""
    SQLiteDialect_pysqlite.__hash__ = lambda dialect: hash(type(dialect))
    SQLiteDialect_pysqlite.__eq__ = lambda dialect, other: type(dialect) is type(other)
    Engine._compiled_cache = property(_kept, _keep)


def _kept(engine: Engine) -> Any:
    is_shared = isinstance(engine.dialect, SQLiteDialect_pysqlite)
    return _COMPILED if is_shared else engine.__dict__["compiled_by_itself"]


def _keep(engine: Engine, cache: Any) -> None:
    engine.__dict__["compiled_by_itself"] = cache
