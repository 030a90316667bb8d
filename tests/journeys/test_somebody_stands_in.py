"""Who stands in, and who left, by what identity says: R16 and R31 across services."""

import pytest

from tests.journeys.journey import IDENTITY, NOTIFICATION, PROPOSAL, Filed, Journey
from tests.journeys.standing_in import ROLE, delegate, end


@pytest.fixture(scope="module")
def own(journey: Journey) -> Filed:
    """The secretary's own proposal, come to the secretary's stage."""
    filed = journey.bebas_hukdis(by=ROLE)
    for officer in ("umpeg_bkpsdm", "bkpsdm_head", "bkpsdm_admin"):
        filed.decide("approve", by=officer)
    return filed


def alarmed(journey: Journey) -> list[str]:
    found = journey.person("bkpsdm_head").get(f"{PROPOSAL}/alarms?limit=100")["data"]
    return [decided["proposal"]["id"] for decided in found]


def test_nobody_left_raises_an_alarm_and_skips_nothing(own: Filed) -> None:
    assert own.stage == "secretary_verification"
    assert own.id in alarmed(own.journey)
    own.decide("approve", by=ROLE, status=403)


def test_the_delegate_decides_and_the_history_says_for_whom(own: Filed) -> None:
    journey = own.journey
    made = delegate(journey, "division_head")

    assert own.id in journey.inbox("division_head")
    own.decide("approve", by="division_head")

    entry = own.history()[-1]
    assert own.stage == "bkpsdm_head_approval"
    assert (entry["role"], entry["acting_for"]) == (ROLE, journey.me(ROLE)["id"])
    assert own.id not in alarmed(journey)
    end(journey, made)


def test_whoever_is_above_the_giver_is_told_of_a_delegation_and_of_its_end(
    journey: Journey,
) -> None:
    made = delegate(journey, "division_head")
    end(journey, made)

    for person in (ROLE, "division_head", "bkpsdm_head"):
        path = f"{NOTIFICATION}/notices?about=delegation/{made['id']}"
        told = {notice["event_type"] for notice in journey.person(person).get(path)["data"]}
        assert told == {"delegation.given.v1", "delegation.ended.v1"}


def test_an_ended_delegation_takes_the_work_away(own: Filed) -> None:
    journey = own.journey
    other = journey.bebas_hukdis()
    other.approve_up_to("secretary_verification")
    made = delegate(journey, "bkpsdm_admin_second")
    assert other.id in journey.inbox("bkpsdm_admin_second")

    end(journey, made)

    assert other.id not in journey.inbox("bkpsdm_admin_second")
    other.decide("reject", by=ROLE, note="Selesai untuk uji")


def test_an_officer_who_leaves_is_named_no_more_and_the_role_ends(journey: Journey) -> None:
    own = journey.bebas_hukdis(by="applicant_dinkes")
    opd = journey.me("applicant_dinkes")["opd"]["id"]
    administrator = journey.person("sysadmin")
    who = {"nip": "198807072012011944", "name": "Zaitun Contoh", "unit_id": opd, "source": "SK 1"}
    newcomer = administrator.send("POST", f"{IDENTITY}/employees", who, status=201).json()["id"]
    role = {"employee_id": newcomer, "role": "umpeg", "unit_id": opd, "starts_on": "2026-01-01"}
    grant = administrator.send("POST", f"{IDENTITY}/role-grants", role, status=201).json()["id"]
    journey.settle()
    assert newcomer in holders(own)

    path = f"{IDENTITY}/employees/{newcomer}"
    _, etag = administrator.load(path)
    administrator.send("PATCH", path, {"active": False, "source": "SK 2"}, etag=etag)
    journey.settle()

    assert holders(own) == [journey.me("umpeg_dinkes")["id"]]
    assert administrator.get(f"{IDENTITY}/role-grants/{grant}")["active"] is False
    own.withdraw()


def holders(filed: Filed) -> list[str]:
    tracking = filed.journey.person(filed.applicant).get(f"{filed.path}/tracking")
    return [holder["id"] for holder in tracking["holders"]]
