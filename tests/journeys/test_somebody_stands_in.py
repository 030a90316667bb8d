"""A delegation made in identity decides who works in proposal: R16 across services."""

import pytest

from tests.journeys.journey import PROPOSAL, Filed, Journey
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


def test_an_ended_delegation_takes_the_work_away(own: Filed) -> None:
    journey = own.journey
    other = journey.bebas_hukdis()
    other.approve_up_to("secretary_verification")
    made = delegate(journey, "bkpsdm_admin_second")
    assert other.id in journey.inbox("bkpsdm_admin_second")

    end(journey, made)

    assert other.id not in journey.inbox("bkpsdm_admin_second")
    other.decide("reject", by=ROLE, note="Selesai untuk uji")
