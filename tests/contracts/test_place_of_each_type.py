"""The schema that gives each type its own place in a feed: what was heard before goes on there."""

import pytest
from alembic import command
from sqlalchemy import insert, select

from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.run import migration
from tests.builders.service import Service, one_service

BEFORE = {"identity": "0006", "proposal": "0005", "documents": "0004", "notification": "0006"}
HEARD = {
    "source": "notes",
    "subject": "note/1",
    "position": 3,
    "type": "note.written.v1",
    "region": "demo",
    "body": "{}",
    "status": "done",
}


def take_back(service: Service, revision: str) -> None:
    runtime = service.runtime
    with runtime.db.engine.connect() as connection:
        command.downgrade(migration._config(runtime.folder, runtime.db, connection), revision)
        connection.commit()


@pytest.mark.parametrize("name", BEFORE)
def test_types_heard_before_go_on_where_their_source_was_compared(name, tmp_path):
    service = one_service(name, tmp_path)
    db, plumbing, at = service.runtime.db, service.runtime.db.plumbing, now()
    with service.app.app_context():
        take_back(service, BEFORE[name])
        with db.transaction() as session:
            compared = {"position": 9, "born_at_position": 4, "checked_at": at}
            session.execute(insert(plumbing.feed_cursors).values(source="notes", **compared))
            for _ in range(2):
                row = {**HEARD, "event_id": uuid7(), "received_at": at, "due_at": at}
                session.execute(insert(plumbing.inbox).values(**row))
        migration.upgrade(service.app)
        rows = [tuple(row) for row in db.session.execute(select(plumbing.feed_types))]
    service.close()

    assert rows == [("notes", "note.written.v1", 9, 4)]
