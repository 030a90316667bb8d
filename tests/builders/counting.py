"""Counts what is asked of databases: statements and commits, whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


@dataclass
class Asked:
    statements: int = 0
    commits: int = 0


@contextmanager
def counted() -> Iterator[Asked]:
    """Count in the block; how a transaction begins is no statement."""
    asked = Asked()

    def executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.statements += not statement.startswith("BEGIN")

    def committed(_connection: Any) -> None:
        asked.commits += 1

    event.listen(Engine, "before_cursor_execute", executed)
    event.listen(Engine, "commit", committed)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", executed)
        event.remove(Engine, "commit", committed)
