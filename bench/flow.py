"""Events at a chosen rate, as if use cases said them, and when others had done their part.

Submits come through HTTP only as fast as they are answered. So that the way of an event can be
measured by itself, events are put into the log of proposal as a use case does: one transaction
each, with the same word that wakes the publisher.
"""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from bench.copies import books_of
from bench.driver import Load, drive
from bench.filing import submits, submitted
from bench.forms import Cluster, Form
from bench.mail_sink import SINK
from chassis.data.postgres import channel_of

KIND = "proposal.submitted.v1"
_SAY = (
    "INSERT INTO outbox (id, type, subject, region, body, recorded_at)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)


def flow(form: Cluster, rate: float, seconds: float) -> dict[str, float]:
    """Say events at a rate; return when each was committed, by its id."""
    said: dict[str, float] = {}
    with psycopg.connect(form.owner_url("proposal")) as db:
        model = _model(form, db)
        began = time.perf_counter()
        for number in range(max(1, round(rate * seconds))):
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
            event_id = str(uuid.uuid4())
            db.execute(_SAY, _row(model, event_id))
            db.execute(f"NOTIFY {channel_of('relay')}")
            db.commit()
            said[event_id] = time.time()
    return said


def _model(form: Cluster, db: psycopg.Connection[Any]) -> tuple[str, str, str]:
    """Return subject, region and body of an event that really happened."""
    found = "SELECT subject, region, body FROM outbox WHERE type = %s ORDER BY recorded_at LIMIT 1"
    row = db.execute(found, [KIND]).fetchone()
    if row is None:
        submitted(form)
        row = db.execute(found, [KIND]).fetchone()
    assert row is not None
    db.commit()
    return (str(row[0]), str(row[1]), str(row[2]))


def _row(model: tuple[str, str, str], event_id: str) -> tuple[Any, ...]:
    subject, region, body = model
    known = json.loads(body)["id"]
    one = subject.rpartition("/")[2]
    other = str(uuid.uuid4())
    told = body.replace(known, event_id).replace(one, other)
    return (event_id, KIND, subject.replace(one, other), region, told, datetime.now(UTC))


def effects(form: Cluster, said: dict[str, float], within: float) -> dict[str, float]:
    """Return when notification had done its part of each event; waits for all, or so long."""
    question = (
        "SELECT event_id::text, extract(epoch FROM done_at) FROM inbox"
        " WHERE status = 'done' AND event_id = ANY(%s::uuid[])"
    )
    return {str(event): float(at) for event, at in _until_all(form, question, said, within)}


@dataclass(frozen=True)
class Mailed:
    """What became of so many events: milliseconds from commit to mail, and what is wrong."""

    said: int
    times: list[float]
    lost: int
    doubled: int


def mailed(form: Form, said: Mapping[str, float], within: float) -> Mailed:
    """Wait until a mail of each event was taken, or so long; `said` tells when it was committed."""
    deadline = time.monotonic() + within
    found = _mails(form, said)
    while time.monotonic() < deadline and not found.keys() >= said.keys():
        time.sleep(0.5)
        found = _mails(form, said)
    times = [(min(taken) - said[event]) * 1000 for event, taken in found.items()]
    doubled = sum(len(taken) - 1 for taken in found.values())
    return Mailed(len(said), times, len(said) - len(found), doubled)


def _mails(form: Form, said: Mapping[str, float]) -> dict[str, list[float]]:
    """Return when the mails of each event were taken; those of none are left out."""
    books = books_of(form, "notification")
    rows = books.run(
        "SELECT n.id, n.event_id FROM notices n JOIN deliveries d ON d.notice_id = n.id"
        " WHERE d.channel = 'email'"
    )
    books.close()
    found: dict[str, list[float]] = {}
    for notice, event in ((str(UUID(str(n))), str(UUID(str(e)))) for n, e in rows):
        if event in said and notice in SINK.taken:
            found.setdefault(event, []).extend(SINK.taken[notice])
    return found


def submitted_flow(form: Form, rate: float, count: int, within: float) -> Mailed:
    """Submit so many over HTTP at a rate, and wait for their mails."""
    books = books_of(form, "proposal")
    with submits(form, count) as requests:
        began = datetime.now(UTC).replace(tzinfo=None)
        drive(form.url, requests, Load(16, count=count, rate=rate)).must_be(200)
        rows = books.run("SELECT id, recorded_at FROM outbox WHERE type = %(kind)s", kind=KIND)
        books.close()
        at = {str(UUID(str(one))): datetime.fromisoformat(when) for one, when in rows}
        said = {one: w.replace(tzinfo=UTC).timestamp() for one, w in at.items() if w >= began}
        return mailed(form, said, within)


def _until_all(
    form: Cluster, question: str, said: dict[str, float], within: float
) -> list[tuple[Any, Any]]:
    deadline = time.monotonic() + within
    with psycopg.connect(form.owner_url("notification"), autocommit=True) as db:
        while True:
            rows = db.execute(question, [list(said)]).fetchall()
            if len(rows) >= len(said) or time.monotonic() > deadline:
                return rows
            time.sleep(0.5)
