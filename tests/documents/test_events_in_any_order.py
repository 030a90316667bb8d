"""Events that come three times, shuffled, leave the archive and copies that the clean run leaves."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import text

from chassis.events.envelope import Event
from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.process.regions import all_regions, in_region
from services.documents.models import Document, db
from tests.builders.service import Service, one_service
from tests.documents.test_subscriptions import employee_changed, issued

PEOPLE = [uuid7() for _ in range(4)]
DOCUMENTS = {uuid7(): f"{number:064x}" for number in range(6)}
# Keys of rows that the service makes itself are new in each run; everything else must be the same.
LEFT = {
    "employees": "SELECT * FROM employees ORDER BY id",
    "archive": """SELECT region, document_id, owner_id, category, proposal_id, number, archived_at
        FROM archive_entries ORDER BY document_id, owner_id""",
    "told": """SELECT type, json_extract(body, '$.region'), json_extract(body, '$.data') AS data
        FROM outbox ORDER BY type, data""",
}


def everything_said() -> list[Event]:
    """Three states of everybody, and results: each owner's own, and one that two people share."""
    said = [
        employee_changed(person, version, name=f"Nama {version}", sessions_revoked_at=revoked)
        for person in PEOPLE
        for version, revoked in enumerate([None, "2026-11-01T00:00:00+00:00", None], start=1)
    ]
    for number, (document, sha256) in enumerate(DOCUMENTS.items()):
        facts = {"id": str(document), "sha256": sha256}
        said.append(issued(facts, PEOPLE[number % 3], number=f"demo/1/2026/{number}"))
    shared = {"id": str(document), "sha256": sha256}
    return [*said, issued(shared, PEOPLE[3], number="demo/1/2026/99")]


def stored(service: Service) -> None:
    """The documents the results speak of, as uploads would have left them."""
    common = {"name": "hasil.pdf", "size": 1000, "content_type": "application/pdf", "pages": 1}
    with service.app.app_context(), in_region("demo"), db.transaction() as session:
        for key, sha256 in DOCUMENTS.items():
            about = {"owner_id": uuid7(), "sha256": sha256, "object_key": key.hex}
            session.add(Document(id=key, signed=False, **common, **about))


def left_by(folder: Path, *batches: list[Event]) -> dict[str, list[tuple]]:
    folder.mkdir()
    service = one_service("documents", folder)
    stored(service)
    for events in batches:
        service.hear(*events)
    with service.app.app_context(), all_regions():
        failed = db.session.execute(text("SELECT error FROM inbox WHERE status != 'done'")).all()
        left = {name: rows(statement) for name, statement in LEFT.items()}
        db.session.remove()
        db.engine.dispose()
    assert failed == []
    return left


def rows(statement: str) -> list[tuple]:
    return [tuple(row) for row in db.session.execute(text(statement))]


@pytest.fixture
def said() -> list[Event]:
    return everything_said()


@pytest.mark.parametrize("seed", range(3))
def test_every_event_three_times_and_shuffled_leaves_what_the_clean_run_leaves(
    tmp_path, said, seed
):
    # Once under another id too: then only the handler can know that it is no news.
    thrice = [*said, *said, *(replace(event, id=uuid7()) for event in said)]
    random.Random(seed).shuffle(thrice)

    with time_machine.travel(now(), tick=False):
        clean = left_by(tmp_path / "clean", said)
        shuffled = left_by(tmp_path / "shuffled", thrice[:20], thrice[20:], said)

    assert shuffled == clean
    assert [len(clean[name]) for name in LEFT] == [len(PEOPLE), 7, 7]
    assert {row[0] for row in clean["archive"]} == {"demo"}
