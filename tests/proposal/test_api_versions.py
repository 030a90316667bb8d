"""A layanan's version is fetched once, and a change need not be answered with all the rest."""

import pytest

from services.proposal.usecases.catalogue import install
from tests.builders.definitions import definition_data
from tests.proposal.office import Office
from tests.proposal.over_http import decide, etag, filed

MINIMAL = {"Prefer": "return=minimal"}
BRIEF = {
    "id",
    "version",
    "number",
    "lookup_code",
    "stage",
    "stage_label",
    "result_label",
    "result",
    "updated_at",
}


def test_a_version_says_what_every_proposal_filed_under_it_says(office: Office):
    proposal = filed(office).json
    path = f"/layanan/{proposal['layanan']['code']}/versions/{proposal['layanan']['version']}"

    version = office.call("GET", path, "umpeg").json

    carried = proposal["definition"]
    assert version == {**carried, "window": version["window"]}


def test_a_version_stays_as_it_was_when_a_newer_one_is_installed(office: Office):
    code = "bebas_hukdis"
    before = office.call("GET", f"/layanan/{code}/versions/2", "applicant")
    with office.inside():
        install([definition_data(code=code, version=3, fee={"id": "Rp1", "en": "IDR 1"})])

    assert office.call("GET", f"/layanan/{code}", "applicant").json["version"] == 3
    again = office.call("GET", f"/layanan/{code}/versions/2", "applicant")
    newer = office.call("GET", f"/layanan/{code}/versions/3", "applicant")
    assert again.json == before.json != newer.json
    assert again.headers["ETag"] == before.headers["ETag"] != newer.headers["ETag"]


def test_a_version_is_kept_for_ever_by_whoever_asked_and_confirmed_without_a_body(office: Office):
    path = "/layanan/bebas_hukdis/versions/2"
    first = office.call("GET", path, "applicant")

    same = {"If-None-Match": first.headers["ETag"]}
    again = office.call("GET", path, "applicant", headers=same)
    english = office.call("GET", path, "applicant", headers={**same, "Accept-Language": "en"})

    assert first.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert {"Authorization", "Accept-Language"} <= set(first.vary)
    assert (again.status_code, again.data) == (304, b"")
    assert english.status_code == 200


@pytest.mark.parametrize("path", ["/layanan/bebas_hukdis/versions/99", "/layanan/none/versions/1"])
def test_a_version_that_never_was_is_not_found(office: Office, path: str):
    answer = office.call("GET", path, "applicant")

    assert (answer.status_code, answer.json["code"]) == (404, "layanan_unknown")


def test_a_proposal_is_read_without_its_definition_where_that_is_asked_for(office: Office):
    path = f"/proposals/{filed(office).json['id']}"

    whole = office.call("GET", f"{path}?something=else", "applicant")
    lighter = office.call("GET", f"{path}?definition=false", "applicant")

    assert lighter.json == {name: v for name, v in whole.json.items() if name != "definition"}
    assert lighter.headers["ETag"] == whole.headers["ETag"]


def test_who_prefers_it_is_told_only_what_a_change_changed(office: Office):
    draft = office.call("POST", "/proposals", "applicant", json={"layanan": "bebas_hukdis"})
    path = f"/proposals/{draft.json['id']}"

    edited = office.call(
        "PATCH",
        path,
        "applicant",
        json={"fields": {"keperluan": "Seleksi"}},
        headers={**etag(draft), **MINIMAL},
    )

    assert set(edited.json) == BRIEF
    assert (edited.json["version"], edited.headers["ETag"]) == (2, '"2"')
    assert edited.headers["Preference-Applied"] == "return=minimal"
    seen = office.call("GET", path, "applicant").json
    assert seen["fields"]["keperluan"] == "Seleksi"


def test_the_lookup_code_is_in_the_applicants_minimal_answer_only(office: Office):
    proposal_id = office.submitted()
    seen = office.call("GET", f"/proposals/{proposal_id}", "applicant")
    headers = {**etag(seen), **MINIMAL}

    decided = decide(office, proposal_id, "umpeg")
    brief = office.call(
        "POST",
        f"/proposals/{proposal_id}/decisions",
        "opd_head",
        json={"decision": "approve"},
        headers={**etag(decided), **MINIMAL},
    )
    stale = office.call("POST", f"/proposals/{proposal_id}/withdraw", "applicant", headers=headers)

    assert brief.json["stage"] == "bkpsdm_validation"
    assert brief.json["lookup_code"] is None
    assert (stale.status_code, stale.json["code"]) == (412, "stale")
    assert "Preference-Applied" not in stale.headers
