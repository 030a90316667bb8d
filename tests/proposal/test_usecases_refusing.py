"""A document in which malware is found after it was put to a proposal (decision 0041)."""

from uuid import UUID

import pytest

from chassis.events.envelope import Event
from chassis.process.ids import uuid7
from services.proposal.domain.reasons import Reason
from services.proposal.domain.workflow import DocumentRefused, IllegalMove
from tests.builders.organisation import an_id
from tests.proposal.office import Office

INFECTED = "skp_1_tahun"
TOLD = "proposal.document_refused.v1"


def refused(document_id: UUID | None, *, version: int = 3) -> Event:
    data = {
        "document_id": str(document_id) if document_id else None,
        "owner_id": str(an_id("applicant")),
        "sha256": "ab" * 32,
        "size": 20_000,
        "code": "document_infected",
    }
    subject = f"document/{document_id or uuid7()}"
    return Event("document.refused.v1", subject, data, version, region="demo", source="documents")


def page(office: Office, proposal_id: UUID, who: str = "applicant") -> dict:
    return office.call("GET", f"/proposals/{proposal_id}", who).json


def paper(office: Office, proposal_id: UUID, who: str = "applicant") -> dict:
    documents = page(office, proposal_id, who)["documents"]
    return next(row for row in documents if row["requirement"] == INFECTED)


def infect(office: Office, proposal_id: UUID) -> UUID:
    document_id = UUID(paper(office, proposal_id)["current"]["document_id"])
    office.service.hear(refused(document_id))
    return document_id


def put(office: Office, proposal_id: UUID, receipt: str):
    return office.call(
        "PUT",
        f"/proposals/{proposal_id}/documents/{INFECTED}",
        "applicant",
        json={"receipt": receipt},
        headers={"If-Match": f'"{page(office, proposal_id)["version"]}"'},
    )


class TestADraft:
    def test_cannot_be_sent_and_says_which_document_to_replace(self, office: Office):
        draft = office.draft()
        infect(office, draft)

        answer = office.call(
            "POST",
            f"/proposals/{draft}/submit",
            "applicant",
            headers={"If-Match": f'"{page(office, draft)["version"]}"'},
        )

        assert answer.status_code == 422
        (error,) = answer.json["errors"]
        assert (error["pointer"], error["code"]) == (f"/documents/{INFECTED}", "document_infected")
        assert "Unggah berkas yang bersih" in error["detail"]
        assert paper(office, draft)["current"]["refused"] is True

    def test_can_be_sent_once_it_is_replaced(self, office: Office):
        draft = office.draft()
        infect(office, draft)

        put(office, draft, office.receipt("applicant", sha256="cd" * 32))

        assert paper(office, draft)["current"]["refused"] is False
        assert paper(office, draft)["previous"][0]["refused"] is True
        submitted = office.call(
            "POST",
            f"/proposals/{draft}/submit",
            "applicant",
            headers={"If-Match": f'"{page(office, draft)["version"]}"'},
        )
        assert submitted.status_code == 200

    def test_tells_nobody(self, office: Office):
        infect(office, office.draft())
        assert office.service.recorded(TOLD) == []


@pytest.mark.parametrize(
    ("stage", "officer"),
    [
        ("umpeg_verification", "umpeg"),
        ("opd_head_approval", "opd_head"),
        ("bkpsdm_validation", "bkpsdm_admin"),
        ("bkpsdm_head_approval", "bkpsdm_head"),
    ],
)
class TestAProposalUnderWay:
    def test_is_not_approved_with_it(self, office: Office, stage: str, officer: str):
        proposal_id = office.at(stage)
        infect(office, proposal_id)

        with pytest.raises(DocumentRefused):
            office.decide(proposal_id, officer)

        shown = page(office, proposal_id, officer)
        assert "approve" not in shown["allowed_actions"]
        assert "revise" in shown["allowed_actions"]
        assert paper(office, proposal_id, officer)["current"]["refused"] is True

    def test_is_returned_whoever_decides_replaced_and_goes_on(
        self, office: Office, stage: str, officer: str
    ):
        proposal_id = office.at(stage)
        infect(office, proposal_id)

        reason = Reason("document_unreadable", f"document:{INFECTED}")
        office.decide(proposal_id, officer, "revise", note="Ganti dokumen.", reasons=[reason])
        put(office, proposal_id, office.receipt("applicant", sha256="cd" * 32))
        office.resubmit(proposal_id)
        office.decide(proposal_id, officer)

        assert office.read(proposal_id).stage != stage

    def test_tells_its_applicant_and_whoever_decides_once(
        self, office: Office, stage: str, officer: str
    ):
        proposal_id = office.at(stage)
        document_id = infect(office, proposal_id)
        office.service.hear(refused(document_id, version=4))

        (told,) = office.service.recorded(TOLD)
        assert told.data["proposal_id"] == str(proposal_id)
        assert told.data["applicant_id"] == str(an_id("applicant"))
        assert str(an_id(officer)) in told.data["decider_ids"]
        assert told.data["document"]["id"]


def test_without_a_refused_document_a_head_still_cannot_ask_for_a_revision(office: Office):
    proposal_id = office.at("opd_head_approval")
    with pytest.raises(IllegalMove):
        office.decide(proposal_id, "opd_head", "revise", note="Perbaiki.")


class TestARevision:
    """Something else was marked; then malware is found."""

    @pytest.fixture
    def returned(self, office: Office) -> UUID:
        proposal_id = office.submitted()
        reason = Reason("document_unreadable", "document:skp_2_tahun")
        office.decide(proposal_id, "umpeg", "revise", note="Tidak terbaca.", reasons=[reason])
        infect(office, proposal_id)
        return proposal_id

    def test_opens_the_document_too(self, office: Office, returned: UUID):
        assert paper(office, returned)["open"] is True
        assert (
            put(office, returned, office.receipt("applicant", sha256="cd" * 32)).status_code == 200
        )

    def test_is_not_sent_before_it_is_replaced(self, office: Office, returned: UUID):
        obstacles = page(office, returned)["obstacles"]
        assert f"/documents/{INFECTED}" in [each["pointer"] for each in obstacles]

    def test_tells_the_applicant(self, office: Office, returned: UUID):
        (told,) = office.service.recorded(TOLD)
        assert told.data["proposal_id"] == str(returned)
        assert told.data["decider_ids"] == []


def test_a_receipt_of_what_was_refused_before_is_not_taken(office: Office):
    draft, document_id = office.draft(), uuid7()
    office.service.hear(refused(document_id))

    answer = put(office, draft, office.receipt("applicant", id=str(document_id)))

    assert (answer.status_code, answer.json["code"]) == (422, "document_infected")
    assert answer.json["errors"][0]["pointer"] == "/receipt"


def test_a_file_that_was_never_kept_concerns_no_proposal(office: Office):
    proposal_id = office.submitted()
    office.service.hear(refused(None))

    assert office.service.recorded(TOLD) == []
    assert "approve" in page(office, proposal_id, "umpeg")["allowed_actions"]


def test_one_that_has_ended_is_left_as_it_is(office: Office):
    proposal_id = office.submitted()
    office.decide(proposal_id, "umpeg", "reject", note="Tidak memenuhi syarat.")
    infect(office, proposal_id)

    assert office.service.recorded(TOLD) == []
    assert paper(office, proposal_id)["current"]["refused"] is True
