from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.builders.definitions import an_id
from tests.builders.tokens import Signer
from tests.proposal.office import API, PAPERS, Office, employee_event, role_event


def etag(answer) -> dict[str, str]:
    return {"If-Match": answer.headers["ETag"]}


def filed(office: Office):
    """A proposal filed over HTTP; returns the last answer."""
    answer = office.call(
        "POST",
        "/proposals",
        "applicant",
        json={"layanan": "bebas_hukdis", "fields": {"keperluan": "Syarat seleksi"}},
    )
    path = f"/proposals/{answer.json['id']}"
    for paper in PAPERS:
        answer = office.call(
            "PUT",
            f"{path}/documents/{paper}",
            "applicant",
            json={"receipt": office.receipt("applicant")},
            headers=etag(answer),
        )
        assert answer.status_code == 200, answer.json
    return office.call("POST", f"{path}/submit", "applicant", headers=etag(answer))


def decide(office: Office, proposal_id, who: str, seen=None, **body):
    path = f"/proposals/{proposal_id}"
    seen = seen or office.call("GET", path, who)
    return office.call(
        "POST",
        f"{path}/decisions",
        who,
        json={"decision": "approve", **body},
        headers=etag(seen),
    )


def test_a_proposal_is_filed_over_http(office: Office):
    answer = filed(office)

    assert answer.status_code == 200
    assert answer.json["stage"] == "umpeg_verification"
    assert answer.json["stage_label"] == "Verifikasi Umpeg"
    assert answer.json["allowed_actions"] == ["withdraw"]


def test_a_proposal_says_all_a_client_needs(office: Office):
    proposal_id = filed(office).json["id"]
    decide(
        office,
        proposal_id,
        "umpeg",
        decision="revise",
        note="SKP tidak terbaca",
        reasons=[{"code": "document_unreadable", "target": "document:skp_1_tahun"}],
    )

    seen = office.call("GET", f"/proposals/{proposal_id}", "applicant").json

    assert seen["opened"] == {"fields": [], "documents": ["skp_1_tahun"]}
    assert seen["allowed_actions"] == ["resubmit"]
    assert seen["notes"]["umpeg"][0]["note"] == "SKP tidak terbaca"
    assert seen["notes"]["umpeg"][0]["reasons"][0]["label"] == "Dokumen tidak terbaca"
    assert [one["requirement"] for one in seen["documents"]] == list(PAPERS)
    assert seen["documents"][0]["current"]["revision"] == 1
    assert seen["definition"]["version"] == 1
    assert seen["applicant"]["opd_name"] == "Unit disdik"


def test_officers_see_what_they_may_do(office: Office):
    proposal_id = filed(office).json["id"]

    seen = office.call("GET", f"/proposals/{proposal_id}", "umpeg").json
    later = office.call("GET", f"/proposals/{proposal_id}", "bkpsdm_head").json

    assert seen["allowed_actions"] == ["approve", "revise", "reject"]
    assert later["allowed_actions"] == []


def test_the_lookup_code_is_shown_to_the_applicant_only(office: Office):
    answer = filed(office)
    path = f"/proposals/{answer.json['id']}"

    assert answer.json["lookup_code"]
    assert office.call("GET", path, "umpeg").json["lookup_code"] is None


def test_english_readers_get_english(office: Office):
    proposal_id = filed(office).json["id"]

    answer = office.call(
        "GET", f"/proposals/{proposal_id}", "applicant", headers={"Accept-Language": "en"}
    )

    assert answer.json["layanan"]["name"] == "Letter of no disciplinary punishment"


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

    assert [one.status_code for one in answers] == [200, 200, 200]
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

    statuses = [one.status_code for one in answers]
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

    assert [one.status_code for one in (hidden, missing, decided)] == [404, 404, 404]
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
    assert [one["pointer"] for one in answer.json["errors"]] == ["/receipt"]


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


def test_a_result_is_entered_with_its_document_and_facts(office: Office):
    proposal_id = office.at("processing")
    seen = office.call("GET", f"/proposals/{proposal_id}", "bkpsdm_admin")

    answer = office.call(
        "POST",
        f"/proposals/{proposal_id}/result",
        "bkpsdm_admin",
        json={
            "result": "ms",
            "receipt": office.receipt("bkpsdm_admin"),
            "fields": {"nomor_surat": "800/1/2026"},
        },
        headers=etag(seen),
    )

    outcome = answer.json["outcome"]
    assert answer.status_code == 200
    assert outcome["label"] == "Memenuhi Syarat (MS)"
    assert outcome["fields"] == {"nomor_surat": "800/1/2026"}
    assert outcome["document"]["name"] == "berkas.pdf"


def test_an_unknown_member_of_a_body_is_refused(office: Office):
    answer = office.call(
        "POST", "/proposals", "applicant", json={"layanan": "bebas_hukdis", "stage": "completed"}
    )

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json["errors"]] == ["/stage"]


def test_anybody_with_number_and_code_learns_stage_and_dates_only(office: Office):
    told = filed(office).json
    body = {"number": told["number"].lower(), "lookup_code": told["lookup_code"]}

    answer = office.service.call("POST", f"{API}/status", json=body)

    assert answer.status_code == 200
    assert set(answer.json) == {
        "number",
        "stage",
        "stage_label",
        "submitted_at",
        "stage_since",
        "expected_end",
        "closed_at",
    }


@pytest.mark.parametrize("wrong", [{"lookup_code": "AAAAAAAAAA"}, {"number": "DEMO/X/2026/000001"}])
def test_a_wrong_number_or_code_looks_the_same(office: Office, wrong):
    told = filed(office).json
    body = {"number": told["number"], "lookup_code": told["lookup_code"], **wrong}

    answer = office.service.call("POST", f"{API}/status", json=body)

    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_tracking_says_who_has_it_and_until_when(office: Office):
    proposal_id = filed(office).json["id"]

    answer = office.call("GET", f"/proposals/{proposal_id}/tracking", "applicant").json

    assert answer["stage"] == "umpeg_verification"
    assert {one["name"] for one in answer["holders"]} == {
        "Pegawai Contoh Umpeg",
        "Pegawai Contoh Umpeg Second",
    }
    assert answer["expected_end"] > answer["due"]


def test_history_is_shown_to_the_applicant(office: Office):
    proposal_id = office.at("bkpsdm_validation")

    answer = office.call("GET", f"/proposals/{proposal_id}/history", "applicant").json

    assert [one["action"] for one in answer["data"]] == ["submit", "approve", "approve"]
    assert answer["data"][0]["action_label"] == "Kirim Usulan"


def test_an_applicants_list_is_filtered_by_state(office: Office):
    running = office.submitted()
    closed = office.submitted()
    office.decide(closed, "umpeg", "reject", note="Tidak")

    for state, expected in (("open", running), ("final", closed)):
        rows = office.call("GET", f"/proposals?state={state}", "applicant").json["data"]
        assert [row["id"] for row in rows] == [str(expected)]


def test_the_catalogue_lists_what_the_region_offers(office: Office):
    rows = office.call("GET", "/layanan", "applicant").json["data"]
    full = office.call("GET", "/layanan/kp_fungsional", "applicant").json

    assert {"bebas_hukdis", "kp_fungsional", "asn_berprestasi"} <= {row["code"] for row in rows}
    assert {one["required"] for one in full["requirements"]} == {True, "conditional"}
    assert office.call("GET", "/layanan/nothing", "applicant").status_code == 404
