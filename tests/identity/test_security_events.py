"""Identity keeps what every service notes about safety, and the database lets nobody change it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from chassis.events.envelope import Event
from chassis.events.security import Kind, noted
from chassis.process import regions
from chassis.process.clock import now
from services.identity.models import Region, SecurityEvent, db
from services.identity.usecases import security_events
from tests.identity.desk import Desk

Kept = Callable[[], list[SecurityEvent]]


@pytest.fixture
def kept(desk: Desk) -> Iterator[Kept]:
    desk.service.drain()  # what the demo region's beginning had noted
    with desk.service.app.app_context(), regions.all_regions():
        before = set(db.session.scalars(select(SecurityEvent.id)))
        db.session.rollback()
        later = select(SecurityEvent).order_by(SecurityEvent.id)
        yield lambda: [row for row in db.session.scalars(later) if row.id not in before]


def told(region: str = "demo", at: datetime | None = None, **facts: Any) -> Event:
    fact = noted(**{"kind": str(Kind.EXPORT), "why": "xlsx", "amount": 1, **facts})
    event = fact.event(fact.id, 1, region=region)
    return Event(
        event.type, event.subject, event.data, 1, region=region, source="proposal", time=at or now()
    )


def test_a_note_of_any_service_is_kept_in_its_region(desk: Desk, kept: Kept):
    event = told(person_id=desk.id_of("applicant"), amount=7)

    desk.service.hear(event, event)

    [row] = kept()
    assert (row.region, row.source, row.kind, row.why) == ("demo", "proposal", "export", "xlsx")
    assert (row.person_id, row.amount) == (desk.id_of("applicant"), 7)
    assert row.noted_at == event.time


def test_what_belongs_to_no_region_concerns_each_of_them(desk: Desk, kept: Kept):
    with db.transaction() as session:
        session.add(Region(code="lain", name="Kota Lain", zone="Asia/Makassar"))

    desk.service.hear(told(region=regions.ALL))

    assert sorted(row.region for row in kept()) == ["demo", "lain"]


def test_a_kind_of_a_later_release_is_kept_as_it_is(desk: Desk, kept: Kept):
    desk.service.hear(told(kind="something_new"))

    assert [row.kind for row in kept()] == ["something_new"]


@pytest.mark.parametrize(
    "change",
    [update(SecurityEvent).values(amount=0), delete(SecurityEvent)],
    ids=["change", "delete"],
)
def test_the_database_itself_refuses_to_alter_what_was_noted(desk: Desk, kept: Kept, change: Any):
    desk.service.hear(told())

    with pytest.raises(DBAPIError, match="append-only"), db.transaction() as session:
        session.execute(change)

    db.session.expire_all()
    assert [row.amount for row in kept()] == [1]


def test_only_what_is_older_than_the_setting_is_forgotten(desk: Desk, kept: Kept):
    ages = (731, 729, 91, 0)
    desk.service.hear(*(told(at=now() - timedelta(days=age), amount=age + 1) for age in ages))

    security_events.forget_old()

    assert [row.amount - 1 for row in kept()] == [729, 91, 0]
