"""Too many events of a kind raise one alarm in the time that their threshold looks at."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from chassis.events.envelope import Event
from chassis.process import regions
from chassis.process.clock import now
from services.identity.domain.alarms import THRESHOLDS
from services.identity.models import Region, SecurityAlarm, db
from tests.identity.desk import Desk
from tests.identity.test_security_events import told

ALARMED = "security.alarmed.v1"


@pytest.fixture
def guarded(desk: Desk) -> Desk:
    desk.service.drain()
    return desk


def alarms(desk: Desk, threshold: str) -> list[SecurityAlarm]:
    with desk.service.app.app_context(), regions.all_regions():
        found = select(SecurityAlarm).where(SecurityAlarm.threshold == threshold)
        return list(db.session.scalars(found))


def refused(desk: Desk, amount: int, **facts: Any) -> Event:
    who = {"actor_id": desk.id_of("applicant"), **facts}
    return told(kind="access_refused", why="forbidden", amount=amount, **who)


def test_one_alarm_is_raised_where_events_become_too_many_and_none_before(guarded: Desk):
    most = THRESHOLDS["access_refused"].most
    guarded.service.hear(refused(guarded, most - 1))
    assert alarms(guarded, "access_refused") == []

    guarded.service.hear(*(refused(guarded, 1) for _ in range(5)))

    [alarm] = alarms(guarded, "access_refused")
    assert (alarm.about, alarm.region) == (str(guarded.id_of("applicant")), "demo")
    assert alarm.amount == most


def test_a_new_region_begins_without_an_alarm(guarded: Desk):
    assert [alarm for code in THRESHOLDS for alarm in alarms(guarded, code)] == []


def test_whom_events_are_of_is_counted_apart(guarded: Desk):
    most = THRESHOLDS["access_refused"].most
    guarded.service.hear(refused(guarded, most - 1))
    guarded.service.hear(refused(guarded, most - 1, actor_id=guarded.id_of("opd_head")))
    guarded.service.hear(refused(guarded, most, actor_id=None))

    assert alarms(guarded, "access_refused") == []


def test_what_lies_further_back_does_not_count(guarded: Desk):
    most, within = THRESHOLDS["access_refused"].most, THRESHOLDS["access_refused"].within
    old = {
        "kind": "access_refused",
        "why": "forbidden",
        "at": now() - within - timedelta(minutes=1),
    }
    guarded.service.hear(told(amount=most, actor_id=guarded.id_of("applicant"), **old))

    guarded.service.hear(refused(guarded, 1))

    assert alarms(guarded, "access_refused") == []


def test_an_alarm_is_told_to_the_administrator_and_the_auditor_of_the_region(guarded: Desk):
    before = len(guarded.events(ALARMED))

    guarded.service.hear(refused(guarded, THRESHOLDS["access_refused"].most))

    [event] = guarded.events(ALARMED)[before:]
    assert set(event.data["recipient_ids"]) == {
        str(guarded.id_of("sysadmin")),
        str(guarded.id_of("auditor")),
    }
    assert event.data["label"]["id"] == THRESHOLDS["access_refused"].label["id"]
    assert str(guarded.id_of("applicant")) not in event.to_json()


def test_a_flood_that_belongs_to_nobody_is_an_alarm_of_each_region(guarded: Desk):
    with guarded.service.app.app_context(), db.transaction() as session:
        session.add(Region(code="lain", name="Kota Lain", zone="Asia/Makassar"))
    most = THRESHOLDS["tokens_refused"].most

    guarded.service.hear(
        told(region=regions.ALL, kind="token_refused", why="token_invalid", amount=most)
    )

    assert sorted(alarm.region for alarm in alarms(guarded, "tokens_refused")) == ["demo", "lain"]


def test_a_region_chooses_how_many_are_too_many(guarded: Desk):
    path = "/security-limits"
    before = guarded.call("sysadmin", "GET", path)
    chosen = {"json": {"limits": {"access_refused": 3}}}
    etag = {"headers": {"If-Match": before.headers["ETag"]}}
    assert guarded.call("sysadmin", "PATCH", path, **chosen, **etag).status_code == 200

    guarded.service.hear(refused(guarded, 3))

    assert len(alarms(guarded, "access_refused")) == 1
    limits = {
        row["threshold"]: row["most"] for row in guarded.call("auditor", "GET", path).json["limits"]
    }
    assert limits["access_refused"] == 3
    assert limits["tokens_refused"] == THRESHOLDS["tokens_refused"].most


@pytest.mark.parametrize(
    "limits", [{"something": 1}, {"access_refused": 0}, {"access_refused": "3"}]
)
def test_a_limit_that_is_none_is_refused(guarded: Desk, limits: dict[str, Any]):
    etag = guarded.call("sysadmin", "GET", "/security-limits").headers["ETag"]
    answer = guarded.call(
        "sysadmin", "PATCH", "/security-limits", json={"limits": limits}, headers={"If-Match": etag}
    )

    assert answer.status_code == 422
