"""Who confirmed a recovery gets a part of the letter only while still at the desk."""

from datetime import timedelta

import pytest

from chassis.process.clock import now
from chassis.process.regions import in_region
from services.identity.models import Employee, db
from tests.identity.desk import Desk
from tests.identity.recoveries import letter, released

HEAD, ADMIN, UMPEG = "bkpsdm_head", "bkpsdm_admin", "umpeg_bkpsdm"


@pytest.mark.parametrize("hand", [ADMIN, UMPEG])
def test_a_hand_whose_role_has_ended_gets_no_part_of_the_letter(desk: Desk, hand: str):
    recovery_id = released(desk, HEAD, UMPEG, ADMIN)
    path = f"/role-grants?employee_id={desk.id_of(hand)}&active=true"
    for grant in desk.call("sysadmin", "GET", path).get_json()["data"]:
        seen = {"If-Match": f'"{grant["version"]}"'}
        desk.call("sysadmin", "POST", f"/role-grants/{grant['id']}/end", json={}, headers=seen)

    refused = letter(desk, hand, recovery_id, hours=24.1)

    assert (refused.status_code, refused.get_json()["code"]) == (403, "hand_not_needed")


@pytest.mark.parametrize("hand", [ADMIN, UMPEG])
def test_a_hand_that_decides_nothing_now_gets_no_part_of_the_letter(desk: Desk, hand: str):
    recovery_id = released(desk, HEAD, UMPEG, ADMIN)
    with desk.app.app_context(), in_region("demo"), db.transaction() as session:
        person = session.get_one(Employee, desk.id_of(hand))
        person.change(deciding_barred_until=now() + timedelta(hours=48))

    refused = letter(desk, hand, recovery_id, hours=24.1)

    assert (refused.status_code, refused.get_json()["code"]) == (403, "deciding_barred")
