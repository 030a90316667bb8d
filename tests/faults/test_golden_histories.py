"""What the previous release really recorded is still understood: fed to today's hearers.

The samples in `contracts/` say what a producer promises; these are a whole main job's events as
they were written, so a hearer rebuilt after an upgrade reads exactly such histories.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from chassis.events.contracts import Contracts
from chassis.events.envelope import Event
from chassis.process.manifest import discover
from chassis.process.regions import ALL, all_regions, in_region
from services.notification.domain.recipients import recipients
from tests.builders.service import Service

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
MANIFESTS = discover()
HISTORIES = {
    path.stem: [Event.from_json(line) for line in path.read_text("utf-8").splitlines()]
    for path in sorted(Path(__file__).with_name("golden").glob("*.jsonl"))
}
# People and units first, then papers: as in life, nobody is told before he is known.
EVERYTHING = [
    event for source in ("identity", "documents", "proposal") for event in HISTORIES[source]
]
COPIES = [
    ("proposal", "employees", "employee.changed.v1"),
    ("proposal", "units", "unit.changed.v1"),
    ("proposal", "role_grants", "role.changed.v1"),
    ("documents", "employees", "employee.changed.v1"),
    ("notification", "employees", "employee.changed.v1"),
    ("notification", "units", "unit.changed.v1"),
    ("notification", "role_grants", "role.changed.v1"),
]


def of(event_type: str) -> list[Event]:
    return [event for event in EVERYTHING if event.type == event_type]


def rows(service: Service, table: str) -> list[Any]:
    found = service.runtime.db.metadata.tables[table]
    with service.app.app_context(), all_regions():
        return list(service.runtime.db.session.execute(select(found)))


def uploads_are_there(documents: Service) -> None:
    """A lost database of documents comes back from its backup, before it hears anything."""
    table = documents.runtime.db.metadata.tables["documents"]
    models = {m.local_table: m.class_ for m in documents.runtime.db.Model.registry.mappers}
    database = documents.runtime.db
    for event in of("document.stored.v1"):
        facts = {name: event.data[name] for name in ("sha256", "size", "content_type", "pages")}
        key = event.data["document_id"]
        row = {
            "id": UUID(key),
            "owner_id": UUID(event.data["owner_id"]),
            "object_key": key,
            **facts,
        }
        with (
            documents.app.app_context(),
            in_region(event.region),
            database.transaction() as session,
        ):
            session.add(models[table](name="berkas.pdf", signed=False, **row))


@pytest.fixture
def rebuilt(service):
    """A service of today that has heard the whole history, twice."""

    def build(name: str) -> Service:
        hearer = service(name)
        if name == "documents":
            uploads_are_there(hearer)
        heard = [event for event in EVERYTHING if event.type in hearer.runtime.heard]
        for _ in range(2):
            hearer.hear(*heard)
        return hearer

    return build


def test_the_histories_are_of_every_service_that_says_something():
    assert {"identity", "documents", "proposal"} <= set(HISTORIES)
    assert len(EVERYTHING) > 50
    assert {event.region for event in EVERYTHING} <= {"demo", ALL}


@pytest.mark.parametrize("name", sorted(MANIFESTS))
def test_every_event_of_the_previous_release_is_handled_and_none_is_parked(rebuilt, name):
    hearer = rebuilt(name)
    heard = {event.id for event in EVERYTHING if event.type in hearer.runtime.heard}

    inbox = rows(hearer, "inbox")  # identity also hears what it noted itself when it began
    statuses = {(row.event_id, row.status, row.error) for row in inbox if row.event_id in heard}

    assert statuses == {(event_id, "done", None) for event_id in heard}


@pytest.mark.parametrize(("name", "table", "event_type"), COPIES)
def test_copies_are_the_newest_state_that_was_told(rebuilt, name, table, event_type):
    newest = {UUID(event.data["id"]): event for event in of(event_type)}

    kept = {row.id: row for row in rows(rebuilt(name), table)}

    assert kept.keys() == newest.keys()
    assert {one: row.version for one, row in kept.items()} == {
        one: event.version for one, event in newest.items()
    }


def test_everybody_who_was_to_be_told_has_one_notice_and_no_more(rebuilt):
    rules = [rule for manifest in MANIFESTS.values() for rule in manifest.notices]
    due = Counter(
        (event.id, rule.name, person)
        for event in HISTORIES["proposal"]
        for rule in rules
        if rule.event == event.type
        for person in recipients(rule.to, event.data)
    )

    told = Counter(
        (row.event_id, row.rule, row.recipient_id)
        for row in rows(rebuilt("notification"), "notices")
    )

    assert told == due
    assert due.total() > 10


def test_the_result_is_in_its_owners_archive_once(rebuilt):
    [issued] = of("result_document.issued.v1")

    [entry] = rows(rebuilt("documents"), "archive_entries")

    assert str(entry.document_id) == issued.data["document_id"]
    assert str(entry.owner_id) == issued.data["owner_id"]


@pytest.mark.parametrize("name", sorted(HISTORIES))
def test_todays_contract_still_allows_what_was_recorded(name):
    contracts = Contracts(ROOT / "services" / name / "contracts")
    for event in HISTORIES[name]:
        contracts.check(event.type, json.loads(event.to_json())["data"])
