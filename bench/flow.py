"""Events at a chosen rate, as if use cases said them, and when others had done their part.

Submits come through HTTP only as fast as they are answered. So that the way of an event can be
measured by itself, events are put into the log of proposal as a use case does: one transaction
each, with the same word that wakes the publisher.
"""

import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import psycopg

from bench.filing import submitted
from bench.forms import Cluster
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


def notices(form: Cluster, said: dict[str, float], within: float) -> dict[str, str]:
    """Return events by their mailed notices; waits until all mails are there, or so long."""
    question = (
        "SELECT n.id::text, n.event_id::text FROM notices n JOIN deliveries d ON d.notice_id = n.id"
        " WHERE d.channel = 'email' AND n.event_id = ANY(%s::uuid[])"
    )
    deadline = time.monotonic() + within
    found = dict(_until_all(form, question, said, within))
    while time.monotonic() < deadline and not found.keys() <= SINK.taken.keys():
        time.sleep(0.2)
    return {str(notice): str(event) for notice, event in found.items()}


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
