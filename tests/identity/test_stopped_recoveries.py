"""A recovery is stopped in the open, and no officer keeps an owner out for ever (C17)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from chassis.process.clock import now
from chassis.process.regions import in_region
from services.identity import queries
from services.identity.usecases import recovering
from services.identity.usecases.hands import is_barred
from tests.identity.desk import Desk
from tests.identity.recoveries import ask, released, stop
from tests.identity.test_security_alarms import alarms

HEAD, UMPEG, ADMIN = "bkpsdm_head", "umpeg_bkpsdm", "bkpsdm_admin"
OTHER, SYSADMIN = "division_head", "sysadmin"
WHY = "Yang datang bukan pemiliknya."


def _told(desk: Desk) -> dict[str, Any]:
    return dict(desk.events("account_recovery.changed.v1")[-1].data)


@pytest.mark.parametrize("reason", [{}, {"reason": "tidak"}])
def test_an_officer_who_did_not_confirm_says_why(desk: Desk, reason: dict[str, str]):
    recovery_id = released(desk, HEAD, UMPEG, ADMIN)

    answer = stop(desk, OTHER, recovery_id, **reason)

    assert answer.status_code == 422
    assert answer.get_json()["code"] == "stop_reason_missing"
    assert stop(desk, OTHER, recovery_id, reason=WHY).status_code == 200


@pytest.mark.parametrize(
    ("who", "stopped_as"), [(HEAD, "owner"), (UMPEG, "hand"), (SYSADMIN, "sysadmin")]
)
def test_owner_hand_and_system_administrator_stop_without_a_reason(
    desk: Desk, who: str, stopped_as: str
):
    assert stop(desk, who, released(desk, HEAD, UMPEG, ADMIN)).status_code == 200
    assert _told(desk)["stopped_as"] == stopped_as


def test_owner_hands_and_administrators_are_told_who_stopped_it_and_why(desk: Desk):
    stop(desk, OTHER, released(desk, HEAD, UMPEG, ADMIN), reason=WHY)

    told = _told(desk)

    assert (told["stopped_as"], told["stop_reason"]) == ("officer", WHY)
    assert told["actor_id"] == str(desk.id_of(OTHER))
    assert told["ended_for"] == str(desk.id_of(HEAD))
    assert set(told["told_ids"]) == {str(desk.id_of(key)) for key in (UMPEG, ADMIN, SYSADMIN)}


@pytest.mark.parametrize("who", [HEAD, UMPEG, ADMIN, OTHER, SYSADMIN])
def test_a_bar_ends_with_its_recovery_whoever_stops_it(desk: Desk, who: str):
    recovery_id = released(desk, HEAD, UMPEG, ADMIN)

    stop(desk, who, recovery_id, reason=WHY)

    assert not _is_barred(desk)


def test_a_bar_ends_when_the_owner_comes_back_with_a_factor(desk: Desk):
    released(desk, HEAD, UMPEG, ADMIN)

    with desk.app.app_context(), in_region("demo"):
        recovering.release_to_owner(queries.employee(desk.id_of(HEAD)))

    assert not _is_barred(desk)


@pytest.mark.parametrize("officers", [(OTHER, OTHER), (UMPEG, UMPEG), (ADMIN, OTHER)])
def test_what_officers_stopped_twice_only_owner_and_administrator_stop(
    desk: Desk, officers: tuple[str, str]
):
    for officer in officers:
        stop(desk, officer, released(desk, HEAD, UMPEG, ADMIN), reason=WHY)
    third = released(desk, HEAD, UMPEG, ADMIN)

    refused = [stop(desk, who, third, reason=WHY).get_json()["code"] for who in (OTHER, UMPEG)]
    shown = desk.call(OTHER, "GET", "/recoveries").get_json()["data"]

    assert refused == ["sysadmin_stops"] * 2
    assert [row["may_stop"] for row in shown] == [False]
    assert stop(desk, SYSADMIN, third).status_code == 200


def test_after_a_time_officers_stop_again(desk: Desk):
    for _ in range(2):
        stop(desk, OTHER, released(desk, HEAD, UMPEG, ADMIN), reason=WHY)

    with time_machine.travel(now() + timedelta(days=31)):
        later = ask(desk, UMPEG, HEAD).get_json()["id"]
        answer = stop(desk, OTHER, later, reason=WHY)

    assert answer.status_code == 200


def test_an_officer_who_stops_many_raises_an_alarm(desk: Desk):
    for owner in (HEAD, ADMIN, "bkpsdm_secretary"):
        stop(desk, OTHER, ask(desk, UMPEG, owner).get_json()["id"], reason=WHY)
    desk.service.drain()

    assert [alarm.about for alarm in alarms(desk, "recoveries_stopped")] == [str(desk.id_of(OTHER))]


def _is_barred(desk: Desk) -> bool:
    with desk.app.app_context(), in_region("demo"):
        return is_barred(desk.id_of(HEAD))
