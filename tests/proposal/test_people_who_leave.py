"""Deciders who are not there: inbox, counters, tracking, alarms and notices follow (R31)."""

from uuid import UUID

import pytest

from chassis.kernel.errors import NotFound
from services.proposal.workers import vacancies
from tests.builders.definitions import definition_data
from tests.builders.organisation import an_id
from tests.builders.people import (
    WHO_SEES_WHAT_HANGS_ON_SOMEBODY,
    delegation_event,
    employee_event,
    role_event,
)
from tests.proposal.office import Office
from tests.proposal.test_queries_inbox import counted, found

NO_WORK: dict[str, int] = {}


def leave(office: Office, *people: str, opd: str = "disdik") -> None:
    office.service.hear(*(employee_event(who, opd, version=2, active=False) for who in people))


def named(office: Office, proposal_id: UUID) -> set[str]:
    """Who has it, as its applicant is told."""
    tracking = office.call("GET", f"/proposals/{proposal_id}/tracking", "applicant").json
    return {holder["id"] for holder in tracking["holders"]}


def alarmed(office: Office) -> list[str]:
    with office.service.app.app_context():
        vacancies.look_round()
    rows = office.call("GET", "/alarms", "bkpsdm_admin").json["data"]
    return [row["proposal"]["id"] for row in rows]


def test_a_case_of_somebody_who_left_goes_on_to_the_next(office: Office):
    proposal_id = office.submitted()
    leave(office, "umpeg", "umpeg_second")

    assert (found(office, "umpeg"), counted(office, "umpeg")) == ([], NO_WORK)
    assert found(office, "opd_secretary") == [str(proposal_id)]
    assert counted(office, "opd_secretary") == {"umpeg_verification": 1}
    assert named(office, proposal_id) == {str(an_id("opd_secretary"))}
    assert alarmed(office) == []
    with pytest.raises(NotFound):
        office.decide(proposal_id, "umpeg")
    office.decide(proposal_id, "opd_secretary")


def test_nobody_left_is_an_alarm_until_somebody_comes(office: Office):
    proposal_id = office.submitted()
    leave(office, "umpeg", "umpeg_second", "opd_secretary")

    assert alarmed(office) == [str(proposal_id)]
    assert named(office, proposal_id) == set()

    office.service.hear(role_event("applicant_dinkes", "umpeg", "disdik"))

    assert alarmed(office) == []
    assert found(office, "applicant_dinkes") == [str(proposal_id)]


def test_somebody_who_left_is_told_of_no_work(office: Office):
    leave(office, "umpeg")
    office.submitted()

    (submitted,) = office.service.recorded("proposal.submitted.v1")
    assert submitted.data["decider_ids"] == [str(an_id("umpeg_second"))]


def test_who_left_before_anything_else_was_heard_of_him_has_no_work(office: Office):
    proposal_id = office.submitted()
    office.service.hear(
        employee_event("newcomer", "disdik", active=False),
        role_event("newcomer", "umpeg", "disdik"),
    )

    assert str(an_id("newcomer")) not in named(office, proposal_id)
    assert found(office, "newcomer") == []


@pytest.mark.parametrize("left", ["opd_head", "opd_secretary"])
def test_a_delegation_from_or_to_who_left_is_no_work(office: Office, left: str):
    proposal_id = office.at("opd_head_approval")
    office.service.hear(delegation_event("opd_head", "disdik", "opd_head", "opd_secretary"))
    assert found(office, "opd_secretary") == [str(proposal_id)]

    leave(office, left)

    assert found(office, "opd_secretary") == []
    assert named(office, proposal_id) == {str(an_id("sekda" if left == "opd_head" else "opd_head"))}


def test_what_hangs_on_somebody_is_counted_before_anything_ends(office: Office):
    office.submitted("opd_head")
    office.at("opd_head_approval")
    office.service.hear(employee_event("sekda", "disdik", version=2, active=False))

    def hangs_on(who: str) -> tuple[int, int, int]:
        work = office.call("GET", f"/people/{an_id(who)}/open-work", "bkpsdm_admin").json
        return (
            work["as_applicant"],
            sum(work["as_decider"].values()),
            work["without_decider"],
        )

    # Of two Umpeg either could go; without the head and the Sekda nobody decides.
    assert hangs_on("umpeg") == (0, 1, 0)
    assert hangs_on("opd_head") == (1, 1, 1)
    assert hangs_on("applicant") == (1, 0, 0)


@pytest.mark.parametrize(("who", "status"), WHO_SEES_WHAT_HANGS_ON_SOMEBODY)
def test_open_work_is_shown_to_whoever_may_deactivate(office: Office, who: str, status: int):
    office.service.hear(
        employee_event("sysadmin", "bkpsdm"), role_event("sysadmin", "sysadmin", None)
    )
    path = f"/people/{an_id('umpeg')}/open-work"

    assert office.call("GET", path, who).status_code == status


def test_an_officer_who_moves_loses_the_desk_of_the_old_unit(office: Office):
    """Identity ends the role with the move, whichever of the two is heard first."""
    proposal_id = office.submitted()
    office.service.hear(
        employee_event("umpeg", "dinkes", version=2),
        role_event("umpeg", "umpeg", "disdik", version=2, active=False),
    )

    assert found(office, "umpeg") == []
    assert named(office, proposal_id) == {str(an_id("umpeg_second"))}


def test_whose_office_lies_elsewhere_keeps_it(office: Office):
    """A Plt of another OPD is usual, so a post does not depend on where its holder sits."""
    office.service.hear(role_event("opd_head_dinkes", "opd_head", "disdik", acting="plt"))

    proposal_id = office.at("opd_head_approval")

    assert found(office, "opd_head_dinkes") == [str(proposal_id)]


def test_what_a_delegate_may_not_decide_is_not_among_his_work(office: Office):
    """R42 in the queues, too: two layanan that differ in nothing but delegates."""
    heads = {"stage": "opd_head_approval", "acting": ["definitive", "pj"]}
    for code, delegates in (("biasa", True), ("status", False)):
        stages = [{**heads, "delegates": delegates}, {"stage": "processing"}]
        office.install(definition_data(code=code, stages=stages))
    office.service.hear(delegation_event("opd_head", "disdik", "opd_head", "opd_secretary"))
    lent, own = office.submitted(layanan="biasa"), office.submitted(layanan="status")

    assert found(office, "opd_secretary") == [str(lent)]
    assert counted(office, "opd_secretary")["opd_head_approval"] == 1
    assert set(found(office, "opd_head")) == {str(lent), str(own)}


def test_a_revision_nobody_will_send_is_tracked_to_who_can_close_it(office: Office):
    proposal_id = office.submitted()
    office.decide(proposal_id, "umpeg", "revise", note="Mohon diperbaiki")
    before = office.call("GET", f"/proposals/{proposal_id}/tracking", "umpeg").json
    office.service.hear(employee_event("applicant", "disdik", version=2, active=False))

    after = office.call("GET", f"/proposals/{proposal_id}/tracking", "umpeg").json

    assert (before["applicant_left"], before["closable_by"]) == (False, [])
    assert after["applicant_left"] is True
    assert {holder["id"] for holder in after["closable_by"]} == {
        str(an_id("umpeg")),
        str(an_id("umpeg_second")),
    }
