"""What keeps a proposal safe: versions, keys, tokens, receipts, regions, and one winner."""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import pytest
from sqlalchemy.exc import OperationalError

from tests.builders.organisation import an_id
from tests.builders.people import delegation_event, employee_event, role_event
from tests.builders.tokens import Signer
from tests.proposal.office import API, PAPERS, Office
from tests.proposal.over_http import decide, etag, filed


def database_gone(*_args: object) -> None:
    raise OperationalError("SELECT", {}, ConnectionError("gone"))


def test_an_edit_without_if_match_is_asked_for_one(office: Office):
    proposal_id = filed(office).json["id"]

    answer = office.call("POST", f"/proposals/{proposal_id}/withdraw", "applicant")

    assert (answer.status_code, answer.json["code"]) == (428, "if_match_required")


def test_a_stale_etag_is_refused(office: Office):
    proposal_id = filed(office).json["id"]
    seen = office.call("GET", f"/proposals/{proposal_id}", "umpeg")
    decide(office, proposal_id, "umpeg_second", decision="revise", note="Lengkapi")

    answer = decide(office, proposal_id, "umpeg", seen)

    assert (answer.status_code, answer.json["code"]) == (412, "stale")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_change_that_cannot_be_answered_is_not_made_so_it_may_be_sent_again(
    office: Office, monkeypatch, method
):
    path = f"/proposals/{office.draft()}"
    seen = office.call("GET", path, "applicant")
    paper = f"{path}/documents/{PAPERS[0]}"
    body = {"receipt": office.receipt("applicant")} if method == "PUT" else {}

    with monkeypatch.context() as broken:
        broken.setattr(
            import_module("services.proposal.api.views.proposals"), "documents_view", database_gone
        )
        failed = office.call(method, paper, "applicant", json=body, headers=etag(seen))
    again = office.call(method, paper, "applicant", json=body, headers=etag(seen))

    assert (failed.status_code, "Retry-After" in failed.headers) == (503, True)
    assert again.status_code == 200, again.json


def test_the_same_key_and_body_decide_once(office: Office):
    proposal_id = filed(office).json["id"]
    seen = office.call("GET", f"/proposals/{proposal_id}", "umpeg")
    headers = {**etag(seen), "Idempotency-Key": "one-decision"}

    answers = [
        office.call(
            "POST",
            f"/proposals/{proposal_id}/decisions",
            "umpeg",
            json={"decision": "approve"},
            headers=headers,
        )
        for _ in range(3)
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].json == answers[2].json
    assert len(office.service.recorded("proposal.advanced.v1")) == 1


def test_the_same_key_with_another_body_is_refused(office: Office):
    proposal_id = filed(office).json["id"]
    seen = office.call("GET", f"/proposals/{proposal_id}", "umpeg")
    headers = {**etag(seen), "Idempotency-Key": "one-decision"}
    path = f"/proposals/{proposal_id}/decisions"
    office.call("POST", path, "umpeg", json={"decision": "approve"}, headers=headers)

    answer = office.call(
        "POST", path, "umpeg", json={"decision": "reject", "note": "Tidak"}, headers=headers
    )

    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")


def test_a_double_click_on_submit_has_one_effect(office: Office):
    draft = office.draft()
    seen = office.call("GET", f"/proposals/{draft}", "applicant")

    first, second = (
        office.call("POST", f"/proposals/{draft}/submit", "applicant", headers=etag(seen))
        for _ in range(2)
    )

    assert (first.status_code, second.status_code) == (200, 412)
    assert len(office.service.recorded("proposal.submitted.v1")) == 1


def test_of_a_hundred_officers_at_once_one_wins(office: Office):
    officers = [f"umpeg_{number}" for number in range(100)]
    office.service.hear(
        *(employee_event(key, "disdik") for key in officers),
        *(role_event(key, "umpeg", "disdik") for key in officers),
    )
    proposal_id = office.submitted()
    seen = office.call("GET", f"/proposals/{proposal_id}", "umpeg")
    for key in officers:
        office.token(key)

    with ThreadPoolExecutor(max_workers=100) as pool:
        answers = list(pool.map(lambda who: decide(office, proposal_id, who, seen), officers))

    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1
    assert all(status in (200, 409, 412) for status in statuses), set(statuses)
    assert len(office.service.recorded("proposal.advanced.v1")) == 1
    assert office.read(proposal_id).stage == "opd_head_approval"


def test_another_opds_proposal_looks_like_one_that_is_not_there(office: Office):
    proposal_id = filed(office).json["id"]

    hidden = office.call("GET", f"/proposals/{proposal_id}", "umpeg_dinkes")
    missing = office.call("GET", f"/proposals/{an_id('nothing')}", "umpeg_dinkes")
    decided = office.call(
        "POST",
        f"/proposals/{proposal_id}/decisions",
        "umpeg_dinkes",
        json={"decision": "approve"},
        headers={"If-Match": '"1"'},
    )

    assert [answer.status_code for answer in (hidden, missing, decided)] == [404, 404, 404]
    assert {k: v for k, v in hidden.json.items() if k != "request_id"} == {
        k: v for k, v in missing.json.items() if k != "request_id"
    }


