"""What a service asks its database to answer a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from tests.builders.service import Service


@contextmanager
def statements_of(service: Service) -> Iterator[list[str]]:
    """List the statements that are sent in the block, but for the beginning of transactions."""
    statements: list[str] = []
    with service.app.app_context():
        engine = service.runtime.db.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
