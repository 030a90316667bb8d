"""Events of which one field is gone, or holds what its contract does not allow there."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from chassis.events.envelope import Event
from chassis.process.ids import uuid7
from chassis.process.regions import all_regions
from tests.builders.service import Service

# Easily found again wherever somebody should have kept them.
WRONG: tuple[Any, ...] = (None, 7_777_777, "tak_sesuai", {"tak_sesuai": 1})
_MESSAGES = {"inbox", "outbox", "notices", "deliveries"}
Outcome = tuple[str, int]
AT_ONCE: tuple[Outcome, ...] = (("done", 0), ("parked", 1))


def schema_of(contracts: Path, event_type: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((contracts / f"{event_type}.schema.json").read_text("utf-8"))
    return found


def broken(one: Event, schema: Mapping[str, Any]) -> Iterator[tuple[str, list[Event]]]:
    """Every field of the contract with the events that break it, each of a subject of its own."""
    for name, rule in schema["properties"].items():
        rest = {key: value for key, value in one.data.items() if key != name}
        wrong = [{**rest, name: value} for value in WRONG if not _is_of_its_kind(rule, value)]
        yield name, [anew(one, data, keep=name) for data in (rest, *wrong)]


def anew(one: Event, data: Mapping[str, Any], keep: str = "") -> Event:
    """The same said about something else: a version that is known already would hide a fault."""
    key = uuid7()
    about = {"id": str(key)} if "id" in data and keep != "id" else {}
    subject = f"{one.subject.split('/')[0]}/{key}"
    return replace(one, id=uuid7(), subject=subject, data={**data, **about}, position=None)


def _is_of_its_kind(rule: Mapping[str, Any], value: Any) -> bool:
    """A word that an enumeration lacks may come with a later release, so it is not malformed."""
    if "enum" in rule:
        return any(type(value) is type(known) for known in rule["enum"])
    return bool(Draft202012Validator(rule, format_checker=FormatChecker()).is_valid(value))


def only_dispatching(service: Service) -> Service:
    """A service whose other loops, such as sending mail, stand still."""
    loops = service.runtime.loops
    loops[:] = [loop for loop in loops if loop.name == "dispatcher"]
    return service


def outcomes(service: Service, events: list[Event]) -> list[Outcome]:
    """How often each event was tried in vain, and what became of it."""
    inbox = service.runtime.db.plumbing.inbox
    with service.app.app_context():
        rows = service.runtime.db.session.execute(inbox.select()).all()
        service.runtime.db.session.rollback()
    found = {row.event_id: (row.status, row.attempts) for row in rows}
    return [found[event.id] for event in events]


def wrong_kept(service: Service) -> list[str]:
    """What of `WRONG` stands in the service's tables, but for messages: they show any fact."""
    database = service.runtime.db
    tables = [
        sorted_table
        for sorted_table in database.metadata.sorted_tables
        if sorted_table.name not in _MESSAGES
    ]
    with service.app.app_context(), all_regions():
        kept = repr([database.session.execute(table.select()).all() for table in tables])
        database.session.rollback()
    return [mark for mark in ("7777777", "tak_sesuai") if mark in kept]