def test_a_proposal_of_another_region_is_not_there(office: Office):
    proposal_id = filed(office).json["id"]
    token = office.token("applicant", region="other")

    answer = office.service.call("GET", f"{API}/proposals/{proposal_id}", token=token)

    assert answer.status_code == 404


def test_tokens_that_prove_nothing_are_refused(office: Office):
    path = f"{API}/proposals"
    forged = Signer().person(an_id("applicant"), "proposal")
    expired = office.token("applicant", exp=1)
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30."

    for token in (None, forged, expired, unsigned):
        assert office.service.call("GET", path, token=token).status_code == 401
    without_scope = office.service.person(an_id("applicant"), "documents")
    assert office.service.call("GET", path, token=without_scope).status_code == 403


def test_a_session_ended_in_identity_ends_here_too(office: Office):
    office.token("applicant")
    office.service.hear(
        employee_event(
            "applicant", "disdik", version=2, sessions_revoked_at="2999-01-01T00:00:00+00:00"
        )
    )

    answer = office.call("GET", "/proposals", "applicant")

    assert (answer.status_code, answer.json["code"]) == (401, "session_revoked")


BY_PASSWORD = {"amr": ["pwd"], "roles_by_password": []}
STRENGTHS = {
    "an officer with a code": ("umpeg", {"amr": ["pwd", "otp"]}, 200),
    "an officer by password": ("umpeg", BY_PASSWORD, 403),
    "a head by password": ("opd_head", BY_PASSWORD, 403),
    "an employee by password": ("applicant", BY_PASSWORD, 200),
    "where the region asks for none": (
        "umpeg",
        BY_PASSWORD | {"roles_by_password": ["umpeg"]},
        200,
    ),
    "by identity's previous release": ("umpeg", {"amr": ["pwd"]}, 200),
}


@pytest.mark.parametrize(("who", "claims", "status"), STRENGTHS.values(), ids=STRENGTHS)
def test_a_role_that_needs_a_second_factor_counts_only_with_one(
    office: Office, who: str, claims: dict, status: int
):
    answer = office.service.call("GET", f"{API}/inbox", token=office.token(who, **claims))

    assert answer.status_code == status
    assert status == 200 or answer.json["code"] == "second_factor_needed"


def test_whoever_becomes_an_officer_by_role_or_delegation_cannot_go_on_with_a_password(
    office: Office,
):
    token = office.token("applicant", **BY_PASSWORD)
    assert office.service.call("GET", f"{API}/inbox", token=token).status_code == 200

    office.service.hear(delegation_event("opd_head", "disdik", "opd_head", "applicant"))

    answer = office.service.call("GET", f"{API}/inbox", token=token)
    assert (answer.status_code, answer.json["code"]) == (403, "second_factor_needed")


@pytest.mark.parametrize(
    ("claims", "status", "code"),
    [
        ({"owner": str(an_id("umpeg"))}, 422, "receipt_not_yours"),
        ({"region": "other"}, 422, "receipt_not_yours"),
        ({"size": 1_048_577}, 413, "document_too_large"),
        ({"content_type": "text/html"}, 422, "document_not_pdf"),
        ({"size": "big"}, 422, "receipt_invalid"),
    ],
)
def test_a_wrong_receipt_is_refused_with_the_field_named(office, claims, status, code):
    draft = office.draft()
    seen = office.call("GET", f"/proposals/{draft}", "applicant")

    answer = office.call(
        "PUT",
        f"/proposals/{draft}/documents/skp_1_tahun",
        "applicant",
        json={"receipt": office.receipt("applicant", **claims)},
        headers=etag(seen),
    )

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert [error["pointer"] for error in answer.json["errors"]] == ["/receipt"]


def test_a_forged_receipt_is_refused(office: Office):
    draft = office.draft()
    seen = office.call("GET", f"/proposals/{draft}", "applicant")
    good = office.receipt("applicant")
    forged = Signer().sign({"id": str(an_id("x"))}, typ="receipt+jwt")

    for receipt in (forged, good[:-3] + "AAA", office.token("applicant"), "nonsense", "a.b.c"):
        answer = office.call(
            "PUT",
            f"/proposals/{draft}/documents/skp_1_tahun",
            "applicant",
            json={"receipt": receipt},
            headers=etag(seen),
        )
        assert (answer.status_code, answer.json["code"]) == (422, "receipt_invalid")


def test_a_result_with_a_forged_receipt_changes_nothing(office: Office):
    proposal_id = office.at("processing")
    seen = office.call("GET", f"/proposals/{proposal_id}", "bkpsdm_admin")

    answer = office.call(
        "POST",
        f"/proposals/{proposal_id}/result",
        "bkpsdm_admin",
        json={"result": "ms", "receipt": "forged"},
        headers=etag(seen),
    )

    assert (answer.status_code, answer.json["code"]) == (422, "receipt_invalid")
    assert office.read(proposal_id).stage == "processing"


def test_an_unknown_member_of_a_body_is_refused(office: Office):
    answer = office.call(
        "POST", "/proposals", "applicant", json={"layanan": "bebas_hukdis", "stage": "completed"}
    )

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == ["/stage"]
