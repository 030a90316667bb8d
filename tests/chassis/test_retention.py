"""Copies of events and answers kept under keys go when nobody needs them, and nothing before."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, select

from chassis.events import feed, retention
from chassis.events.dead import replay
from chassis.http import idempotency
from chassis.process import regions
from chassis.process.clock import now
from chassis.process.ids import uuid7
from tests.builders.service import Service

OLD, YOUNG = timedelta(days=500), timedelta(days=1)


def heard(service: Service, status: str, age: timedelta, body: str = '{"said":1}') -> Any:
    at, event_id = now() - age, uuid7()
    row = {
        "event_id": event_id,
        "source": "notes",
        "subject": f"note/{event_id}",
        "position": 1,
        "type": "note.written.v1",
        "region": "demo",
        "body": body,
        "received_at": at,
        "due_at": at,
        "status": status,
        "done_at": at if status == "done" else None,
    }
    insert_into(service, "inbox", row)
    return event_id


def said(
    service: Service, position: int, kind: str, subject: str, age: timedelta, published: bool = True
) -> None:
    at: datetime = now() - age
    row = {
        "id": uuid7(),
        "position": position,
        "type": kind,
        "subject": subject,
        "region": "demo",
        "body": "{}",
        "recorded_at": at,
        "published_at": at if published else None,
    }
    insert_into(service, "outbox", row)


def insert_into(service: Service, table: str, row: dict[str, Any]) -> None:
    runtime = service.runtime
    with service.app.app_context(), runtime.db.transaction() as session:
        session.execute(insert(getattr(runtime.db.plumbing, table)).values(**row))


def bodies(service: Service) -> dict[Any, str]:
    inbox = service.runtime.db.plumbing.inbox
    with service.app.app_context():
        rows = service.runtime.db.session.execute(select(inbox.c.event_id, inbox.c.body)).all()
    return {row.event_id: row.body for row in rows}


def positions(service: Service) -> list[int]:
    outbox = service.runtime.db.plumbing.outbox
    with service.app.app_context():
        rows = service.runtime.db.session.scalars(
            select(outbox.c.position).order_by(outbox.c.position)
        )
        return list(rows)


def forget(service: Service) -> int:
    with service.app.app_context():
        return retention.forget_old(service.runtime)


def test_a_handled_event_loses_what_it_said_and_keeps_that_it_was_handled(letters):
    old, young = heard(letters, "done", OLD), heard(letters, "done", YOUNG)

    forget(letters)

    assert bodies(letters) == {old: "{}", young: '{"said":1}'}
    assert forget(letters) == 0


def test_what_is_still_to_be_handled_stays_whole_however_old(letters):
    event_id = heard(letters, "pending", OLD)

    forget(letters)

    assert bodies(letters)[event_id] == '{"said":1}'


@pytest.mark.parametrize("status", ["parked", "suppressed"])
def test_what_can_be_tried_again_can_be_for_a_year_and_not_once_forgotten(letters, status):
    kept, gone = heard(letters, status, timedelta(days=200)), heard(letters, status, OLD)

    forget(letters)

    assert bodies(letters) == {kept: '{"said":1}', gone: "{}"}
    with letters.app.app_context():
        assert replay(letters.runtime, status=status) == 1


def test_the_log_forgets_old_facts_and_replaced_states_and_never_the_newest_state(letters):
    said(letters, 1, "note.changed.v1", "note/1", OLD)
    said(letters, 2, "note.changed.v1", "note/1", OLD)
    said(letters, 3, "note.changed.v1", "note/2", OLD)
    said(letters, 4, "note.torn.v1", "note/1", OLD)
    said(letters, 5, "note.torn.v1", "note/1", OLD, published=False)
    said(letters, 6, "note.torn.v1", "note/2", YOUNG)

    forget(letters)

    assert positions(letters) == [2, 3, 5, 6]


def test_the_end_of_the_log_stays_so_that_no_reader_takes_it_for_a_new_one(letters):
    for position in (1, 2, 3):
        said(letters, position, "note.torn.v1", f"note/{position}", OLD)

    forget(letters)

    assert positions(letters) == [3]
    with letters.app.app_context(), regions.all_regions():
        page = feed.page(letters.runtime, 0, [], 10)
    assert (page["head"], page["next_after"]) == (3, 3)


def test_much_that_is_old_goes_in_batches(letters, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        heard(letters, "done", OLD)

    assert [forget(letters) for _ in range(4)] == [2, 2, 1, 0]


def test_each_age_is_a_setting(make_letters):
    letters = make_letters(
        EVENTS_HEARD_DAYS="2", EVENTS_PARKED_DAYS="2", EVENTS_SAID_DAYS="90", IDEMPOTENCY_DAYS="1"
    )
    age = timedelta(days=3)
    event_id = heard(letters, "done", age)
    key(letters, age)

    forget(letters)
    with letters.app.app_context():
        assert idempotency.forget_old(letters.runtime) == 1

    assert bodies(letters)[event_id] == "{}"


def test_an_answer_is_kept_seven_days_and_no_longer(letters):
    key(letters, timedelta(days=6))
    key(letters, timedelta(days=8))

    with letters.app.app_context():
        assert idempotency.forget_old(letters.runtime) == 1


def key(service: Service, age: timedelta) -> None:
    row = {
        "owner": "demo:somebody",
        "key": str(uuid4()),
        "fingerprint": b"0" * 32,
        "status": 200,
        "headers": {},
        "body": "{}",
        "created_at": now() - age,
    }
    insert_into(service, "idempotency_keys", row)
