"""What people write into a proposal is cleaned or refused at its field, over HTTP (R36)."""

import json

import pytest

from tests.proposal.office import Office
from tests.proposal.over_http import decide, etag, filed


def draft(office: Office, **fields):
    body = {"layanan": "bebas_hukdis", "fields": fields}
    return office.call("POST", "/proposals", "applicant", json=body)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Syarat \ud83d seleksi", "broken_character"),
        ("Syarat\x00", "control_character"),
        ("Syarat \u202eiskeles", "direction_mark"),
    ],
)
def test_a_draft_does_not_take_what_no_page_could_show(office: Office, typed: str, code: str):
    answer = draft(office, keperluan=typed)

    (error,) = answer.json["errors"]
    assert (answer.status_code, error["pointer"]) == (422, "/fields/keperluan")
    assert error["code"] == code


def test_a_field_is_kept_as_it_reads(office: Office):
    answer = draft(office, keperluan=" Syarat\u00a0sele\u00adksi\r\nJPT\u200b ")

    assert answer.json["fields"]["keperluan"] == "Syarat seleksi\nJPT"


def test_what_is_left_empty_by_cleaning_is_missing(office: Office):
    answer = draft(office, keperluan="\u200b \t")
    sent = office.call(
        "POST", f"/proposals/{answer.json['id']}/submit", "applicant", headers=etag(answer)
    )

    assert "/fields/keperluan" in {error["pointer"] for error in sent.json["errors"]}


def test_a_note_is_cleaned_and_a_trick_in_it_refused(office: Office):
    proposal_id = filed(office).json["id"]

    refused = decide(office, proposal_id, "umpeg", decision="reject", note="Tidak\u202e lengkap")
    taken = decide(office, proposal_id, "umpeg", decision="reject", note=" Tidak\r\nlengkap\ufeff ")

    assert refused.json["errors"][0]["pointer"] == "/note"
    assert taken.status_code == 200, taken.json
    history = office.call("GET", f"/proposals/{proposal_id}/history", "applicant").json["data"]
    assert history[-1]["note"] == "Tidak\nlengkap"


@pytest.mark.parametrize("body", [{"\ud83d": 1}, {"layanan": "kgb", "fields": {"\ud83d": 1}}])
def test_a_broken_name_of_a_member_is_refused_in_an_answer_that_can_be_read(office: Office, body):
    answer = office.call("POST", "/proposals", "applicant", json=body)

    assert answer.status_code == 422
    assert any("\ud83d" in error["pointer"] for error in json.loads(answer.data)["errors"])
