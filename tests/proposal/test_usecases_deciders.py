import pytest
from sqlalchemy import select

from chassis.kernel.errors import NotFound
from services.proposal.domain.workflow import (
    NotYourStage,
)
from services.proposal.models import Unattended, db
from services.proposal.usecases.deciding import OwnProposal
from tests.builders.definitions import definition_data
from tests.builders.metrics import moved
from tests.builders.organisation import an_id
from tests.builders.people import delegation_event, role_event
from tests.proposal.office import Office

ME = an_id("applicant")
DECIDES = {"decision": "approve"}


def test_an_officer_of_another_opd_does_not_see_it(office: Office):
    proposal_id = office.submitted()

    with pytest.raises(NotFound):
        office.decide(proposal_id, "umpeg_dinkes")
    with pytest.raises(NotFound):
        office.decide(office.at("opd_head_approval"), "opd_head_dinkes")


def test_an_officer_of_the_same_opd_who_holds_no_stage_is_forbidden(office: Office):
    proposal_id = office.at("bkpsdm_validation")

    with pytest.raises(NotYourStage):
        office.decide(proposal_id, "opd_secretary")


def test_nobody_decides_an_own_proposal(office: Office):
    proposal_id = office.submitted("umpeg")

    with pytest.raises(OwnProposal):
        office.decide(proposal_id, "umpeg")
    office.decide(proposal_id, "umpeg_second")

    assert office.read(proposal_id).stage == "opd_head_approval"


def test_the_secretary_decides_for_the_only_umpeg(office: Office):
    office.service.hear(
        role_event("umpeg_second", "umpeg", "disdik", version=2, ends_on="2021-01-01")
    )
    proposal_id = office.submitted("umpeg")
    office.decide(proposal_id, "opd_secretary")

    assert office.history(proposal_id)[-1].role == "opd_secretary"


def test_the_secretary_does_not_decide_while_another_umpeg_can(office: Office):
    proposal_id = office.submitted("umpeg")

    with pytest.raises(NotYourStage):
        office.decide(proposal_id, "opd_secretary")


def test_a_delegate_decides_and_history_says_for_whom(office: Office):
    office.service.hear(delegation_event("opd_head", "disdik", "opd_head", "opd_secretary"))
    proposal_id = office.at("opd_head_approval")
    office.decide(proposal_id, "opd_secretary")

    last = office.history(proposal_id)[-1]
    assert (last.role, last.acting_for) == ("opd_head", an_id("opd_head"))


@pytest.mark.parametrize(
    ("stage", "role", "unit", "holder"),
    [
        ("umpeg_verification", "umpeg", "disdik", "umpeg"),
        ("opd_head_approval", "opd_head", "disdik", "opd_head"),
        ("bkpsdm_validation", "bkpsdm_admin", "kinerja", "bkpsdm_admin"),
        ("secretary_verification", "bkpsdm_secretary", "bkpsdm", "bkpsdm_secretary"),
        ("bkpsdm_head_approval", "bkpsdm_head", "bkpsdm", "bkpsdm_head"),
        ("processing", "bkpsdm_admin", "kinerja", "bkpsdm_admin"),
    ],
)
def test_a_delegate_who_filed_the_case_decides_it_through_no_door(
    office: Office, stage: str, role: str, unit: str, holder: str
):
    office.service.hear(delegation_event(role, unit, holder, "applicant"))
    proposal_id = office.at(stage)
    path = f"/proposals/{proposal_id}"

    inbox = office.call("GET", "/inbox", "applicant").get_json()["data"]
    queues = office.call("GET", "/inbox/queues", "applicant").get_json()
    holders = office.call("GET", f"{path}/tracking", "applicant").get_json()["holders"]
    act, body = ("result", {"result": "ms"}) if stage == "processing" else ("decisions", DECIDES)
    etag = office.call("GET", path, "applicant").headers["ETag"]
    sent = {"If-Match": etag, "Idempotency-Key": f"own-{stage}"}
    refused = office.call("POST", f"{path}/{act}", "applicant", json=body, headers=sent)

    assert str(proposal_id) not in str([inbox, queues])
    assert str(an_id("applicant")) not in [each["id"] for each in holders]
    assert (refused.status_code, refused.get_json()["code"]) == (403, "own_proposal")


def test_an_acting_kind_the_stage_does_not_take_cannot_decide(office: Office):
    stages = [{"stage": "umpeg_verification", "acting": ["definitive"]}, {"stage": "processing"}]
    office.install(definition_data(stages=stages))
    office.service.hear(
        role_event("umpeg", "umpeg", "disdik", version=2, acting="plt"),
        role_event("umpeg_second", "umpeg", "disdik", version=2, active=False),
    )
    proposal_id = office.submitted(layanan="contoh")

    with pytest.raises(NotYourStage):
        office.decide(proposal_id, "umpeg")
    office.decide(proposal_id, "opd_secretary")


def test_nobody_left_to_decide_raises_an_alarm_and_skips_nothing(office: Office):
    office.service.hear(
        role_event("umpeg", "umpeg", "disdik", version=2, active=False),
        role_event("umpeg_second", "umpeg", "disdik", version=2, active=False),
        role_event("opd_secretary", "opd_secretary", "disdik", version=2, active=False),
    )
    with moved("proposals_unattended", stage="umpeg_verification"):
        proposal_id = office.submitted()

    with office.inside():
        (alarm,) = db.session.scalars(select(Unattended)).all()
    (event,) = office.service.recorded("proposal.submitted.v1")
    assert (alarm.proposal_id, alarm.cleared_at) == (proposal_id, None)
    assert event.data["decider_ids"] == []
    assert office.read(proposal_id).stage == "umpeg_verification"


def test_a_person_who_left_the_office_cannot_decide_any_more(office: Office):
    proposal_id = office.submitted()
    office.service.hear(role_event("umpeg", "umpeg", "disdik", version=2, active=False))

    with pytest.raises(NotFound):
        office.decide(proposal_id, "umpeg")
