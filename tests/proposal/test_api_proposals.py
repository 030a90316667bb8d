from typing import Any

import pytest
from sqlalchemy import event

from tests.proposal.office import API, PAPERS, Office
from tests.proposal.over_http import decide, etag, filed


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
    assert seen["allowed_actions"] == ["resubmit", "request_withdrawal"]
    assert seen["notes"]["umpeg"][0]["note"] == "SKP tidak terbaca"
    history = office.call("GET", f"/proposals/{proposal_id}/history", "applicant").json["data"]
    assert seen["notes"]["umpeg"][0]["actor_name"] == history[-1]["actor_name"]
    assert seen["notes"]["umpeg"][0]["acting"] == history[-1]["acting"] == "definitive"
    assert seen["notes"]["umpeg"][0]["reasons"][0]["label"] == "Dokumen tidak terbaca"
    assert [document["requirement"] for document in seen["documents"]] == list(PAPERS)
    assert seen["documents"][0]["current"]["revision"] == 1
    assert seen["definition"]["version"] == 2
    assert seen["applicant"]["opd_name"] == "Unit disdik"


def test_officers_see_what_they_may_do(office: Office):
    proposal_id = filed(office).json["id"]

    seen = office.call("GET", f"/proposals/{proposal_id}", "umpeg").json
    later = office.call("GET", f"/proposals/{proposal_id}", "bkpsdm_head").json

    assert seen["allowed_actions"] == ["approve", "revise", "reject", "close"]
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
        "zone",
    }
    assert answer.json["zone"] == "Asia/Jakarta"


@pytest.mark.parametrize("wrong", [{"lookup_code": "AAAAAAAAAA"}, {"number": "DEMO/X/2026/000001"}])
def test_a_wrong_number_or_code_looks_the_same(office: Office, wrong):
    told = filed(office).json
    body = {"number": told["number"], "lookup_code": told["lookup_code"], **wrong}

    answer = office.service.call("POST", f"{API}/status", json=body)

    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def spellings(number: str) -> list[str]:
    """Write a number in seven ways, all of which find it."""
    beginning, serial = number.rsplit("/", 1)
    whole = [number, number.lower(), number.replace("-", "_"), f" {' '.join(number)} "]
    return whole + [
        f"{beginning}/{digits}" for digits in (int(serial), f"0{int(serial)}", f"00{serial}")
    ]


def test_whoever_guesses_codes_waits_and_is_noted_and_the_right_code_passes(office: Office):
    told = filed(office).json
    right = {"number": told["number"], "lookup_code": told["lookup_code"]}

    def ask(**wrong: str) -> Any:
        return office.service.call("POST", f"{API}/status", json=right | wrong)

    answers = [ask(lookup_code="AAAAAAAAAA", number=typed) for typed in spellings(told["number"])]
    unknown = [ask(number=typed) for typed in spellings("DEMO/A-B/2026/000001")]

    assert [answer.status_code for answer in answers] == [404] * 5 + [429] * 2
    assert [answer.status_code for answer in unknown] == [404] * 5 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert ask().status_code == 200
    notes = [event.data["why"] for event in office.service.recorded("security.noted.v1")]
    assert notes.count("lookup_code_guessed") == 2


def test_a_wrong_number_costs_what_a_wrong_code_costs(office: Office):
    told = filed(office).json
    asked = [
        {"number": told["number"], "lookup_code": "AAAAAAAAAA"},
        {"number": "DEMO/X/2026/000001", "lookup_code": told["lookup_code"]},
        {"number": "no number", "lookup_code": told["lookup_code"]},
        {"number": told["number"], "lookup_code": "no code"},
    ]

    runs = [statements_of(office, body) for body in asked]

    assert len(runs[0]) > 0
    assert runs == [runs[0]] * len(asked)


def statements_of(office: Office, body: dict[str, str]) -> list[str]:
    """Return what the database is asked."""
    statements: list[str] = []
    with office.inside():
        engine = office.service.runtime.db.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert office.service.call("POST", f"{API}/status", json=body).status_code == 404
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return statements


def test_tracking_says_who_has_it_and_until_when(office: Office):
    proposal_id = filed(office).json["id"]

    answer = office.call("GET", f"/proposals/{proposal_id}/tracking", "applicant").json

    assert answer["stage"] == "umpeg_verification"
    assert {holder["name"] for holder in answer["holders"]} == {
        "Pegawai Contoh Umpeg",
        "Pegawai Contoh Umpeg Second",
    }
    assert answer["expected_end"] > answer["due"]
    assert [step["state"] for step in answer["steps"]][:2] == ["here", "ahead"]
    assert answer["steps"][0]["label"] == "Verifikasi Umpeg"


def test_history_is_shown_to_the_applicant(office: Office):
    proposal_id = office.at("bkpsdm_validation")

    answer = office.call("GET", f"/proposals/{proposal_id}/history", "applicant").json

    assert [entry["action"] for entry in answer["data"]] == ["submit", "approve", "approve"]
    assert answer["data"][0]["action_label"] == "Kirim Usulan"
    assert [entry["done_label"] for entry in answer["data"]] == [
        "Usulan dikirim",
        "Disetujui",
        "Disetujui",
    ]
    assert answer["data"][1]["from_stage_label"] == "Verifikasi Umpeg"
    assert answer["data"][1]["to_stage_label"] == "Persetujuan Kepala OPD"


def test_what_one_may_choose_comes_with_its_words(office: Office):
    path = f"/proposals/{office.at('umpeg_verification')}"

    mine = office.call("GET", path, "applicant").json["choices"]
    theirs = office.call("GET", path, "umpeg", headers={"Accept-Language": "en"}).json["choices"]

    assert mine == {
        "actions": [{"code": "withdraw", "label": "Batalkan"}],
        "decisions": [],
        "reasons": [],
        "results": [],
        "closings": [],
    }
    assert [choice["label"] for choice in theirs["decisions"]] == [
        "Approve",
        "Return for revision",
        "Reject",
    ]
    other = next(reason for reason in theirs["reasons"] if reason["code"] == "other")
    assert other["about"] == ["document", "field", "proposal"]


def test_results_are_offered_to_who_enters_one(office: Office):
    path = f"/proposals/{office.at('processing')}"

    offered = office.call("GET", path, "bkpsdm_admin").json["choices"]

    assert [result["code"] for result in offered["results"]] == ["ms", "tms"]
    assert office.call("GET", path, "applicant").json["choices"]["results"] == []


def test_anybody_may_know_the_usual_way_of_a_proposal(office: Office):
    answer = office.service.call("GET", f"{API}/stages")

    assert answer.status_code == 200
    assert [stage["label"] for stage in answer.json["data"]][:2] == [
        "Verifikasi Umpeg",
        "Persetujuan Kepala OPD",
    ]


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

    assert {"bebas_hukdis", "kp_fungsional"} == {row["code"] for row in rows}
    assert {requirement["required"] for requirement in full["requirements"]} == {
        True,
        "conditional",
    }
    assert office.call("GET", "/layanan/nothing", "applicant").status_code == 404
