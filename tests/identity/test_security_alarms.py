"""Too many events of a kind raise one alarm in the time that their threshold looks at."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from chassis.events.envelope import Event
from chassis.process import regions
from chassis.process.clock import now
from services.identity import queries
from services.identity.domain.alarms import THRESHOLDS
from services.identity.models import Region, SecurityAlarm, db
from services.identity.usecases import recovering, security_events
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


@pytest.mark.parametrize("code", [code for code, rule in THRESHOLDS.items() if rule.why])
def test_only_what_a_threshold_is_about_counts_for_it(guarded: Desk, code: str):
    rule = THRESHOLDS[code]
    who = {"actor_id": guarded.id_of("applicant"), "person_id": guarded.id_of("opd_head")}
    other = told(kind=rule.kind, why="something_else", amount=rule.most, **who)
    last = told(kind=rule.kind, why=next(iter(rule.why)), amount=rule.most, **who)

    guarded.service.hear(other)
    before = alarms(guarded, code)
    guarded.service.hear(last)

    assert before == []
    assert [alarm.amount for alarm in alarms(guarded, code)] == [rule.most]


@pytest.mark.parametrize(("owner", "raised"), [("bkpsdm_head", 1), ("umpeg_second", 0)])
def test_a_recovery_of_whoever_is_above_the_administrators_is_an_alarm_by_itself(
    guarded: Desk, owner: str, raised: int
):
    with guarded.app.app_context(), regions.in_region("demo"):
        recovering.release_to_owner(queries.employee(guarded.id_of(owner)))
    guarded.service.drain()

    assert len(alarms(guarded, "high_accounts_recovered")) == raised


@pytest.fixture
def alarmed(guarded: Desk) -> Desk:
    guarded.service.hear(refused(guarded, THRESHOLDS["access_refused"].most))
    return guarded


def _close(desk: Desk, who: str) -> TestResponse:
    [alarm] = desk.call("auditor", "GET", "/security-alarms").json["data"]
    return desk.call(who, "POST", f"/security-alarms/{alarm['id']}/close")


def test_who_looked_into_an_alarm_says_so_and_it_stands_on_no_first_page_any_more(alarmed: Desk):
    before = alarmed.call("auditor", "GET", "/me/security").json["alarms_lately"]

    closed = _close(alarmed, "auditor").json
    again = _close(alarmed, "sysadmin").json

    assert before == 1
    assert closed["closed_at"]
    assert again["closed_by_name"] == closed["closed_by_name"]
    assert alarmed.call("auditor", "GET", "/me/security").json["alarms_lately"] == 0


def test_nobody_else_closes_an_alarm_and_nobody_one_about_himself(guarded: Desk):
    actor = {"actor_id": guarded.id_of("sysadmin")}
    guarded.service.hear(refused(guarded, THRESHOLDS["access_refused"].most, **actor))

    assert [_close(guarded, who).status_code for who in ("bkpsdm_admin", "sysadmin")] == [403, 403]
    assert _close(guarded, "auditor").status_code == 200


@pytest.mark.parametrize(
    ("days", "closed", "left"), [(729, True, 1), (731, True, 0), (731, False, 1)]
)
def test_an_alarm_is_forgotten_with_its_events_once_somebody_has_looked_into_it(
    alarmed: Desk, days: int, closed: bool, left: int
):
    if closed:
        _close(alarmed, "auditor")
    with alarmed.app.app_context(), regions.in_region("demo"):
        with db.transaction() as session:
            raised = now() - timedelta(days=days)
            session.execute(update(SecurityAlarm).values(raised_at=raised))
        security_events.forget_old()

    assert len(alarms(alarmed, "access_refused")) == left
