"""Looking at papers: proposal says who may, documents makes the grant."""

from typing import Any

import pytest
from flask import Flask, request

from chassis.http import peers
from chassis.process import runtime as runtimes
from tests.builders.organisation import an_id
from tests.proposal.office import Office

LINK = "/api/documents/v1/grants/a-token/content"


class Documents:
    """Stands in for identity's token address and documents' grants."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.status = 201
        self.app = Flask("documents")
        self.app.add_url_rule("/oauth/token", view_func=self._token, methods=["POST"])
        self.app.add_url_rule("/api/documents/v1/grants", view_func=self._grant, methods=["POST"])

    def _token(self) -> Any:
        return {"access_token": "a-client-token", "expires_in": 300}

    def _grant(self) -> Any:
        self.asked.append(request.get_json())
        return {"url": LINK, "expires_at": "2026-11-22T03:00:00+00:00"}, self.status


@pytest.fixture
def documents(office: Office) -> Documents:
    stand_in = Documents()
    name = runtimes.of(office.service.app).settings.peers_url
    for service in ("identity", "documents"):
        peers.register_local(name, service, stand_in.app)
    return stand_in


def grant(office: Office, proposal_id, who: str, requirement: str = "skp_1_tahun", **body):
    path = f"/proposals/{proposal_id}/documents/{requirement}/grant"
    return office.call("POST", path, who, json=body)


def test_an_officer_on_its_way_gets_a_grant_for_themselves(office: Office, documents):
    proposal_id = office.submitted()

    answer = grant(office, proposal_id, "umpeg")

    assert (answer.status_code, answer.json["url"]) == (201, LINK)
    (asked,) = documents.asked
    assert asked["viewer"] == str(an_id("umpeg"))
    assert asked["purpose"].startswith("umpeg_verification DEMO/BEBAS-HUKDIS/")
    assert asked["minutes"] <= 15


def test_an_earlier_version_can_be_looked_at(office: Office, documents):
    proposal_id = office.submitted()
    office.decide(proposal_id, "umpeg", "revise", note="Tidak terbaca")
    seen = office.call("GET", f"/proposals/{proposal_id}", "applicant")
    answer = office.call(
        "PUT",
        f"/proposals/{proposal_id}/documents/skp_1_tahun",
        "applicant",
        json={"receipt": office.receipt("applicant")},
        headers={"If-Match": seen.headers["ETag"]},
    )
    row = next(
        document
        for document in answer.json["documents"]
        if document["requirement"] == "skp_1_tahun"
    )

    office.resubmit(proposal_id)
    grant(office, proposal_id, "umpeg", revision=1)
    grant(office, proposal_id, "umpeg")

    shown = [document["document_id"] for document in documents.asked]
    assert shown == [row["previous"][0]["document_id"], row["current"]["document_id"]]


@pytest.mark.parametrize("who", ["umpeg_dinkes", "opd_head_dinkes", "applicant_dinkes", "stranger"])
def test_whoever_may_not_see_the_proposal_gets_no_grant(office: Office, documents, who):
    proposal_id = office.submitted()

    assert grant(office, proposal_id, who).status_code == 404
    assert documents.asked == []


def test_an_officer_sees_nothing_of_a_draft(office: Office, documents):
    assert grant(office, office.draft(), "umpeg").status_code == 404


def test_a_paper_that_is_not_there_is_not_found(office: Office, documents):
    proposal_id = office.submitted()

    assert grant(office, proposal_id, "umpeg", "result").status_code == 404
    assert grant(office, proposal_id, "umpeg", revision=7).status_code == 404


@pytest.mark.parametrize(("theirs", "ours"), [(404, 404), (500, 503), (403, 503)])
def test_documents_trouble_is_told_apart_from_a_lost_file(office: Office, documents, theirs, ours):
    documents.status = theirs

    assert grant(office, office.submitted(), "umpeg").status_code == ours


def test_no_documents_service_is_a_passing_trouble(office: Office):
    answer = grant(office, office.submitted(), "umpeg")

    assert (answer.status_code, answer.json["code"]) == (503, "peer_unavailable")
    assert "Retry-After" in answer.headers
