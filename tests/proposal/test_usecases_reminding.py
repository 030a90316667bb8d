"""Whoever a proposal waits for is reminded, and only as long as it waits for them."""

from datetime import datetime

import pytest
import time_machine

from chassis.run.timers import TimerLoop
from services.proposal.models import Proposal, db
from tests.builders.organisation import an_id
from tests.proposal.office import Office

MONDAY = datetime.fromisoformat("2026-03-02T09:00:00+07:00")


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY, tick=False) as travelling:
        yield travelling


def told(office: Office, clock, day: str) -> list[tuple[str, str]]:
    """Let the morning of a day come; return what was said of it, and what sort it is of."""
    before = len(office.service.recorded())
    clock.move_to(datetime.fromisoformat(f"{day}T07:30:01+07:00"))
    with office.service.app.app_context():
        TimerLoop(office.service.runtime, "test").run()
    said = office.service.recorded()[before:]
    return [
        (event.type, str(event.data.get("urgency", event.data.get("working_days"))))
        for event in said
    ]


def test_a_decider_is_reminded_on_the_last_day_and_once_more_when_it_is_late(office, clock):
    office.submitted()

    mornings = ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06", "2026-03-09"]
    assert {day: said for day in mornings if (said := told(office, clock, day))} == {
        "2026-03-04": [("proposal.stage_due.v1", "due_today")],
        "2026-03-05": [("proposal.stage_due.v1", "overdue")],
    }
    event = office.service.recorded("proposal.stage_due.v1")[0]
    assert str(an_id("umpeg")) in event.data["decider_ids"]


def test_what_was_decided_in_time_reminds_nobody_of_that_stage(office, clock):
    proposal_id = office.submitted()
    clock.move_to(datetime.fromisoformat("2026-03-04T06:00:00+07:00"))
    office.decide(proposal_id, "umpeg", "reject", note="Tidak memenuhi ketentuan")

    assert told(office, clock, "2026-03-04") == []
    assert told(office, clock, "2026-04-04") == []


def test_a_stage_that_the_previous_release_ended_reminds_nobody_of_the_next(office, clock):
    proposal_id = office.submitted()
    with office.inside(), db.transaction():
        db.session.get_one(Proposal, proposal_id).change(stage="opd_head_approval")

    assert told(office, clock, "2026-03-04") == []


def test_an_applicant_is_reminded_of_a_revision_until_it_is_sent(office, clock):
    proposal_id = office.submitted()
    office.decide(proposal_id, "umpeg", "revise", note="Perbaiki")

    assert told(office, clock, "2026-03-06") == []
    assert told(office, clock, "2026-03-09") == [("proposal.revision_waits.v1", "5")]
    with time_machine.travel(datetime.fromisoformat("2026-03-09T10:00:00+07:00")):
        office.resubmit(proposal_id)
    assert ("proposal.revision_waits.v1", "10") not in told(office, clock, "2026-03-16")
