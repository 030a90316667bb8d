"""What a database reads to answer: the plan of every statement, and how much work it was."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from chassis.data import postgres

SORTED_APART = "USE TEMP B-TREE"
_WHOLE = re.compile(r"SCAN (?!\d|CONSTANT|\(|anon_|LIST)(\w+)")
EVERY = 10


@dataclass
class Watched:
    """The SELECTs that ran, each with its plan, and SQLite's steps over all of them."""

    plans: dict[str, list[str]] = field(default_factory=dict)
    steps: int = 0

    @property
    def whole_tables(self) -> set[str]:
        """Name the tables of which every row was looked at."""
        return {
            name for plan in self.plans.values() for line in plan for name in _WHOLE.findall(line)
        }

    @property
    def sorted_apart(self) -> list[str]:
        """Return the statements whose rows were sorted after they were found."""
        return [
            statement
            for statement, plan in self.plans.items()
            if any(line.startswith(SORTED_APART) for line in plan)
        ]


def watched(engine: Engine, run: Callable[[], Any]) -> Watched:
    """Run something on SQLite and tell what its SELECTs read."""
    seen = Watched()
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        run()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    with _raw(engine) as connection:
        for statement, parameters in statements:
            lines = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            seen.plans[statement] = [line[3] for line in lines]
            seen.steps += _steps(connection, statement, parameters)
    return seen


def _steps(connection: Any, statement: str, parameters: Any) -> int:
    """Count the instructions of SQLite's machine, which no other process disturbs."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += EVERY
        return 0

    connection.set_progress_handler(tick, EVERY)
    try:
        connection.execute(statement, parameters).fetchall()
    finally:
        connection.set_progress_handler(None, 0)
    return count


@contextmanager
def _raw(engine: Engine) -> Iterator[Any]:
    pooled = engine.raw_connection()
    try:
        yield pooled.driver_connection
    finally:
        pooled.close()


def rows_read(session: Session, run: Callable[[], Any]) -> int:
    """Run something on PostgreSQL and count the rows that its SELECTs looked at."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM" in statement and statement.startswith("SELECT"):
            statements.append((statement, parameters))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        run()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    postgres.bind_region(session.connection())  # what ran may have ended its transaction
    explained = (
        session.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", given)
        for statement, given in statements
    )
    return sum(_scanned(plan.scalar_one()[0]["Plan"]) for plan in explained)


def _scanned(node: Mapping[str, Any]) -> int:
    below = sum(map(_scanned, node.get("Plans", ())))
    if "Relation Name" not in node:
        return below
    removed = sum(node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
    return below + int((node["Actual Rows"] + removed) * node["Actual Loops"])
