"""How often the database is asked for a file: what is known is not asked again."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from chassis.process.ids import uuid7
from tests.builders.pdfs import a_letter
from tests.documents.conftest import Desk, by_permit


@pytest.fixture
def asked(desk: Desk) -> Callable[[Callable[[], Any]], int]:
    """Count the statements of one request, without those that begin and end transactions."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            statements.append(statement)

    with desk.service.app.app_context():
        event.listen(desk.service.runtime.db.engine, "before_cursor_execute", note)

    def counted(request: Callable[[], Any]) -> int:
        statements.clear()
        assert request().status_code in (200, 201, 204)
        return len(statements)

    return counted


def test_a_file_in_pieces_costs_few_statements(desk: Desk, asked):
    desk.upload()  # the first makes the key that signs receipts
    sending = by_permit(desk)

    assert asked(lambda: sending.begin(len(a_letter()))) <= 4
    assert asked(lambda: sending.piece(a_letter(), 0)) <= 4
    assert asked(sending.finish) <= 9


def test_a_whole_file_costs_few_statements(desk: Desk, asked):
    desk.upload()

    assert asked(desk.upload) <= 5


def test_a_file_that_is_opened_again_is_only_read(desk: Desk, asked):
    officer = uuid7()
    url, token = desk.grant(desk.upload().json["id"], officer).json["url"], desk.token(officer)

    first, again = (asked(lambda: desk.get(url, token)) for _ in range(2))

    assert first <= 6
    assert again <= 3
