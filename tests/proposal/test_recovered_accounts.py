"""Whose account is being recovered decides nothing until the owner had time to object (C17)."""

from datetime import timedelta

import pytest
import time_machine

from chassis.process.clock import now
from staff.rights import DecidingBarred
from tests.builders.people import employee_event
from tests.proposal.office import Office


def _bar(office: Office, who: str) -> None:
    until = (now() + timedelta(hours=24)).isoformat()
    office.service.hear(employee_event(who, "disdik", version=2, deciding_barred_until=until))


def test_a_barred_decider_is_refused_until_the_time_is_over(office: Office):
    proposal_id = office.submitted()
    _bar(office, "umpeg")

    with pytest.raises(DecidingBarred):
        office.decide(proposal_id, "umpeg")
    with time_machine.travel(now() + timedelta(hours=24)):
        office.decide(proposal_id, "umpeg")


def test_the_bar_of_one_holds_nobody_else_back(office: Office):
    proposal_id = office.submitted()
    _bar(office, "umpeg")

    office.decide(proposal_id, "umpeg_second")
